// Bills: everything that moved, newest first, with both currencies and the rate.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { BillPage, BillView } from '@tongbao/protocol/wallet';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showMid, showMoney, showMovement, showPrice, showSpread, showTime } from '../ui/format.ts';
import { Skeleton } from '../ui/frame.tsx';
import { say, type WordKey } from '../ui/i18n.ts';

const kinds: Readonly<Record<BillView['kind'], WordKey>> = {
  payment: 'kindPayment',
  refund: 'kindRefund',
  'top-up': 'kindTopUp',
};

const statuses: Readonly<Record<string, WordKey>> = {
  paid: 'statusPaid',
  pending: 'statusPending',
  processing: 'statusPending',
  succeeded: 'statusSucceeded',
  failed: 'statusFailed',
  cancelled: 'statusCancelled',
  refunded: 'statusRefunded',
  'partly-refunded': 'statusPartlyRefunded',
};

export function Bills() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ['/api/wallet/bills'],
    queryFn: ({ pageParam }) =>
      call<BillPage>(
        'GET',
        `/api/wallet/bills${pageParam === '' ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const bills = query.data?.pages.flatMap((page) => page.bills) ?? [];
  return (
    <section className="card" aria-label={t('bills')}>
      <h2>{t('bills')}</h2>
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <p className="note bad">{errorText(query.error, t)}</p>}
      {query.isSuccess && bills.length === 0 && (
        <div className="result">
          <h1>{t('noBills')}</h1>
          <p className="muted">{t('noBillsText')}</p>
        </div>
      )}
      <ul className="bills">
        {bills.map((bill) => (
          <li key={bill.billId}>
            <a href={`#/bills/${bill.billId}`}>
              <span>
                <strong>{bill.title}</strong>
                <br />
                <span className="muted small">
                  {say(t, kinds[bill.kind])} · {showTime(bill.at)}
                </span>
              </span>
              <span style={{ textAlign: 'right' }}>
                <strong>{showMovement(bill.payerAmount)}</strong>
                <br />
                <span className="muted small">
                  {bill.amount === null
                    ? say(t, statuses[bill.status] ?? 'statusPending')
                    : showMoney(bill.amount)}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('more')}
          </button>
        </div>
      )}
    </section>
  );
}

export function BillDetail(props: { billId: string }) {
  const { t } = useTranslation();
  const path = `/api/wallet/bills/${props.billId}`;
  const query = useQuery({ queryKey: [path], queryFn: () => call<BillView>('GET', path) });
  const bill = query.data;
  return (
    <section className="card" aria-label={t('billDetail')}>
      <h2>{t('billDetail')}</h2>
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <p className="note bad">{errorText(query.error, t)}</p>}
      {bill !== undefined && (
        <>
          <div className="amounts">
            <p className="equals">{bill.title}</p>
            <p className="order">{showMovement(bill.payerAmount)}</p>
          </div>
          <dl>
            <Line name={t('billStatus')}>{say(t, statuses[bill.status] ?? 'statusPending')}</Line>
            <Line name={t('item')}>{bill.description}</Line>
            {bill.amount !== null && <Line name={t('billAmount')}>{showMoney(bill.amount)}</Line>}
            {bill.rate !== null && (
              <>
                <Line name={t('rate')}>
                  {t('rateBoth', { amount: `1 ${bill.rate.base}`, price: showPrice(bill.rate) })}
                </Line>
                <Line name="">
                  {t('rateMid', { mid: showMid(bill.rate), spread: showSpread(bill.rate.spreadBps) })}
                </Line>
              </>
            )}
            <Line name={t('billTime')}>{showTime(bill.at)}</Line>
            <Line name={t('billNumber')}>
              <span className="mono">{bill.billId}</span>
            </Line>
          </dl>
        </>
      )}
      <div className="actions">
        <a className="button quiet" href="#/bills">
          {t('back')}
        </a>
      </div>
    </section>
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
