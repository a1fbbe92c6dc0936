// How a payment can stand when there is nothing (more) to choose: waiting for the bank, paid, cancelled, declined,
// expired.
import type { CashierView } from '@tongbao/protocol/wallet';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showMoney, showTime } from '../ui/format.ts';
import { Result } from '../ui/frame.tsx';
import { methodName } from './pay.tsx';

export function Ending(props: { view: CashierView }) {
  const { t } = useTranslation();
  const { view } = props;
  const back = isUrl(view.returnUrl) ? view.returnUrl : null;
  if (view.status === 'pending')
    return <Result mark="…" tone="wait" title={t('pendingTitle')} text={t('pendingText')} />;
  if (view.status === 'paid') return <Paid view={view} back={back} />;
  const ends = {
    cancelled: [t('cancelledTitle'), t('cancelledText')],
    declined: [t('declinedTitle'), t('declinedText')],
    expired: [t('expiredTitle'), t('expiredText')],
  } as const;
  const [title, text] = ends[view.status as keyof typeof ends] ?? ends.cancelled;
  return (
    <Result mark="!" tone="bad" title={title} text={text}>
      {back !== null && (
        <div className="actions">
          <a className="button" href={back}>
            {t('returnTo', { merchant: view.merchant.name })}
          </a>
        </div>
      )}
    </Result>
  );
}

function Paid(props: { view: CashierView; back: string | null }) {
  const { t } = useTranslation();
  const { view, back } = props;
  return (
    <Result mark="✓" title={t('paidTitle')}>
      <dl style={{ textAlign: 'left', marginTop: 14 }}>
        <div className="row">
          <dt>{t('youPaid')}</dt>
          <dd>
            <strong>{showMoney(view.payerAmount)}</strong>
          </dd>
        </div>
        <div className="row">
          <dt>{t('merchantGets')}</dt>
          <dd>{showMoney(view.amount)}</dd>
        </div>
        {view.paidWith !== null && (
          <div className="row">
            <dt>{t('paidWith')}</dt>
            <dd>{methodName(view.paidWith)}</dd>
          </div>
        )}
        {view.paidAt !== null && (
          <div className="row">
            <dt>{t('paidAt')}</dt>
            <dd>{showTime(view.paidAt)}</dd>
          </div>
        )}
      </dl>
      {back !== null && <Return to={back} merchant={view.merchant.name} />}
    </Result>
  );
}

const secondsBeforeReturn = 5;

/** Goes back by itself after a moment that can be stopped: the shop's page and its notification both know already. */
function Return(props: { to: string; merchant: string }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState<number | null>(secondsBeforeReturn);
  useEffect(() => {
    if (left === null) return;
    if (left === 0) {
      location.assign(props.to);
      return;
    }
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left, props.to]);
  return (
    <div className="actions">
      <a className="button" href={props.to}>
        {t('returnTo', { merchant: props.merchant })}
      </a>
      {left !== null && (
        <p className="muted small">
          {t('returnIn', { seconds: left })}{' '}
          <button type="button" className="linkish" onClick={() => setLeft(null)}>
            {t('stay')}
          </button>
        </p>
      )}
    </div>
  );
}

/** Web addresses and shops' own app links; nothing that could run in this page. */
const isUrl = (text: string): boolean =>
  URL.canParse(text) && !/^(javascript|data|vbscript|blob|file):/i.test(text);
