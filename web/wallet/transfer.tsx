// Money between a bank card and the balance: amount, card, PIN, and the bank's answer whenever it comes.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { formatMajor, fromWire, type Money, parseMajor, toWire } from '@tongbao/money';
import type { TopUpView, WalletView, WithdrawalView } from '@tongbao/protocol/wallet';
import { type FormEvent, useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isOutcomeUnknown, isRefusal } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { Result, Skeleton, StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { usePatience } from '../ui/patience.ts';
import { PinDialog } from '../ui/pin-dialog.tsx';
import { StepUp } from '../ui/step-up.tsx';
import { cashierPath } from './from-cashier.ts';
import { newRequestId } from './request-id.ts';

/** The amount typed, in minor units; null while it is none. */
function typedAmount(text: string): Money | null {
  try {
    const value = parseMajor(text.normalize('NFKC').replace(/[,\s]/g, ''), 'CNY');
    return value.amount > 0n ? value : null;
  } catch {
    return null;
  }
}

const suggestions = ['100', '500', '1000'];

type Kind = 'top-up' | 'withdrawal';

/** What the two directions are called, and where they are asked for. */
const ways = {
  'top-up': {
    path: '/api/wallet/top-ups',
    title: 'topUpTo',
    card: 'topUpFrom',
    doubt: 'topUpDoubt',
    done: 'topUpDone',
    failed: 'topUpFailed',
    failedText: 'topUpFailedText',
  },
  withdrawal: {
    path: '/api/wallet/withdrawals',
    title: 'withdrawTitle',
    card: 'withdrawTo',
    doubt: 'withdrawDoubt',
    done: 'withdrawDone',
    failed: 'withdrawFailed',
    failedText: 'withdrawFailedText',
  },
} as const;

type TransferView = TopUpView | WithdrawalView;
const idOf = (view: TransferView): string => ('topUpId' in view ? view.topUpId : view.withdrawalId);

export function Transfer(props: { kind: Kind; wallet: WalletView }) {
  const { t } = useTranslation();
  const { kind, wallet } = props;
  const way = ways[kind];
  const cards = wallet.cards.filter((card) => card.status === 'active' && card.kind === 'debit');
  const hasCredit = wallet.cards.some((card) => card.status === 'active' && card.kind === 'credit');
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
  const isTooMuch =
    kind === 'withdrawal' && amount !== null && amount.amount > BigInt(wallet.available.value);
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () => {
      const pin = typed.current;
      typed.current = '';
      return call<TransferView>('POST', way.path, {
        requestId,
        cardId,
        amount: toWire(amount!),
        pin,
      });
    },
    onSuccess: (view) => {
      // A page that is opened again finds its top-up, and what the bank asks about it.
      if (kind === 'top-up') history.replaceState(null, '', `#/top-up/${idOf(view)}`);
    },
    onError: (error) => {
      if (isOutcomeUnknown(error)) setInDoubt(true);
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  if (ask.data !== undefined) return <Progress kind={kind} id={idOf(ask.data)} first={ask.data} />;
  if (cards.length === 0) {
    return (
      <section className="card empty">
        <Icon name="card" size={40} />
        <StepHeading level={1}>{t('noDebitCards')}</StepHeading>
        <p className="muted">{t('noDebitCardsText')}</p>
        <div className="actions">
          <a className="button" href="#/cards/new">
            {t('addCard')}
          </a>
        </div>
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
    if (amount !== null && !isTooMuch) setConfirming(true);
  };
  return (
    <form className="card" aria-label={t(way.title)} onSubmit={submit} noValidate>
      <StepHeading level={1}>{t(way.title)}</StepHeading>
      <fieldset className="methods" disabled={isInDoubt}>
        <legend>{t(way.card)}</legend>
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
        {hasCredit && <p className="muted">{t('creditPaysOnly')}</p>}
      </fieldset>
      <AmountField
        text={text}
        isDisabled={isInDoubt}
        wrong={
          hasTried && amount === null
            ? t('amountWrong')
            : isTooMuch
              ? t('notEnough', { amount: showMoney(wallet.available) })
              : ''
        }
        all={kind === 'withdrawal' ? formatMajor(fromWire(wallet.available)) : null}
        onChange={(next) => change(() => setText(next))}
      />
      {isInDoubt && (
        <p className="note warn" role="alert">
          {t(way.doubt)}
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
                  {isOutcomeUnknown(ask.error) ? t(way.doubt) : errorText(ask.error, t)}
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
          <p>{t(way.title)}</p>
        </PinDialog>
      )}
    </form>
  );
}

function AmountField(props: {
  text: string;
  isDisabled: boolean;
  /** What is wrong with it; empty when nothing is. */
  wrong: string;
  /** All there is, where that can be asked for. */
  all: string | null;
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
          aria-invalid={props.wrong !== ''}
          aria-describedby="amount-wrong"
          onChange={(event) => props.onChange(event.target.value)}
        />
      </label>
      <p id="amount-wrong" className="wrong" aria-live="polite">
        {props.wrong}
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
        {props.all !== null && (
          <button
            type="button"
            className="button quiet small"
            disabled={props.isDisabled}
            onClick={() => props.onChange(props.all!)}
          >
            {t('withdrawAll')}
          </button>
        )}
      </div>
    </div>
  );
}

/** A top-up that was begun before: the bank has sent the shopper back, or they have opened the page again. */
export const TopUpProgress = (props: { topUpId: string }) => <Progress kind="top-up" id={props.topUpId} />;

function Progress(props: { kind: Kind; id: string; first?: TransferView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const way = ways[props.kind];
  const path = `${way.path}/${props.id}`;
  const query = useQuery({
    queryKey: [path],
    queryFn: async () => {
      const view = await call<TransferView>('GET', path);
      // The balance and the bills are others now.
      if (view.status !== 'pending') {
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== path });
      }
      return view;
    },
    ...(props.first === undefined ? {} : { initialData: props.first }),
  });
  const { refetch } = query;
  const ask = useCallback(() => refetch(), [refetch]);
  const show = (view: TransferView) => {
    queries.setQueryData([path], view);
    if (view.status !== 'pending')
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== path });
  };
  if (query.data === undefined) {
    return (
      <section className="card">
        {query.error === null ? (
          <Skeleton rows={4} />
        ) : (
          <Result icon="attention" tone="wait" level={1} title={errorText(query.error, t)}>
            <div className="actions">
              <button type="button" className="button" onClick={() => void ask()}>
                {t('retry')}
              </button>
            </div>
          </Result>
        )}
      </section>
    );
  }
  const { status, amount } = query.data;
  const stepUp = 'stepUp' in query.data ? query.data.stepUp : null;
  const back = cashierPath();
  return (
    <section className="card">
      {status === 'pending' && stepUp !== null && (
        <StepUp<TransferView>
          key={stepUp.stepUpId}
          stepUp={stepUp}
          path={`${path}/step-up`}
          level={1}
          amount={showMoney(amount)}
          card={methodName({ kind: 'card', card: query.data.card })}
          giveUp={t('stepUpStopTopUp')}
          onView={show}
          ask={ask}
        />
      )}
      {status === 'pending' && stepUp === null && (
        <Pending amount={showMoney(amount)} ask={() => query.refetch()} />
      )}
      {status === 'succeeded' && (
        <Result icon="check" level={1} title={t(way.done)}>
          <p className="paid-amount">{showMoney(amount)}</p>
        </Result>
      )}
      {status === 'failed' && (
        <Result icon="cross" tone="bad" level={1} title={t(way.failed)} text={t(way.failedText)} />
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
