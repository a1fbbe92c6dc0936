// The order at a glance: who is paid, both currencies, the rate with everything in it, the time left.
import type { CashierView } from '@tongbao/protocol/wallet';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showClock, showInverse, showMid, showMoney, showPrice, showSpread } from '../ui/format.ts';
import { say, type WordKey } from '../ui/i18n.ts';

const regions: Readonly<Record<string, WordKey>> = {
  KR: 'regionKR',
  JP: 'regionJP',
  GB: 'regionGB',
  HK: 'regionHK',
  TW: 'regionTW',
};

export function OrderSummary(props: { view: CashierView; onDeadline: () => void }) {
  const { t } = useTranslation();
  const { view } = props;
  const { order, merchant, rate } = view;
  const foreign = view.amount.currency !== view.payerAmount.currency;
  return (
    <>
      <p className="muted">{t('payTo')}</p>
      <h1 style={{ fontSize: 20 }}>{merchant.name}</h1>
      <p className="muted small">
        {regions[merchant.region] === undefined ? merchant.region : say(t, regions[merchant.region]!)}
      </p>
      <div className="amounts">
        <p className="order" data-testid="order-amount">
          {showMoney(view.amount)}
        </p>
        {foreign && (
          <>
            <p className="equals">{t('costsYou')}</p>
            <p className="payer" data-testid="payer-amount">
              {showMoney(view.payerAmount)}
            </p>
          </>
        )}
      </div>
      {foreign && (
        <div className="ratebox">
          <p>
            <strong>
              {t('rate')}: {t('rateBoth', { amount: `1 ${rate.quote}`, price: showInverse(rate) })}
            </strong>
          </p>
          <p>{t('rateBoth', { amount: `1 ${rate.base}`, price: showPrice(rate) })}</p>
          <p>{t('rateMid', { mid: showMid(rate), spread: showSpread(rate.spreadBps) })}</p>
          <p>
            {t('rateSource', { date: rate.rateDate, source: rate.source })} ·{' '}
            {t('rateLocked', { time: showClock(rate.expiresAt) })}
          </p>
        </div>
      )}
      {view.status === 'created' && <Countdown view={view} onDeadline={props.onDeadline} />}
      <hr className="divider" />
      <dl>
        <div className="row">
          <dt>{t('item')}</dt>
          <dd>{order.description}</dd>
        </div>
        {order.reference !== null && (
          <div className="row">
            <dt>{t('orderNumber')}</dt>
            <dd className="mono">{order.reference}</dd>
          </div>
        )}
        <div className="row">
          <dt>{t('paymentNumber')}</dt>
          <dd className="mono">{view.paymentId}</dd>
        </div>
      </dl>
      {order.goods.length > 1 && (
        <details>
          <summary>{t('goods', { count: order.goods.length })}</summary>
          {order.goods.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list; two items may be the same.
            <div className="row" key={index}>
              <span>
                {item.name} × {item.quantity}
              </span>
              <span>{item.unitAmount === null ? '' : showMoney(item.unitAmount)}</span>
            </div>
          ))}
        </details>
      )}
    </>
  );
}

/** Counts by the server's clock; screen readers hear it by the minute, not by the second. */
function Countdown(props: { view: CashierView; onDeadline: () => void }) {
  const { t } = useTranslation();
  const { view, onDeadline } = props;
  // The server's clock may run elsewhere than the browser's: keep the distance to a monotonic one.
  const offset = useRef({ now: '', at: 0 });
  if (offset.current.now !== view.now) offset.current = { now: view.now, at: performance.now() };
  const deadline = Date.parse(view.expiresAt) - Date.parse(view.now);
  const [, tick] = useState(0);
  const leftMs = Math.max(0, deadline - (performance.now() - offset.current.at));
  const over = leftMs === 0;
  useEffect(() => {
    if (over) {
      onDeadline();
      return;
    }
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [over, onDeadline]);
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const text = `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <p className={`countdown ${minutes === 0 ? 'late' : ''}`}>
      <span>{t('timeLeft')}</span>
      <b aria-hidden="true">{text}</b>
      <span className="visually-hidden" role="timer" aria-live="polite">
        {minutes > 0 ? t('minutesLeft', { minutes }) : t('secondsLeft')}
      </span>
    </p>
  );
}
