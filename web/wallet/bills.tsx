// Bills: everything that moved, newest first, by kind and month.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { BillKind, BillPage as BillPageShape, BillView } from '@tongbao/protocol/wallet';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showMoney, showMovement, showShortTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { say, type WordKey } from '../ui/i18n.ts';
import { Icon, type IconName } from '../ui/icons.tsx';

type BillPage = ReturnType<typeof BillPageShape.parse>;

export const kinds: Readonly<Record<BillView['kind'], { readonly name: WordKey; readonly icon: IconName }>> =
  {
    payment: { name: 'kindPayment', icon: 'shop' },
    refund: { name: 'kindRefund', icon: 'back' },
    'top-up': { name: 'kindTopUp', icon: 'plus' },
    withdrawal: { name: 'kindWithdrawal', icon: 'bank' },
  };

export const statuses: Readonly<Record<string, WordKey>> = {
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

export const billsPath = '/api/wallet/bills';
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
  const [kind, setKind] = useState<BillKind | ''>('');
  const [month, setMonth] = useState('');
  const isChosen = kind !== '' || month !== '';
  const query = useInfiniteQuery({
    queryKey: [billsPath, 'all', kind, month],
    queryFn: ({ pageParam }) => {
      const asked = Object.entries({ kind, month, cursor: pageParam }).filter(([, value]) => value !== '');
      return call<BillPage>('GET', `${billsPath}?${new URLSearchParams(asked)}`);
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const bills = query.data?.pages.flatMap((page) => page.bills) ?? [];
  return (
    <section className="card" aria-label={t('bills')}>
      <StepHeading level={1}>{t('bills')}</StepHeading>
      <fieldset className="chips">
        <legend className="visually-hidden">{t('bills')}</legend>
        {(['', 'payment', 'refund', 'top-up', 'withdrawal'] as const).map((each) => (
          <label key={each} className="chip">
            <input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} />
            <span>{each === '' ? t('allKinds') : say(t, kinds[each].name)}</span>
          </label>
        ))}
        <label className="chip month">
          <span className="visually-hidden">{t('month')}</span>
          <select value={month} onChange={(event) => setMonth(event.target.value)}>
            <option value="">{t('allMonths')}</option>
            {lastMonths(bills[0]?.at).map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.isSuccess && bills.length === 0 && (
        <div className="empty">
          <Icon name="bills" size={40} />
          <p>
            <strong>{isChosen ? t('noBillsChosen') : t('noBills')}</strong>
          </p>
          {isChosen ? (
            <button
              type="button"
              className="linkish"
              onClick={() => {
                setKind('');
                setMonth('');
              }}
            >
              {t('clearFilter')}
            </button>
          ) : (
            <p className="muted">{t('noBillsText')}</p>
          )}
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

const monthsShown = 13;
let newestSeen = '';

/** The months to choose from, the newest bill's first: the browser's own clock may stand elsewhere than the server's. */
function lastMonths(at: string | undefined): string[] {
  if (at !== undefined && at > newestSeen) newestSeen = at;
  if (newestSeen === '') return [];
  const [year, month] = showShortTime(newestSeen).slice(0, 7).split('-').map(Number) as [number, number];
  return Array.from({ length: monthsShown }, (_, ago) => {
    const index = year * 12 + month - 1 - ago;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
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

export function Failed(props: { error: Error; again: () => void }) {
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
export const titleOf = (bill: BillView, language: string): string =>
  (bill.kind === 'top-up' || bill.kind === 'withdrawal') && language !== 'zh-CN'
    ? bill.description
    : bill.title;

export function BillRows(props: { bills: readonly BillView[] }) {
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
              {bill.seller !== null && (
                <span className="muted small">{t('soldBy', { seller: bill.seller })}</span>
              )}
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
