// One payment from the shopper's side: what it is, what it costs, how to pay, and every honest end of it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CashierView } from '@tongbao/protocol/wallet';
import { useTranslation } from 'react-i18next';
import { ApiError, call } from '../ui/api.ts';
import { Bar, Result, Skeleton } from '../ui/frame.tsx';
import { Ending } from './ending.tsx';
import { OrderSummary } from './order-summary.tsx';
import { Pay } from './pay.tsx';

/** A bank may take its time: ask often at first, then less. Bounded by the payment's own end. */
const pendingPollMs = 1_500;
const openPollMs = 15_000;

export const paymentPath = (token: string): string => `/api/cashier/payments/${encodeURIComponent(token)}`;

export function Cashier(props: { token: string }) {
  const { t } = useTranslation();
  const path = paymentPath(props.token);
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: [path],
    queryFn: () => call<CashierView>('GET', path),
    refetchInterval: (state) => {
      if (state.state.error !== null) return state.state.error instanceof ApiError ? false : 3_000;
      const status = state.state.data?.status;
      return status === 'pending' ? pendingPollMs : status === 'created' ? openPollMs : false;
    },
  });
  const view = query.data;
  const show = (next: CashierView) => queries.setQueryData([path], next);
  return (
    <>
      <Bar title={t('cashier')} />
      <main className={`page ${view === undefined ? 'narrow' : ''}`}>
        {view === undefined && query.error === null && (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        )}
        {query.error !== null && (
          <Trouble error={query.error} retry={() => void query.refetch()} known={view !== undefined} />
        )}
        {view !== undefined && (
          <div className="two">
            <section className="card" aria-label={t('orderDetails')}>
              <OrderSummary view={view} onDeadline={() => void query.refetch()} />
            </section>
            <section className="card" aria-label={t('cashier')}>
              {view.status === 'created' ? (
                <Pay view={view} path={path} onView={show} refetch={() => void query.refetch()} />
              ) : (
                <Ending view={view} />
              )}
            </section>
          </div>
        )}
        <p className="footer">{t('secure')}</p>
      </main>
    </>
  );
}

function Trouble(props: { error: Error; retry: () => void; known: boolean }) {
  const { t } = useTranslation();
  if (props.error instanceof ApiError && props.error.code === 'PAYMENT_NOT_FOUND') {
    return (
      <div className="card">
        <Result mark="?" tone="bad" title={t('notFoundTitle')} text={t('notFoundText')} />
      </div>
    );
  }
  if (props.known) {
    return (
      <p className="note warn" role="alert">
        {t('networkText')}
      </p>
    );
  }
  return (
    <div className="card">
      <Result mark="!" tone="wait" title={t('networkTitle')} text={t('networkText')}>
        <div className="actions">
          <button type="button" className="button" onClick={props.retry}>
            {t('retry')}
          </button>
        </div>
      </Result>
    </div>
  );
}
