// The start page: what there is, a payment to try, the clock, credentials, what merchants were told. In English only: it
// speaks to engineers.
import { useQuery } from '@tanstack/react-query';
import type { AuditAnswer, Credentials } from '@tongbao/protocol/sandbox';
import { call } from '../ui/api.ts';
import { Copy } from '../ui/copy.tsx';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { Addresses } from './addresses.tsx';
import { Merchants } from './merchants.tsx';
import { Outbox } from './outbox.tsx';
import { TestClock } from './test-clock.tsx';
import { TestPayment } from './test-payment.tsx';
import '../ui/tables.css';

export function Sandbox() {
  const credentials = useQuery({
    queryKey: ['/sandbox/credentials'],
    queryFn: () => call<Credentials>('GET', '/sandbox/credentials'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      <Bar title="Sandbox" languages={false}>
        <nav className="pages" aria-label="Pages">
          <a href="/wallet">Wallet</a>
          <a href="/till">Till</a>
          <a href="/console">Console</a>
          <a href="/audit">Audit</a>
        </nav>
      </Bar>
      <main className="page">
        <h1 className="title">A whole payment network, on this machine</h1>
        <p className="title-text">
          A shopper in Shanghai pays a mall in Seoul: the mall prices in won, the shopper sees yuan at a
          locked rate and confirms with a PIN, the mall is told at once, and every figure is in the books.
        </p>
        <div className="two">
          <TestPayment merchants={credentials.data?.merchants ?? []} />
          <div className="stack">
            <TestClock />
            <Books />
          </div>
        </div>
        {credentials.error !== null && (
          <div className="card" role="alert">
            <p className="note bad">The sandbox does not answer: {credentials.error.message}</p>
            <button type="button" className="button quiet small" onClick={() => void credentials.refetch()}>
              Try again
            </button>
          </div>
        )}
        {credentials.isPending && (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        )}
        {credentials.data !== undefined && (
          <>
            <Shoppers customers={credentials.data.customers} />
            <Addresses credentials={credentials.data} />
            <Merchants merchants={credentials.data.merchants} />
          </>
        )}
        <Outbox />
        <p className="footer">
          Tongbao is not affiliated with Alipay, Antom or Ant Group. It speaks the documented message formats
          of their public APIs.
        </p>
      </main>
    </>
  );
}

function Shoppers(props: { customers: Credentials['customers'] }) {
  return (
    <section className="card">
      <h2>Shoppers</h2>
      <p className="muted small lead">
        Invented people. At the cashier and in the <a href="/wallet">wallet</a> they sign in with their phone;
        the code is shown there.
      </p>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
      <section className="scroll" tabIndex={0} aria-label="Shoppers">
        <table className="shoppers">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Phone</th>
              <th scope="col">PIN</th>
              <th scope="col" className="wide-only">
                Region
              </th>
            </tr>
          </thead>
          <tbody>
            {props.customers.map((customer) => (
              <tr key={customer.phone}>
                <td lang="zh-CN">{customer.name}</td>
                <td className="mono">
                  {customer.phone}{' '}
                  <Copy text={customer.phone} what={`the phone number of ${customer.name}`} />
                </td>
                <td className="mono">{customer.pin}</td>
                <td className="wide-only">{customer.region}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
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
          <a href="/audit">
            {audit.data.proofs.filter((proof) => proof.ok).length} of {audit.data.proofs.length} proofs
          </a>
        </p>
      )}
    </section>
  );
}
