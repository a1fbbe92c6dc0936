// What merchants were told, each delivery with its attempts and their answers.
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { call } from '../ui/api.ts';
import { Skeleton } from '../ui/frame.tsx';

interface Attempt {
  readonly number: number;
  readonly at: string;
  readonly httpStatus: number | null;
  readonly latencyMs: number;
  readonly answer: string | null;
  readonly error: string | null;
}

interface Delivery {
  readonly notificationId: string;
  readonly paymentId: string;
  readonly kind: string;
  readonly url: string;
  readonly status: 'due' | 'acknowledged' | 'exhausted';
  readonly nextAttemptAt: string | null;
  readonly attempts: readonly Attempt[];
}

const tones = { due: 'wait', acknowledged: 'good', exhausted: 'bad' } as const;

const shown = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});
const at = (instant: string): string => shown.format(Date.parse(instant));

export function Outbox() {
  const [paymentId, setPaymentId] = useState('');
  const path = `/sandbox/outbox${paymentId === '' ? '' : `?paymentId=${encodeURIComponent(paymentId)}`}`;
  const query = useQuery({
    queryKey: [path],
    queryFn: () => call<{ notifications: Delivery[] }>('GET', path),
    refetchInterval: 5_000,
  });
  const notifications = query.data?.notifications ?? [];
  return (
    <section className="card">
      <div className="card-head">
        <h2>Notifications to merchants</h2>
        <input
          className="filter mono"
          aria-label="Only those of this payment id"
          placeholder="payment id"
          value={paymentId}
          onChange={(event) => setPaymentId(event.target.value.trim())}
        />
      </div>
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <p className="note bad">{query.error.message}</p>}
      {query.isSuccess && notifications.length === 0 && (
        <p className="muted">
          None yet. Give a payment a <code>paymentNotifyUrl</code> on this machine, and its deliveries appear
          here.
        </p>
      )}
      {notifications.length > 0 && <Deliveries notifications={notifications} />}
    </section>
  );
}

function Deliveries(props: { notifications: readonly Delivery[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section className="scroll" tabIndex={0} aria-label="Notifications">
      <table className="deliveries">
        <thead>
          <tr>
            <th scope="col">Payment</th>
            <th scope="col">About</th>
            <th scope="col">To</th>
            <th scope="col">State</th>
            <th scope="col">Attempts</th>
          </tr>
        </thead>
        <tbody>
          {props.notifications.map((delivery) => {
            const isOpen = open === delivery.notificationId;
            return (
              <Fragment key={delivery.notificationId}>
                <tr>
                  <td className="mono" title={delivery.paymentId}>
                    …{delivery.paymentId.slice(-8)}
                  </td>
                  <td>{delivery.kind}</td>
                  <td className="mono url">{delivery.url}</td>
                  <td>
                    <span className={`pill ${tones[delivery.status]}`}>{delivery.status}</span>
                    {delivery.nextAttemptAt !== null && (
                      <span className="second">next {at(delivery.nextAttemptAt)}</span>
                    )}
                  </td>
                  <td>
                    <button
                      type="button"
                      className="linkish"
                      aria-expanded={isOpen}
                      disabled={delivery.attempts.length === 0}
                      onClick={() => setOpen(isOpen ? null : delivery.notificationId)}
                    >
                      {delivery.attempts.length}
                    </button>
                  </td>
                </tr>
                {isOpen && (
                  <tr className="attempts">
                    <td colSpan={5}>
                      <Attempts attempts={delivery.attempts} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Attempts(props: { attempts: readonly Attempt[] }) {
  return (
    <ol className="plain-list">
      {props.attempts.map((attempt) => (
        <li key={attempt.number}>
          <span className="muted small">
            {attempt.number}. {at(attempt.at)} · {attempt.latencyMs} ms ·{' '}
          </span>
          {attempt.error ?? `HTTP ${attempt.httpStatus}`}
          {attempt.answer !== null && attempt.answer !== '' && (
            <code className="answer">{attempt.answer}</code>
          )}
        </li>
      ))}
    </ol>
  );
}
