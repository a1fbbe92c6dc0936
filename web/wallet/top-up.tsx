// Money from a bank card into the balance: amount, card, PIN, and the bank's answer whenever it comes.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { parseMajor, toWire } from '@tongbao/money';
import type { TopUpView, WalletView } from '@tongbao/protocol/wallet';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { methodName } from '../cashier/pay.tsx';
import { ApiError, call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showMoney } from '../ui/format.ts';
import { Result } from '../ui/frame.tsx';
import { PinInput } from '../ui/pin-input.tsx';

/** The amount typed, in minor units; null while it is none. */
function typedAmount(text: string) {
  try {
    const value = parseMajor(text.trim(), 'CNY');
    return value.amount > 0n ? value : null;
  } catch {
    return null;
  }
}

export function TopUp(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [cardId, setCardId] = useState(props.wallet.cards[0]?.cardId ?? '');
  // One id an intention: pressing twice, or again after a lost connection, is one top-up.
  const [requestId, setRequestId] = useState(() => crypto.randomUUID());
  const [confirming, setConfirming] = useState(false);
  const amount = typedAmount(text);
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: (pin: string) =>
      call<TopUpView>('POST', '/api/wallet/top-ups', { requestId, cardId, amount: toWire(amount!), pin }),
    onSuccess: () => void queries.invalidateQueries(),
  });
  if (ask.data !== undefined) return <Progress first={ask.data} />;
  if (props.wallet.cards.length === 0) return <div className="card muted">{t('noCards')}</div>;
  return (
    <section className="card" aria-label={t('topUp')}>
      <h2>{t('topUp')}</h2>
      <label className="field">
        <span>{t('topUpFrom')}</span>
        <select value={cardId} disabled={confirming} onChange={(event) => setCardId(event.target.value)}>
          {props.wallet.cards.map((card) => (
            <option key={card.cardId} value={card.cardId}>
              {methodName({ kind: 'card', card })}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>
          {t('amount')} ({t('amountHint')})
        </span>
        <input
          inputMode="decimal"
          value={text}
          disabled={confirming}
          placeholder="100.00"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {confirming ? (
        <div style={{ textAlign: 'center' }}>
          <h3>{t('pinTitle')}</h3>
          <PinInput
            disabled={ask.isPending}
            wrong={ask.error instanceof ApiError && ask.error.code === 'PIN_WRONG'}
            onComplete={(pin) => ask.mutate(pin)}
          />
          <div aria-live="assertive">
            {ask.error !== null && <p className="note bad">{errorText(ask.error, t)}</p>}
          </div>
          <button
            type="button"
            className="linkish"
            onClick={() => {
              setConfirming(false);
              setRequestId(crypto.randomUUID());
              ask.reset();
            }}
          >
            {t('back')}
          </button>
        </div>
      ) : (
        <button
          type="button"
          className="button"
          disabled={amount === null}
          onClick={() => setConfirming(true)}
        >
          {t('next')}
        </button>
      )}
    </section>
  );
}

function Progress(props: { first: TopUpView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = `/api/wallet/top-ups/${props.first.topUpId}`;
  const query = useQuery({
    queryKey: [path],
    queryFn: async () => {
      const view = await call<TopUpView>('GET', path);
      if (view.status !== 'pending') void queries.invalidateQueries({ queryKey: ['/api/wallet'] });
      return view;
    },
    initialData: props.first,
    refetchInterval: (state) => (state.state.data?.status === 'pending' ? 1_500 : false),
  });
  const { status, amount } = query.data;
  return (
    <section className="card">
      {status === 'pending' && (
        <Result mark="…" tone="wait" title={showMoney(amount)} text={t('topUpPending')} />
      )}
      {status === 'succeeded' && <Result mark="✓" title={t('topUpDone')} text={showMoney(amount)} />}
      {status === 'failed' && (
        <Result mark="!" tone="bad" title={t('topUpFailed')} text={showMoney(amount)} />
      )}
      <div className="actions">
        <a className="button quiet" href="#/">
          {t('home')}
        </a>
      </div>
    </section>
  );
}
