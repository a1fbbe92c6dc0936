// One payment from the shopper's side: what it is, what it costs, how to pay, and every honest end of it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { CashierView } from '@tongbao/protocol/wallet';
import { useCallback, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { call, isRefusal } from '../ui/api.ts';
import { methodName, showMoney } from '../ui/format.ts';
import { Bar, Result, Skeleton } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { StepUp } from '../ui/step-up.tsx';
import { Countdown } from './countdown.tsx';
import { Ending, type EndingProps } from './ending.tsx';
import { OrderSummary } from './order-summary.tsx';
import { Pay } from './pay.tsx';
import '../ui/methods.css';
import './cashier.css';

/** The shop may cancel, and a sandbox's clock may jump, while the shopper looks. */
const openPollMs = 15_000;
/** Without an answer: soon at first, then less often, and after these tries only when the shopper asks. */
const lostPollMs = 2_000;
const lostPollLongestMs = 30_000;
const lostPollTries = 20;

export const paymentPath = (token: string): string => `/api/cashier/payments/${encodeURIComponent(token)}`;

export function Cashier(props: { token: string }) {
  const { t } = useTranslation();
  const path = paymentPath(props.token);
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: [path],
    queryFn: () => call<CashierView>('GET', path),
    refetchInterval: ({ state }) => {
      if (isRefusal(state.error, 'PAYMENT_NOT_FOUND')) return false;
      if (state.error !== null) {
        const tries = state.errorUpdateCount;
        return tries > lostPollTries ? false : Math.min(lostPollLongestMs, lostPollMs * 1.5 ** (tries - 1));
      }
      const isOpen = state.data?.status === 'created' || (state.data?.stepUp ?? null) !== null;
      return isOpen ? openPollMs : false;
    },
  });
  const view = query.data;
  const show = (next: CashierView) => queries.setQueryData([path], next);
  const { refetch } = query;
  const ask = useCallback(() => refetch(), [refetch]);
  // Whoever opens a link that was paid before came to look, not to be sent away.
  const firstStatus = useRef<CashierView['status'] | null>(null);
  firstStatus.current ??= view?.status ?? null;
  const isGone = isRefusal(query.error, 'PAYMENT_NOT_FOUND');
  if (view === undefined || isGone) {
    return (
      <>
        <Bar title={t('cashier')} />
        <main className="page narrow">
          <div className="card">
            {query.error === null ? (
              <Skeleton rows={7} />
            ) : (
              <Unavailable isGone={isGone} isAsking={query.isFetching} ask={ask} />
            )}
          </div>
        </main>
      </>
    );
  }
  const summary = (
    <section key="summary" className="pane summary" aria-label={t('orderDetails')}>
      <OrderSummary view={view} />
    </section>
  );
  const doing = (
    <section key="doing" className="pane doing" aria-label={t('cashier')}>
      {view.status === 'created' ? (
        <Pay view={view} path={path} onView={show} ask={ask} isAsking={query.isFetching} />
      ) : (
        <Waiting view={view} path={path} onView={show} ask={ask} wasOpen={firstStatus.current !== 'paid'} />
      )}
    </section>
  );
  return (
    <>
      <Bar title={t('cashier')} />
      <main className="page">
        {query.error !== null && (
          <p className="note warn" role="alert">
            {t('networkStale')}
          </p>
        )}
        <div className="checkout">
          {view.status === 'created' && <Countdown view={view} onDeadline={ask} />}
          {/* On a phone what has happened comes before what was ordered. */}
          {view.status === 'created' ? [summary, doing] : [doing, summary]}
        </div>
        <p className="footer">
          <Icon name="lock" size={15} /> {t('secure')}
        </p>
      </main>
    </>
  );
}

/** The bank asks the shopper; or there is nothing to do but to wait, or it has ended. */
function Waiting(props: EndingProps & { path: string; onView: (view: CashierView) => void }) {
  const { t } = useTranslation();
  const { view } = props;
  if (view.stepUp === null) return <Ending view={view} ask={props.ask} wasOpen={props.wasOpen} />;
  return (
    <StepUp
      key={view.stepUp.stepUpId}
      stepUp={view.stepUp}
      path={`${props.path}/step-up`}
      level={2}
      amount={showMoney(view.payerAmount)}
      card={view.askedCard === null ? null : methodName({ kind: 'card', card: view.askedCard })}
      giveUp={t('stepUpOtherWay')}
      onView={props.onView}
      ask={props.ask}
    />
  );
}

function Unavailable(props: { isGone: boolean; isAsking: boolean; ask: () => Promise<unknown> }) {
  const { t } = useTranslation();
  if (props.isGone) {
    return (
      <Result icon="attention" tone="bad" level={1} title={t('notFoundTitle')} text={t('notFoundText')} />
    );
  }
  return (
    <Result icon="attention" tone="wait" level={1} title={t('networkTitle')} text={t('networkText')}>
      <div className="actions">
        <button type="button" className="button" disabled={props.isAsking} onClick={() => void props.ask()}>
          {t('retry')}
        </button>
      </div>
    </Result>
  );
}
