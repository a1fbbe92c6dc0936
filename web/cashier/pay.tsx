// Paying: sign in, choose how, confirm with the PIN. Whatever goes wrong is said here, and the payment's real state is
// asked for again whenever there is doubt.
import { useMutation } from '@tanstack/react-query';
import type { CashierView, PayMethod } from '@tongbao/protocol/wallet';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { methodName, showMoney, showTime } from '../ui/format.ts';
import { Result, StepHeading } from '../ui/frame.tsx';
import { say, type WordKey } from '../ui/i18n.ts';
import { Icon } from '../ui/icons.tsx';
import { SignIn } from '../ui/sign-in.tsx';
import { Confirm } from './confirm.tsx';
import { Decline } from './decline.tsx';
import { PinLocked, walletFromHere } from './pin-locked.tsx';

export interface PayProps {
  readonly view: CashierView;
  readonly path: string;
  /** A newer view that the server has answered with. */
  readonly onView: (view: CashierView) => void;
  /** Asks the server how the payment stands. */
  readonly ask: () => Promise<unknown>;
  readonly isAsking: boolean;
}

const keyOf = (method: PayMethod): string => (method.kind === 'balance' ? 'balance' : method.card.cardId);

const bankRefusals: Readonly<Record<string, WordKey>> = {
  'insufficient-funds': 'refusedFunds',
  'card-blocked': 'refusedBlocked',
  'card-unknown': 'refusedUnknown',
  'step-up-failed': 'refusedStepUp',
  'step-up-needed': 'refusedNobody',
};

/** Tries that ended without the bank's no. */
const lastTries: Readonly<Record<string, WordKey>> = {
  'step-up-expired': 'stepUpRanOut',
  'step-up-abandoned': 'stepUpGivenUp',
};

export function Pay(props: PayProps) {
  const { t } = useTranslation();
  const { view } = props;
  const { customer } = view;
  const [chosen, setChosen] = useState<string | null>(null);
  const [isConfirming, setConfirming] = useState(false);
  // The price that the shopper saw first: another one is said beside it.
  const [seen] = useState(view.payerAmount);
  const [hasSessionEnded, setSessionEnded] = useState(false);
  const [hasLeft, setLeft] = useState(false);
  if (!view.merchant.takesPayments)
    return <Result icon="cross" tone="bad" title={t('shopClosedTitle')} text={t('shopClosedText')} />;
  if (hasLeft) return <Left onBack={() => setLeft(false)} />;
  if (customer === null) {
    return (
      <SignIn
        title={t('signInTitle')}
        level={2}
        instead={{ href: `${walletFromHere()}#/sign-up`, text: t('openWalletHere') }}
        {...(hasSessionEnded ? { note: t('errNotSignedIn') } : {})}
        onSignedIn={() => {
          setSessionEnded(false);
          void props.ask();
        }}
      />
    );
  }
  if (view.needsRealName) {
    return (
      <>
        <StepHeading level={2}>{t('chooseMethod')}</StepHeading>
        <Account view={view} ask={props.ask} />
        <p className="note warn">{t('realNameFirst')}</p>
        <div className="actions">
          <a className="button" href={`${walletFromHere()}#/open`}>
            {t('realNameGo')}
          </a>
          <Decline {...props} onLeft={() => setLeft(true)} />
        </div>
      </>
    );
  }
  const usable = view.methods.filter((method) => method.disabledReason === undefined);
  const method = usable.find((candidate) => keyOf(candidate) === chosen) ?? usable[0];
  // A passkey confirms while the PIN is locked.
  const isLocked = customer.pinLockedUntil !== null && !view.hasPasskey;
  return (
    <>
      <StepHeading level={2}>{t('chooseMethod')}</StepHeading>
      <Account view={view} ask={props.ask} />
      {seen.value !== view.payerAmount.value && (
        <div className="note warn" role="alert">
          <strong>{t('priceChangedTitle')}</strong>
          <p>{t('priceChangedText', { now: showMoney(view.payerAmount), before: showMoney(seen) })}</p>
        </div>
      )}
      {view.lastRefusal !== null && (
        <p className="note warn" role="status">
          {lastTries[view.lastRefusal] === undefined
            ? t('refusedBy', { reason: say(t, bankRefusals[view.lastRefusal] ?? 'refusedOther') })
            : say(t, lastTries[view.lastRefusal]!)}
        </p>
      )}
      {customer.pinLockedUntil !== null && (
        <PinLocked
          text={t('pinLocked', { time: showTime(customer.pinLockedUntil) })}
          hasPasskey={view.hasPasskey}
        />
      )}
      {usable.length === 0 && <p className="note warn">{t('noMethod')}</p>}
      <fieldset className="methods">
        <legend className="visually-hidden">{t('chooseMethod')}</legend>
        {view.methods.map((candidate) => (
          <Method
            key={keyOf(candidate)}
            method={candidate}
            isChosen={method !== undefined && keyOf(candidate) === keyOf(method)}
            onChoose={() => setChosen(keyOf(candidate))}
          />
        ))}
      </fieldset>
      <div className="actions">
        <button
          type="button"
          className="button"
          disabled={method === undefined || isLocked}
          onClick={() => setConfirming(true)}
        >
          {t('payNow', { amount: showMoney(view.payerAmount) })}
        </button>
        <Decline {...props} onLeft={() => setLeft(true)} />
      </div>
      {isConfirming && method !== undefined && (
        <Confirm
          {...props}
          method={method}
          onClose={() => setConfirming(false)}
          onSessionEnded={() => {
            setConfirming(false);
            setSessionEnded(true);
          }}
        />
      )}
    </>
  );
}

/** The shopper does not pay; the order is not theirs to end. */
function Left(props: { onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Result icon="cross" tone="wait" title={t('leftTitle')} text={t('leftText')}>
      <div className="actions">
        <button type="button" className="button quiet" onClick={props.onBack}>
          {t('leftBack')}
        </button>
        <a className="button quiet" href="/wallet">
          {t('openWallet')}
        </a>
      </div>
    </Result>
  );
}

function Account(props: { view: CashierView; ask: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const { customer } = props.view;
  const signOut = useMutation({
    mutationFn: () => call('POST', '/api/wallet/session/end'),
    onSettled: () => props.ask(),
  });
  if (customer === null) return null;
  return (
    <p className="account">
      <span className="muted">{t('signedInAs', { name: customer.name, phone: customer.maskedPhone })}</span>
      <button type="button" className="linkish" disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        {t('switchAccount')}
      </button>
    </p>
  );
}

function Method(props: { method: PayMethod; isChosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation();
  const { method } = props;
  const isDisabled = method.disabledReason !== undefined;
  const detail =
    method.kind === 'balance'
      ? t(isDisabled ? 'balanceNotEnough' : 'available', { amount: showMoney(method.available) })
      : isDisabled
        ? t('cardNotActive')
        : '';
  return (
    <div className="method">
      <label>
        <input
          type="radio"
          name="method"
          checked={props.isChosen}
          disabled={isDisabled}
          onChange={props.onChoose}
        />
        <span className="badge">
          <Icon name={method.kind === 'balance' ? 'purse' : 'card'} />
        </span>
        <span className="what">
          <strong>{methodName(method)}</strong>
          {detail !== '' && <span className="muted small">{detail}</span>}
        </span>
      </label>
      {method.disabledReason === 'BALANCE_NOT_ENOUGH' && (
        <a className="button quiet small" href={`${walletFromHere()}#/top-up`}>
          {t('topUpFirst')}
        </a>
      )}
    </div>
  );
}
