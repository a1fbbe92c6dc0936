// How a payment can stand when there is nothing (more) to choose: waiting for the bank, paid, cancelled, declined,
// expired.
import { isReturnAddress } from '@tongbao/protocol/addresses';
import type { CashierView } from '@tongbao/protocol/wallet';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { methodName, showMoney, showRate, showTime } from '../ui/format.ts';
import { Result } from '../ui/frame.tsx';
import type { WordKey } from '../ui/i18n.ts';
import { say } from '../ui/i18n.ts';
import { usePatience } from '../ui/patience.ts';

export interface EndingProps {
  readonly view: CashierView;
  readonly ask: () => Promise<unknown>;
  /** It could still be paid when this page was opened. */
  readonly wasOpen: boolean;
}

export function Ending(props: EndingProps) {
  const { t } = useTranslation();
  const { view } = props;
  if (view.status === 'pending') return <Pending ask={props.ask} />;
  const back = isReturnAddress(view.returnUrl) ? view.returnUrl : null;
  const backLink = back !== null && (
    <a className="button" href={back}>
      {t('returnTo', { merchant: view.merchant.name })}
    </a>
  );
  if (view.status === 'paid') {
    if (view.paidWith !== null) return <Paid view={view} back={back} wasOpen={props.wasOpen} />;
    return (
      <Result icon="check" title={t('alreadyPaidTitle')} text={t('alreadyPaidText')}>
        <div className="actions">
          {backLink}
          <a className="button quiet" href="/wallet">
            {t('openWallet')}
          </a>
        </div>
      </Result>
    );
  }
  const [title, text] = closed[view.status === 'created' ? 'expired' : view.status];
  return (
    <Result
      icon={view.status === 'expired' ? 'clock' : 'cross'}
      tone="bad"
      title={say(t, title)}
      text={say(t, text)}
    >
      <div className="actions">{backLink}</div>
    </Result>
  );
}

const closed: Readonly<Record<'cancelled' | 'declined' | 'expired', readonly [WordKey, WordKey]>> = {
  cancelled: ['cancelledTitle', 'cancelledText'],
  declined: ['declinedTitle', 'declinedText'],
  expired: ['expiredTitle', 'expiredText'],
};

function Pending(props: { ask: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const { gaveUp, again } = usePatience(props.ask);
  return (
    <Result
      icon="clock"
      tone="wait"
      title={t('pendingTitle')}
      text={gaveUp ? t('pendingLong') : t('pendingText')}
    >
      {gaveUp && (
        <div className="actions">
          <button type="button" className="button" onClick={again}>
            {t('askAgain')}
          </button>
        </div>
      )}
    </Result>
  );
}

function Paid(props: { view: CashierView; back: string | null; wasOpen: boolean }) {
  const { t } = useTranslation();
  const { view, back } = props;
  const isForeign = view.amount.currency !== view.payerAmount.currency;
  return (
    <Result icon="check" title={t('paidTitle')}>
      <p className="paid-amount">{showMoney(view.payerAmount)}</p>
      <dl className="receipt">
        {isForeign && (
          <>
            <Line name={t('merchantGets')}>{showMoney(view.amount)}</Line>
            <Line name={t('rate')}>{showRate(view.rate).price}</Line>
          </>
        )}
        {view.paidWith !== null && <Line name={t('paidWith')}>{methodName(view.paidWith)}</Line>}
        {view.paidAt !== null && <Line name={t('paidAt')}>{showTime(view.paidAt)}</Line>}
        <Line name={t('paymentNumber')}>
          <span className="mono">{view.paymentId}</span>
        </Line>
      </dl>
      {back !== null && <Return to={back} merchant={view.merchant.name} byItself={props.wasOpen} />}
    </Result>
  );
}

function Line(props: { name: string; children: React.ReactNode }) {
  return (
    <div className="row">
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

const secondsBeforeReturn = 5;

/** Goes back by itself after a moment that can be stopped: the shop's page and its notification both know already. */
function Return(props: { to: string; merchant: string; byItself: boolean }) {
  const { t } = useTranslation();
  const { to } = props;
  const [left, setLeft] = useState<number | null>(props.byItself ? secondsBeforeReturn : null);
  useEffect(() => {
    if (left === null) return;
    if (left === 0) {
      location.assign(to);
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left, to]);
  return (
    <div className="actions">
      <a className="button" href={to}>
        {t('returnTo', { merchant: props.merchant })}
      </a>
      {left !== null && (
        <p className="muted small">
          <span className="visually-hidden" role="status">
            {t('returnSoon')}
          </span>
          <span aria-hidden="true">{t('returnIn', { seconds: left })}</span>{' '}
          <button type="button" className="linkish" onClick={() => setLeft(null)}>
            {t('stay')}
          </button>
        </p>
      )}
    </div>
  );
}
