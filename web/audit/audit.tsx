// The standing proofs as anybody may see them: what is compared, the figures, and how to check them without us. In
// English only: it speaks to auditors and engineers.
import { useQuery } from '@tanstack/react-query';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { call } from '../ui/api.ts';
import { Bar, Skeleton } from '../ui/frame.tsx';

const meanings: Readonly<Record<string, string>> = {
  'each-currency-sums-to-zero': 'Each currency sums to zero',
  'balances-equal-their-postings': 'Each balance is the fold of its postings',
  'holds-equal-what-is-held': 'Held amounts equal their open holds',
  'nobody-below-the-floor': 'No customer stands below the floor, holds counted',
  'client-money-is-covered': 'Client money is covered, and the bank says the same',
  'payments-equal-their-events': "Each payment's state is the fold of its events",
  'payments-have-exactly-their-entries': 'Each payment has exactly the entries its state asks for',
  'refunds-add-up': 'Refunds add up, to the last fen',
};

export function Audit() {
  const query = useQuery({
    queryKey: ['/audit.json'],
    queryFn: () => call<AuditAnswer>('GET', '/audit.json'),
  });
  const report = query.data;
  return (
    <>
      <Bar title="Audit" languages={false}>
        <nav aria-label="Sandbox">
          <a href="/">Start page</a>
        </nav>
      </Bar>
      <main className="page" lang="en">
        <section className="card">
          <h1 style={{ fontSize: 22 }}>The books, proved now</h1>
          <p className="muted">
            Every proof below is computed from the database at this moment, over everything, in one consistent
            snapshot.
          </p>
          <div aria-live="polite" style={{ marginTop: 14 }}>
            {query.isFetching && report === undefined && <Skeleton rows={6} />}
            {query.error !== null && (
              <p className="note bad">The audit could not be made: {query.error.message}</p>
            )}
            {report !== undefined && (
              <p className={`note ${report.ok ? 'good' : 'bad'}`}>
                <strong>{report.ok ? 'All proofs hold.' : 'A proof fails.'}</strong> Checked at{' '}
                {report.checkedAt} by the platform's clock.
              </p>
            )}
          </div>
          {report?.proofs.map((proof) => (
            <div key={proof.name} style={{ borderTop: '1px solid var(--line)', padding: '12px 0' }}>
              <p>
                <span className={`pill ${proof.ok ? 'good' : 'bad'}`}>{proof.ok ? 'holds' : 'fails'}</span>{' '}
                <strong>{meanings[proof.name] ?? proof.name}</strong>
              </p>
              {proof.detail.split('; ').map((line) => (
                <p key={line} className="muted small">
                  {line}
                </p>
              ))}
            </div>
          ))}
          <div style={{ display: 'flex', gap: 10, marginTop: 12, flexWrap: 'wrap' }}>
            <button
              type="button"
              className="button small"
              disabled={query.isFetching}
              onClick={() => void query.refetch()}
            >
              Check again
            </button>
            <a className="button quiet small" href="/audit/export" download>
              Download the books
            </a>
          </div>
        </section>
        <section className="card">
          <h2>Check them without us</h2>
          <p className="muted">
            The export holds every account, entry, payment, event and refund. The verifier reads it with none
            of the server's code:
          </p>
          <p style={{ marginTop: 8 }}>
            <code>npm run verify -- tongbao-books.ndjson</code>
          </p>
        </section>
      </main>
    </>
  );
}
