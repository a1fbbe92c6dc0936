// What merchants were told, each delivery with its answer.
import { useQuery } from '@tanstack/react-query';
import { call } from '../ui/api.ts';
import { Skeleton } from '../ui/frame.tsx';

interface Delivery {
  readonly notificationId: string;
  readonly paymentId: string;
  readonly kind: string;
  readonly url: string;
  readonly status: 'due' | 'acknowledged' | 'exhausted';
  readonly nextAttemptAt: string | null;
  readonly attempts: readonly {
    number: number;
    httpStatus: number | null;
    latencyMs: number;
    error: string | null;
  }[];
}

const tones = { due: 'wait', acknowledged: 'good', exhausted: 'bad' } as const;

export function Outbox() {
  const query = useQuery({
    queryKey: ['/sandbox/outbox'],
    queryFn: () => call<{ notifications: Delivery[] }>('GET', '/sandbox/outbox'),
    refetchInterval: 5_000,
  });
  const notifications = query.data?.notifications ?? [];
  return (
    <section className="card">
      <h2>Notifications to merchants</h2>
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <p className="note bad">{query.error.message}</p>}
      {query.isSuccess && notifications.length === 0 && (
        <p className="muted">
          None yet. Give a payment a paymentNotifyUrl on this machine, and its deliveries appear here.
        </p>
      )}
      {notifications.length > 0 && (
        // A region that scrolls must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
        <section className="scroll" tabIndex={0} aria-label="Notifications">
          <table>
            <thead>
              <tr>
                <th>Payment</th>
                <th>About</th>
                <th>To</th>
                <th>State</th>
                <th>Last answer</th>
              </tr>
            </thead>
            <tbody>
              {notifications.map((delivery) => {
                const last = delivery.attempts.at(-1);
                return (
                  <tr key={delivery.notificationId}>
                    <td className="mono">…{delivery.paymentId.slice(-8)}</td>
                    <td>{delivery.kind}</td>
                    <td className="mono">{delivery.url}</td>
                    <td>
                      <span className={`pill ${tones[delivery.status]}`}>{delivery.status}</span>
                    </td>
                    <td className="small">
                      {last === undefined
                        ? '–'
                        : `${last.error ?? `HTTP ${last.httpStatus}`} · ${last.latencyMs} ms · attempt ${last.number}`}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
