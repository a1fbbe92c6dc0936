// The order at a glance: who is paid, both currencies, the rate with everything in it, what was ordered.
import type { CashierView } from '@tongbao/protocol/wallet';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { showClock, showMoney, showRate, showSpread } from '../ui/format.ts';
import { say, type WordKey } from '../ui/i18n.ts';
import { Icon } from '../ui/icons.tsx';

const regions: Readonly<Record<string, WordKey>> = {
  KR: 'regionKR',
  JP: 'regionJP',
  GB: 'regionGB',
  HK: 'regionHK',
  TW: 'regionTW',
};

export function OrderSummary(props: { view: CashierView }) {
  const { t } = useTranslation();
  const { view } = props;
  const { merchant } = view;
  const region = regions[merchant.region];
  // Of an order that nobody will pay, the rate is of no interest any more.
  const isPayable = view.status === 'created' || view.status === 'pending' || view.status === 'paid';
  const isForeign = view.amount.currency !== view.payerAmount.currency;
  return (
    <>
      <div className="merchant">
        <span className="badge">
          <Icon name="shop" size={22} />
        </span>
        <div>
          <p className="muted small">{t('payTo')}</p>
          <h1>
            <bdi>{merchant.name}</bdi>
          </h1>
          {merchant.seller !== null && (
            <p className="small">
              <bdi>{t('soldBy', { seller: merchant.seller })}</bdi>
            </p>
          )}
          <p className="muted small">{region === undefined ? merchant.region : say(t, region)}</p>
        </div>
      </div>
      <div className="amounts">
        <p className="order" data-testid="order-amount">
          {showMoney(view.amount)}
        </p>
        {isForeign && (
          <p className="payer">
            <span>{t('costsYou')}</span> <b data-testid="payer-amount">{showMoney(view.payerAmount)}</b>
          </p>
        )}
      </div>
      {isForeign && isPayable && <RateBox view={view} />}
      <Details view={view} />
    </>
  );
}

/** Everything that is in the price of the money, in the direction in which people know the rate. */
function RateBox(props: { view: CashierView }) {
  const { t } = useTranslation();
  const { rate, status } = props.view;
  const shown = showRate(rate);
  return (
    <dl className="ratebox">
      <div className="row strong">
        <dt>{t('rate')}</dt>
        <dd>
          {shown.price}
          <span className="second">{shown.inverse}</span>
        </dd>
      </div>
      <div className="row">
        <dt>{t('rateMid')}</dt>
        <dd>{shown.mid}</dd>
      </div>
      <div className="row">
        <dt>{t('rateSpread')}</dt>
        <dd>{t('rateSpreadIs', { spread: showSpread(rate.spreadBps) })}</dd>
      </div>
      <div className="row">
        <dt>{t('rateSource')}</dt>
        <dd>{t('rateSourceIs', { date: rate.rateDate, source: rate.source })}</dd>
      </div>
      {status === 'created' && (
        <div className="row">
          <dt>{t('rateLocked')}</dt>
          <dd>{showClock(rate.expiresAt)}</dd>
        </div>
      )}
    </dl>
  );
}

/** On a wide screen there is room to show all of it at once. */
const isWide = (): boolean => matchMedia('(min-width: 820px)').matches;

function Details(props: { view: CashierView }) {
  const { t } = useTranslation();
  const { order, paymentId } = props.view;
  const [isOpen, setOpen] = useState(isWide);
  return (
    <>
      <p className="ordered">
        <bdi>{order.description}</bdi>
      </p>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('orderDetails')}</summary>
        {order.goods.length > 0 && (
          <ul className="goods" aria-label={t('goods')}>
            {order.goods.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list; two items may be the same.
              <li className="row" key={index}>
                <span>
                  {item.name} × {item.quantity}
                </span>
                <span>{item.unitAmount === null ? '' : showMoney(item.unitAmount)}</span>
              </li>
            ))}
          </ul>
        )}
        <dl>
          {order.reference !== null && (
            <div className="row">
              <dt>{t('orderNumber')}</dt>
              <dd className="mono">{order.reference}</dd>
            </div>
          )}
          <div className="row">
            <dt>{t('paymentNumber')}</dt>
            <dd className="mono">{paymentId}</dd>
          </div>
        </dl>
      </details>
    </>
  );
}
