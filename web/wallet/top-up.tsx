// Money from a bank card into the balance: amount, card, PIN, and the bank's answer whenever it comes.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Money, parseMajor, toWire } from '@tongbao/money';
import type { TopUpView, WalletView } from '@tongbao/protocol/wallet';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isOutcomeUnknown, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { Result, StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { usePatience } from '../ui/patience.ts';
import { PinDialog } from '../ui/pin-dialog.tsx';

/** The amount typed, in minor units; null while it is none. */
function typedAmount(text: string): Money | null {
  try {
    const value = parseMajor(text.normalize('NFKC').replace(/[,\s]/g, ''), 'CNY');
    return value.amount > 0n ? value : null;
  } catch {
    return null;
  }
}

/** Unlike randomUUID this is there on pages without TLS, too. */
const newRequestId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

const suggestions = ['100', '500', '1000'];

export function TopUp(props: { wallet: WalletView }) {
  const { t } = useTranslation();
  const { cards } = props.wallet;
  const [text, setText] = useState('');
  const [cardId, setCardId] = useState(cards[0]?.cardId ?? '');
  const [isConfirming, setConfirming] = useState(false);
  const [hasTried, setTried] = useState(false);
  // One id an intention: asking again after a lost connection is the same top-up; another amount is another one.
  const [requestId, setRequestId] = useState(newRequestId);
  // Stays until there is an answer about this very request: a wrong PIN afterwards does not say what became of it.
  const [isInDoubt, setInDoubt] = useState(false);
  const typed = useRef('');
  const amount = typedAmount(text);
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () => {
      const pin = typed.current;
      typed.current = '';
      return call<TopUpView>('POST', '/api/wallet/top-ups', {
        requestId,
        cardId,
        amount: toWire(amount!),
        pin,
      });
    },
    onError: (error) => {
      if (isOutcomeUnknown(error)) setInDoubt(true);
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  if (ask.data !== undefined) return <Progress first={ask.data} />;
  if (cards.length === 0) {
    return (
      <section className="card empty">
        <Icon name="card" size={40} />
        <StepHeading level={1}>{t('noCards')}</StepHeading>
        <p className="muted">{t('noCardsText')}</p>
      </section>
    );
  }
  const change = (next: () => void) => {
    next();
    setRequestId(newRequestId());
    ask.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (amount !== null) setConfirming(true);
  };
  return (
    <form className="card" aria-label={t('topUp')} onSubmit={submit} noValidate>
      <StepHeading level={1}>{t('topUpTo')}</StepHeading>
      <fieldset className="methods" disabled={isInDoubt}>
        <legend>{t('topUpFrom')}</legend>
        {cards.map((card) => (
          <div className="method" key={card.cardId}>
            <label>
              <input
                type="radio"
                name="card"
                checked={card.cardId === cardId}
                onChange={() => change(() => setCardId(card.cardId))}
              />
              <span className="badge">
                <Icon name="card" />
              </span>
              <span className="what">
                <strong>{methodName({ kind: 'card', card })}</strong>
              </span>
            </label>
          </div>
        ))}
      </fieldset>
      <AmountField
        text={text}
        isDisabled={isInDoubt}
        isWrong={hasTried && amount === null}
        onChange={(next) => change(() => setText(next))}
      />
      {isInDoubt && (
        <p className="note warn" role="alert">
          {t('topUpDoubt')}
        </p>
      )}
      <button type="submit" className="button">
        {isInDoubt ? t('topUpAgain') : t('next')}
      </button>
      {isConfirming && amount !== null && (
        <PinDialog
          disabled={ask.isPending || isRefusal(ask.error, 'PIN_LOCKED')}
          wrong={isRefusal(ask.error, 'PIN_WRONG')}
          message={
            <>
              {ask.isPending && <p className="busy">{t('topUpPending')}</p>}
              {ask.error !== null && (
                <p className={`note ${isOutcomeUnknown(ask.error) ? 'warn' : 'bad'}`}>
                  {isOutcomeUnknown(ask.error) ? t('topUpDoubt') : errorText(ask.error, t)}
                </p>
              )}
            </>
          }
          onComplete={(pin) => {
            typed.current = pin;
            ask.mutate();
          }}
          onClose={ask.isPending ? null : () => setConfirming(false)}
        >
          <p className="what-amount">{showMoney(toWire(amount))}</p>
          <p>{t('topUpTo')}</p>
        </PinDialog>
      )}
    </form>
  );
}

function AmountField(props: {
  text: string;
  isDisabled: boolean;
  isWrong: boolean;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="amount-field">
      <label className="field">
        <span>{t('amount')}</span>
        <input
          inputMode="decimal"
          autoComplete="off"
          value={props.text}
          disabled={props.isDisabled}
          placeholder="100.00"
          aria-invalid={props.isWrong}
          aria-describedby="amount-wrong"
          onChange={(event) => props.onChange(event.target.value)}
        />
      </label>
      <p id="amount-wrong" className="wrong" aria-live="polite">
        {props.isWrong && t('amountWrong')}
      </p>
      <div className="suggestions">
        {suggestions.map((suggestion) => (
          <button
            key={suggestion}
            type="button"
            className="button quiet small"
            disabled={props.isDisabled}
            onClick={() => props.onChange(suggestion)}
          >
            ¥{suggestion}
          </button>
        ))}
      </div>
    </div>
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
      // The balance and the bills are others now.
      if (view.status !== 'pending') {
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== path });
      }
      return view;
    },
    initialData: props.first,
  });
  const { status, amount } = query.data;
  const back = cashierPath();
  return (
    <section className="card">
      {status === 'pending' && <Pending amount={showMoney(amount)} ask={() => query.refetch()} />}
      {status === 'succeeded' && (
        <Result icon="check" level={1} title={t('topUpDone')}>
          <p className="paid-amount">{showMoney(amount)}</p>
        </Result>
      )}
      {status === 'failed' && (
        <Result icon="cross" tone="bad" level={1} title={t('topUpFailed')} text={t('topUpFailedText')} />
      )}
      <div className="actions">
        {back !== null && (
          <a className="button" href={back}>
            {t('backToCashier')}
          </a>
        )}
        <a className={`button ${back === null ? '' : 'quiet'}`} href="#/">
          {t('home')}
        </a>
      </div>
    </section>
  );
}

function Pending(props: { amount: string; ask: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const { gaveUp, again } = usePatience(props.ask);
  return (
    <Result
      icon="clock"
      tone="wait"
      level={1}
      title={props.amount}
      text={gaveUp ? t('pendingLong') : t('topUpPending')}
    >
      {gaveUp && (
        <button type="button" className="linkish" onClick={again}>
          {t('askAgain')}
        </button>
      )}
    </Result>
  );
}

/** The cashier that sent the shopper here for want of money; nothing but a cashier's path is followed. */
function cashierPath(): string | null {
  const from = new URLSearchParams(location.search).get('from') ?? '';
  return /^\/cashier\/[A-Za-z0-9._-]+$/.test(from) ? from : null;
}
