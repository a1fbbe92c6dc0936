// Bills: everything that moved, newest first, with both currencies and the rate.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { BillPage as BillPageShape, BillView } from '@tongbao/protocol/wallet';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showMoney, showMovement, showRate, showShortTime, showSpread, showTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { say, type WordKey } from '../ui/i18n.ts';
import { Icon, type IconName } from '../ui/icons.tsx';

type BillPage = ReturnType<typeof BillPageShape.parse>;

const kinds: Readonly<Record<BillView['kind'], { readonly name: WordKey; readonly icon: IconName }>> = {
  payment: { name: 'kindPayment', icon: 'shop' },
  refund: { name: 'kindRefund', icon: 'back' },
  'top-up': { name: 'kindTopUp', icon: 'plus' },
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

/** What needs no word in a list: money that moved as its line says. */
const ordinary = new Set(['paid', 'succeeded']);

const billsPath = '/api/wallet/bills';
const recentCount = 3;

export function RecentBills() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: [billsPath, 'recent'],
    queryFn: () => call<BillPage>('GET', billsPath),
  });
  const bills = query.data?.bills.slice(0, recentCount) ?? [];
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('recentBills')}</h2>
        {bills.length > 0 && <a href="#/bills">{t('allBills')}</a>}
      </div>
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.isSuccess && bills.length === 0 && <p className="muted">{t('noBillsText')}</p>}
      <BillRows bills={bills} />
    </section>
  );
}

export function Bills() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: [billsPath, 'all'],
    queryFn: ({ pageParam }) =>
      call<BillPage>(
        'GET',
        `${billsPath}${pageParam === '' ? '' : `?cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const bills = query.data?.pages.flatMap((page) => page.bills) ?? [];
  return (
    <section className="card" aria-label={t('bills')}>
      <StepHeading level={1}>{t('bills')}</StepHeading>
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.isSuccess && bills.length === 0 && (
        <div className="empty">
          <Icon name="bills" size={40} />
          <p>
            <strong>{t('noBills')}</strong>
          </p>
          <p className="muted">{t('noBillsText')}</p>
        </div>
      )}
      <BillRows bills={bills} />
      {query.hasNextPage && (
        <More
          isBusy={query.isFetchingNextPage}
          canAsk={query.error === null}
          ask={() => void query.fetchNextPage()}
        />
      )}
    </section>
  );
}

/** Brings the next page when it comes into view; a button for those who do not scroll. */
function More(props: { isBusy: boolean; canAsk: boolean; ask: () => void }) {
  const { t } = useTranslation();
  const { isBusy, canAsk, ask } = props;
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isBusy || !canAsk || button.current === null) return;
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((entry) => entry.isIntersecting)) ask();
    });
    watch.observe(button.current);
    return () => watch.disconnect();
  });
  return (
    <div className="actions">
      <button ref={button} type="button" className="button quiet" disabled={isBusy} onClick={ask}>
        {isBusy ? t('loading') : t('more')}
      </button>
    </div>
  );
}

function Failed(props: { error: Error; again: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="note bad" role="alert">
      <p>{errorText(props.error, t)}</p>
      <button type="button" className="linkish" onClick={props.again}>
        {t('retry')}
      </button>
    </div>
  );
}

/** A top-up's title is the bank's Chinese name; its description has the other. */
const titleOf = (bill: BillView, language: string): string =>
  bill.kind === 'top-up' && language === 'en' ? bill.description : bill.title;

function BillRows(props: { bills: readonly BillView[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="bills">
      {props.bills.map((bill) => (
        <li key={bill.billId}>
          <a href={`#/bills/${bill.billId}`}>
            <span className={`badge ${bill.payerAmount.value.startsWith('-') ? '' : 'in'}`}>
              <Icon name={kinds[bill.kind].icon} />
            </span>
            <span className="what">
              <strong>{titleOf(bill, i18n.language)}</strong>
              <span className="muted small">
                {/* A payment is what a bill is unless it says otherwise. */}
                <span className={bill.kind === 'payment' ? 'visually-hidden' : ''}>
                  {say(t, kinds[bill.kind].name)}{' '}
                </span>
                <time dateTime={bill.at}>{showShortTime(bill.at)}</time>
              </span>
            </span>
            <span className="how-much">
              <strong className={bill.payerAmount.value.startsWith('-') ? '' : 'in'}>
                {showMovement(bill.payerAmount)}
              </strong>
              <span className="muted small">
                {ordinary.has(bill.status)
                  ? bill.amount !== null && showMoney(bill.amount)
                  : say(t, statuses[bill.status] ?? 'statusPending')}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function BillDetail(props: { billId: string }) {
  const { t, i18n } = useTranslation();
  const path = `${billsPath}/${props.billId}`;
  const query = useQuery({ queryKey: [path], queryFn: () => call<BillView>('GET', path) });
  const bill = query.data;
  return (
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
      <div className="actions">
        <a className="button quiet" href="#/bills">
          {t('allBills')}
        </a>
      </div>
    </section>
  );
}

function BillLines(props: { bill: BillView }) {
  const { t } = useTranslation();
  const { bill } = props;
  const { rate } = bill;
  const shown = rate === null ? null : showRate(rate);
  return (
    <dl>
      <Line name={t('billStatus')}>{say(t, statuses[bill.status] ?? 'statusPending')}</Line>
      <Line name={t('item')}>{bill.description}</Line>
      {bill.amount !== null && <Line name={t('billAmount')}>{showMoney(bill.amount)}</Line>}
      {rate !== null && shown !== null && (
        <>
          <Line name={t('rate')}>
            {shown.price}
            <span className="second">{shown.inverse}</span>
          </Line>
          <Line name={t('rateMid')}>{shown.mid}</Line>
          <Line name={t('rateSpread')}>{t('rateSpreadIs', { spread: showSpread(rate.spreadBps) })}</Line>
          <Line name={t('rateSource')}>
            {t('rateSourceIs', { date: rate.rateDate, source: rate.source })}
          </Line>
        </>
      )}
      <Line name={t('billTime')}>{showTime(bill.at)}</Line>
      <Line name={t('billNumber')}>
        <span className="mono">{bill.billId}</span>
      </Line>
    </dl>
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
