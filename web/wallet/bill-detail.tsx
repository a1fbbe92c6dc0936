// One bill: both currencies, how it was paid, the order, its refunds, and how the exchange came about.
import { useQuery } from '@tanstack/react-query';
import type { BillDetail as Detail } from '@tongbao/protocol/wallet';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { methodName, showMoney, showMovement, showRate, showSpread, showTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { say } from '../ui/i18n.ts';
import { BillRows, billsPath, Failed, kinds, statuses, titleOf } from './bills.tsx';

export function BillDetail(props: { billId: string }) {
  const { t, i18n } = useTranslation();
  const path = `${billsPath}/${props.billId}`;
  const query = useQuery({ queryKey: [path], queryFn: () => call<Detail>('GET', path) });
  const bill = query.data;
  return (
    <>
      <section className="card" aria-label={t('billDetail')}>
        <StepHeading level={1}>{t('billDetail')}</StepHeading>
        {query.isPending && <Skeleton rows={6} />}
        {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
        {bill !== undefined && (
          <>
            <div className="amounts centred">
              <p className="muted">
                {say(t, kinds[bill.kind].name)} · {titleOf(bill, i18n.language)}
              </p>
              <p className="order">{showMovement(bill.payerAmount)}</p>
            </div>
            <BillLines bill={bill} />
          </>
        )}
      </section>
      {bill !== undefined && bill.refunds.length > 0 && (
        <section className="card">
          <h2>{t('refundsOfThis')}</h2>
          <BillRows bills={bill.refunds} />
        </section>
      )}
      {bill?.rate != null && <Receipt bill={bill} rate={bill.rate} />}
      {(bill?.kind === 'payment' || bill?.kind === 'refund') && (
        <section className="card">
          <h2>{t('proofTitle')}</h2>
          <p className="muted">{t('proofHint')}</p>
          <a href={`${path}/receipt`} download={`receipt-${bill.billId}.json`}>
            {t('proofFile')}
          </a>
        </section>
      )}
      <div className="actions">
        <a className="button quiet" href="#/bills">
          {t('allBills')}
        </a>
      </div>
    </>
  );
}

function BillLines(props: { bill: Detail }) {
  const { t } = useTranslation();
  const { bill } = props;
  return (
    <dl>
      <Line name={t('billStatus')}>{say(t, statuses[bill.status] ?? 'statusPending')}</Line>
      {bill.method !== null && <Line name={t('paidBy')}>{methodName(bill.method)}</Line>}
      {bill.seller !== null && <Line name={t('seller')}>{bill.seller}</Line>}
      <Line name={t('item')}>{bill.description}</Line>
      {bill.order !== null && bill.order.goods.length > 1 && (
        <Line name={t('goods')}>
          {bill.order.goods.map((good) => (
            <span className="second" key={`${good.name} ${good.quantity}`}>
              {good.name} × {good.quantity}
            </span>
          ))}
        </Line>
      )}
      {bill.amount !== null && <Line name={t('billAmount')}>{showMoney(bill.amount)}</Line>}
      {bill.paymentBillId !== null && (
        <Line name={t('refundOf')}>
          <a href={`#/bills/${bill.paymentBillId}`}>{t('viewPayment')}</a>
        </Line>
      )}
      <Line name={t('billTime')}>{showTime(bill.at)}</Line>
      {bill.order?.reference != null && (
        <Line name={t('orderNumber')}>
          <span className="mono">{bill.order.reference}</span>
        </Line>
      )}
      <Line name={t('billNumber')}>
        <span className="mono">{bill.billId}</span>
      </Line>
    </dl>
  );
}

/** How the shopper's amount came about: the order at the middle rate, the spread, and nothing else. */
function Receipt(props: { bill: Detail; rate: NonNullable<Detail['rate']> }) {
  const { t } = useTranslation();
  const { bill, rate } = props;
  const shown = showRate(rate);
  return (
    <section className="card">
      <h2>{t('receiptTitle')}</h2>
      <dl>
        {bill.amount !== null && <Line name={t('billAmount')}>{showMoney(bill.amount)}</Line>}
        <Line name={t('rate')}>
          {shown.price}
          <span className="second">{shown.inverse}</span>
        </Line>
        <Line name={t('rateMid')}>{shown.mid}</Line>
        {bill.exchange !== null && (
          <>
            <Line name={t('atMid')}>{showMoney(bill.exchange.atMid)}</Line>
            <Line name={t('spreadAmount')}>
              {showMoney(bill.exchange.spread)}
              <span className="second">{t('rateSpreadIs', { spread: showSpread(rate.spreadBps) })}</span>
            </Line>
            <Line name={t('receiptTotal')}>
              <strong>
                {showMoney({ ...bill.payerAmount, value: bill.payerAmount.value.replace('-', '') })}
              </strong>
              <span className="second">{t('receiptRounding')}</span>
            </Line>
          </>
        )}
        <Line name={t('rateSource')}>{t('rateSourceIs', { date: rate.rateDate, source: rate.source })}</Line>
        <Line name={t('receiptLocked')}>{showTime(rate.lockedAt)}</Line>
        <Line name={t('quoteNumber')}>
          <span className="mono">{rate.quoteId}</span>
        </Line>
      </dl>
    </section>
  );
}

function Line(props: { name: string; children: ReactNode }) {
  return (
    <div className="row">
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
