// The start page: what there is, a payment to try, the clock, credentials, what merchants were told. In English only: it
// speaks to engineers.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AuditAnswer, Credentials } from '@tongbao/protocol/sandbox';
import { useState } from 'react';
import { call } from '../ui/api.ts';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { Merchants } from './merchants.tsx';
import { Outbox } from './outbox.tsx';

export function Sandbox() {
  const credentials = useQuery({
    queryKey: ['/sandbox/credentials'],
    queryFn: () => call<Credentials>('GET', '/sandbox/credentials'),
  });
  return (
    <>
      <Bar title="Sandbox" languages={false}>
        <nav aria-label="Sandbox">
          <a href="/wallet">Wallet</a>
          <a href="/audit">Audit</a>
        </nav>
      </Bar>
      <main className="page" lang="en">
        <div className="two">
          <TestPayment merchants={credentials.data?.merchants ?? []} />
          <div style={{ display: 'grid', gap: 14 }}>
            <TestClock />
            <Books />
          </div>
        </div>
        <section className="card" style={{ marginTop: 14 }}>
          <h2>Shoppers</h2>
          {credentials.isPending && <Skeleton rows={3} />}
          {credentials.error !== null && (
            <p className="note bad">The sandbox does not answer: {credentials.error.message}</p>
          )}
          {credentials.data !== undefined && (
            <div className="scroll">
              <table>
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Phone</th>
                    <th>PIN</th>
                    <th>Region</th>
                  </tr>
                </thead>
                <tbody>
                  {credentials.data.customers.map((customer) => (
                    <tr key={customer.phone}>
                      <td lang="zh">{customer.name}</td>
                      <td className="mono">{customer.phone}</td>
                      <td className="mono">{customer.pin}</td>
                      <td>{customer.region}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </section>
        {credentials.data !== undefined && <Merchants credentials={credentials.data} />}
        <Outbox />
        <p className="footer">
          Tongbao is not affiliated with Alipay, Antom or Ant Group. It speaks the documented message formats
          of their public APIs.
        </p>
      </main>
    </>
  );
}

function TestPayment(props: { merchants: Credentials['merchants'] }) {
  const [clientId, setClientId] = useState('');
  const pay = useMutation({
    mutationFn: () =>
      call<{ paymentId: string; cashierUrl: string }>(
        'POST',
        '/sandbox/test-payment',
        clientId === '' ? {} : { clientId },
      ),
    onSuccess: ({ cashierUrl }) => location.assign(new URL(cashierUrl).pathname),
  });
  return (
    <section className="card">
      <h1 style={{ fontSize: 22, marginBottom: 6 }}>A whole payment network, on this machine</h1>
      <p className="muted">
        A shopper in Shanghai pays a mall in Seoul: the mall prices in won, the shopper sees yuan at a locked
        rate and confirms with his PIN, the mall is told at once, and every figure is in the books.
      </p>
      <hr className="divider" />
      <label className="field">
        <span>Shop</span>
        <select value={clientId} onChange={(event) => setClientId(event.target.value)}>
          {props.merchants.map((merchant, index) => (
            <option key={merchant.clientId} value={index === 0 ? '' : merchant.clientId}>
              {merchant.name} ({merchant.settlementCurrency})
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button" disabled={pay.isPending} onClick={() => pay.mutate()}>
        Make a test payment
      </button>
      {pay.error !== null && <p className="note bad">{pay.error.message}</p>}
      <p className="muted small" style={{ marginTop: 12 }}>
        At the cashier, sign in as <span className="mono">138 0000 0001</span>; the code is shown there. The
        PIN is <span className="mono">200808</span>.
      </p>
    </section>
  );
}

function TestClock() {
  const queries = useQueryClient();
  const clock = useQuery({
    queryKey: ['/sandbox/clock'],
    queryFn: () => call<{ now: string }>('GET', '/sandbox/clock'),
    refetchInterval: 5_000,
  });
  const move = useMutation({
    mutationFn: (advance: string) =>
      call<{ now: string; fired: Record<string, number> }>('POST', '/sandbox/clock', { advance }),
    onSuccess: () => void queries.invalidateQueries(),
  });
  const fired = Object.entries(move.data?.fired ?? {}).filter(([, count]) => count > 0);
  const shown =
    clock.data === undefined
      ? '…'
      : new Date(clock.data.now).toLocaleString('en-GB', {
          timeZone: 'Asia/Shanghai',
          dateStyle: 'full',
          timeStyle: 'medium',
        });
  return (
    <section className="card">
      <h2>The clock</h2>
      <p data-testid="clock">
        {shown} <span className="muted small">Shanghai</span>
      </p>
      <div style={{ display: 'flex', gap: 8, marginTop: 10, flexWrap: 'wrap' }}>
        {['PT1M', 'PT15M', 'PT1H', 'P1D'].map((step) => (
          <button
            key={step}
            type="button"
            className="button quiet small"
            disabled={move.isPending}
            onClick={() => move.mutate(step)}
          >
            + {step.replace(/^PT?/, '').replace('M', ' min').replace('H', ' h').replace('D', ' day')}
          </button>
        ))}
      </div>
      <p className="muted small" aria-live="polite" style={{ marginTop: 8 }}>
        {move.isPending && 'Moving …'}
        {move.error?.message}
        {move.data !== undefined &&
          !move.isPending &&
          (fired.length === 0
            ? 'Moved; nothing was due.'
            : `Moved: ${fired.map(([name, count]) => `${count} × ${name}`).join(', ')}`)}
      </p>
    </section>
  );
}

function Books() {
  const audit = useQuery({
    queryKey: ['/audit.json'],
    queryFn: () => call<AuditAnswer>('GET', '/audit.json'),
    refetchInterval: 30_000,
  });
  return (
    <section className="card">
      <h2>The books</h2>
      {audit.data === undefined ? (
        <p className="muted">{audit.error === null ? 'Proving …' : audit.error.message}</p>
      ) : (
        <p>
          <span className={`pill ${audit.data.ok ? 'good' : 'bad'}`}>
            {audit.data.ok ? 'all proofs hold' : 'a proof fails'}
          </span>{' '}
          <a href="/audit">{audit.data.proofs.length} proofs</a>
        </p>
      )}
    </section>
  );
}
