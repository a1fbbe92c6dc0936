// Paying: sign in, choose how, confirm with the PIN. Whatever goes wrong is said here, and the payment's real state is
// asked for again whenever there is doubt.
import { useMutation } from '@tanstack/react-query';
import type { CashierView, PayMethod } from '@tongbao/protocol/wallet';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, call, NetworkLost } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showMoney, showTime } from '../ui/format.ts';
import { PinInput } from '../ui/pin-input.tsx';
import { SignIn } from '../ui/sign-in.tsx';

interface PayProps {
  readonly view: CashierView;
  readonly path: string;
  readonly onView: (view: CashierView) => void;
  readonly refetch: () => void;
}

const keyOf = (method: PayMethod): string => (method.kind === 'balance' ? 'balance' : method.card.cardId);

export function Pay(props: PayProps) {
  const { t } = useTranslation();
  const { view } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const [confirming, setConfirming] = useState(false);
  if (view.customer === null) return <SignIn title={t('signInTitle')} onSignedIn={props.refetch} />;
  const usable = view.methods.filter((method) => method.disabledReason === undefined);
  const method = usable.find((candidate) => keyOf(candidate) === chosen) ?? usable[0];
  if (confirming && method !== undefined) {
    return <Confirm {...props} method={method} onBack={() => setConfirming(false)} />;
  }
  return (
    <>
      <p className="muted small" style={{ marginBottom: 12 }}>
        {t('signedInAs', { name: view.customer.name, phone: view.customer.maskedPhone })}
      </p>
      {view.lastRefusal !== null && (
        <p className="note warn">{t('cardDeclined', { reason: view.lastRefusal })}</p>
      )}
      {view.customer.pinLockedUntil !== null && (
        <p className="note bad">{t('pinLocked', { time: showTime(view.customer.pinLockedUntil) })}</p>
      )}
      <fieldset className="methods">
        <legend>{t('chooseMethod')}</legend>
        {view.methods.map((candidate) => (
          <Method
            key={keyOf(candidate)}
            method={candidate}
            checked={method !== undefined && keyOf(candidate) === keyOf(method)}
            onChoose={() => setChosen(keyOf(candidate))}
          />
        ))}
      </fieldset>
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={method === undefined || view.customer.pinLockedUntil !== null}
          onClick={() => setConfirming(true)}
        >
          {t('payNow', { amount: showMoney(view.payerAmount) })}
        </button>
        {usable.length === 0 && (
          <a className="button quiet" href="/wallet#/top-up">
            {t('topUpFirst')}
          </a>
        )}
        <Decline path={props.path} onView={props.onView} refetch={props.refetch} />
      </div>
    </>
  );
}

/** A method as one line of text: "Balance", "Jade Bank debit card (0018)". */
export function methodName(
  method:
    | { kind: 'balance' }
    | {
        kind: 'card';
        card: { bankName: { zh: string; en: string }; kind: 'debit' | 'credit'; last4: string };
      },
): string {
  const t = i18next.t;
  if (method.kind === 'balance') return t('balance');
  const { bankName, kind, last4 } = method.card;
  return t('cardTail', { bank: i18next.language === 'en' ? bankName.en : bankName.zh, kind: t(kind), last4 });
}

function Method(props: { method: PayMethod; checked: boolean; onChoose: () => void }) {
  const { t } = useTranslation();
  const { method } = props;
  const disabled = method.disabledReason !== undefined;
  const detail =
    method.kind === 'balance'
      ? t(disabled ? 'balanceNotEnough' : 'available', { amount: showMoney(method.available) })
      : disabled
        ? t('cardNotActive')
        : '';
  return (
    <label className="method">
      <input
        type="radio"
        name="method"
        checked={props.checked}
        disabled={disabled}
        onChange={props.onChoose}
      />
      <span className="what">
        <strong>{methodName(method)}</strong>
        {detail !== '' && <span className="muted small">{detail}</span>}
      </span>
    </label>
  );
}

function Confirm(props: PayProps & { method: PayMethod; onBack: () => void }) {
  const { t } = useTranslation();
  const { view, method } = props;
  const pay = useMutation({
    mutationFn: (pin: string) =>
      call<CashierView>('POST', `${props.path}/authorizations`, {
        method:
          method.kind === 'balance' ? { kind: 'balance' } : { kind: 'card', cardId: method.card.cardId },
        pin,
      }),
    onSuccess: props.onView,
    onError: (error) => {
      // Doubt or a changed state: the payment itself says what is true now.
      const certain =
        error instanceof ApiError && (error.code === 'PIN_WRONG' || error.code === 'RISK_REJECTED');
      if (!certain) props.refetch();
    },
  });
  const error = pay.error;
  const locked = error instanceof ApiError && error.code === 'PIN_LOCKED';
  return (
    <div style={{ textAlign: 'center' }}>
      <h2>{t('pinTitle')}</h2>
      <p className="muted">
        {t('pinFor', { merchant: view.merchant.name, amount: showMoney(view.payerAmount) })}
      </p>
      <p className="muted small">{methodName(method)}</p>
      <PinInput
        disabled={pay.isPending || locked}
        wrong={error instanceof ApiError && error.code === 'PIN_WRONG'}
        onComplete={(pin) => pay.mutate(pin)}
      />
      <div aria-live="assertive">
        {pay.isPending && <p className="muted">{t('paying')}</p>}
        {error !== null && (
          <p className={`note ${error instanceof NetworkLost ? 'warn' : 'bad'}`}>{errorText(error, t)}</p>
        )}
      </div>
      <button type="button" className="linkish" disabled={pay.isPending} onClick={props.onBack}>
        {t('back')}
      </button>
    </div>
  );
}

function Decline(props: { path: string; onView: (view: CashierView) => void; refetch: () => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const decline = useMutation({
    mutationFn: () => call<CashierView>('POST', `${props.path}/decline`),
    onSuccess: props.onView,
    onError: props.refetch,
  });
  if (!asking) {
    return (
      <button type="button" className="linkish" onClick={() => setAsking(true)}>
        {t('declinePayment')}
      </button>
    );
  }
  return (
    <div className="note warn" role="alertdialog" aria-label={t('declinePayment')}>
      <p>{t('declineAsk')}</p>
      <div style={{ display: 'flex', gap: 10, marginTop: 10 }}>
        <button type="button" className="button quiet small" onClick={() => setAsking(false)}>
          {t('back')}
        </button>
        <button
          type="button"
          className="button small"
          disabled={decline.isPending}
          onClick={() => decline.mutate()}
        >
          {t('declineYes')}
        </button>
      </div>
    </div>
  );
}
