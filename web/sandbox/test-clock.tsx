// The sandbox's clock: what it shows, and the buttons that move it with everything that is due on the way.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../ui/api.ts';

interface Moved {
  readonly now: string;
  readonly fired: Readonly<Record<string, number>>;
}

const steps = [
  ['PT1M', '+1 min'],
  ['PT15M', '+15 min'],
  ['PT1H', '+1 h'],
  ['P1D', '+1 day'],
] as const;

const shown = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'full',
  timeStyle: 'medium',
});

export function TestClock() {
  const queries = useQueryClient();
  const clock = useQuery({
    queryKey: ['/sandbox/clock'],
    queryFn: async () => ({
      now: (await call<{ now: string }>('GET', '/sandbox/clock')).now,
      at: performance.now(),
    }),
    refetchInterval: 10_000,
  });
  const move = useMutation({
    mutationFn: (advance: string) => call<Moved>('POST', '/sandbox/clock', { advance }),
    onSuccess: () => void queries.invalidateQueries(),
  });
  const fired = Object.entries(move.data?.fired ?? {}).filter(([, count]) => count > 0);
  return (
    <section className="card">
      <h2>The clock</h2>
      <p data-testid="clock" className="clock">
        {clock.data !== undefined && <Ticking {...clock.data} />}
        {clock.data === undefined && (clock.error === null ? '…' : clock.error.message)}
        <span className="muted small">Shanghai</span>
      </p>
      <div className="choices">
        {steps.map(([duration, name]) => (
          <button
            key={duration}
            type="button"
            className="button quiet small"
            disabled={move.isPending}
            onClick={() => move.mutate(duration)}
          >
            {name}
          </button>
        ))}
      </div>
      <p className="muted small after" aria-live="polite">
        {move.isPending && 'Moving …'}
        {move.error?.message}
        {move.isSuccess && fired.length === 0 && 'Moved; nothing was due.'}
        {fired.length > 0 && `Moved: ${fired.map(([name, count]) => `${count} × ${name}`).join(', ')}.`}
        {move.isIdle && 'Every timer on the way goes off at its own instant: expiry, retries, housekeeping.'}
      </p>
    </section>
  );
}

/** The server's instant, going on from when it arrived. */
function Ticking(props: { now: string; at: number }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return <time>{shown.format(Date.parse(props.now) + performance.now() - props.at)}</time>;
}
