// The standing proofs as anybody may see them: what is compared, the figures, and how to check them without us. In
// English only: it speaks to auditors and engineers.
import { useQuery } from '@tanstack/react-query';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { call } from '../ui/api.ts';
import { Copy } from '../ui/copy.tsx';
import { Bar, Skeleton } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import '../ui/tables.css';

const meanings: Readonly<Record<string, string>> = {
  'each-currency-sums-to-zero': 'Each currency sums to zero',
  'balances-equal-their-postings': 'Each balance is the fold of its postings',
  'holds-equal-what-is-held': 'Held amounts equal their open holds',
  'nobody-below-the-floor': 'No customer stands below the floor, holds counted',
  'client-money-is-covered': 'Client money is covered, and the bank says the same',
  'payments-equal-their-events': "Each payment's state is the fold of its events",
  'payments-have-exactly-their-entries': 'Each payment has exactly the entries its state asks for',
  'refunds-add-up': 'Refunds add up, to the last fen',
  'merchants-get-what-the-rate-says': 'Merchants paid in another currency get what the locked rate says',
  'payments-stay-in-their-bounds': 'Shares, fees and refunds stay within their payment',
  'spent-sums-equal-their-payments': 'What counts against a limit is what was paid',
  'batches-equal-their-lines': 'Each settlement batch is the sum of its lines',
  'lines-are-exactly-what-happened': 'Each settlement line is what happened, once',
  'payouts-equal-their-batches': 'Each payout is its batch, paid once',
  'merchants-are-owed-what-is-unsettled': 'Merchants are owed exactly what is not paid out yet',
  'conversions-are-worth-their-rate': 'Each conversion is worth its stated rate',
  'bank-money-is-what-banks-answered': "Money from and to banks is what banks' answers say",
  'rows-are-as-they-were-sealed': 'Every row is as the audit log sealed it',
  'every-row-is-sealed-once': 'Every row is in the audit log, once',
  'the-log-only-grows': 'The audit log only grows',
  'unwanted-debits-are-owed-to-their-cards':
    'What a card was charged for nothing is owed to it until it goes back',
};

const shown = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'long',
  timeStyle: 'medium',
});
const verify = 'npm run verify -- tongbao-books.ndjson';

export function Audit() {
  const query = useQuery({
    queryKey: ['/audit.json'],
    queryFn: () => call<AuditAnswer>('GET', '/audit.json'),
  });
  const report = query.data;
  return (
    <>
      <Bar title="Audit" languages={false}>
        <nav className="pages" aria-label="Pages">
          <a href="/">Start page</a>
          <a href="/wallet">Wallet</a>
        </nav>
      </Bar>
      <main className="page">
        <h1 className="title">The books, proved now</h1>
        <p className="title-text">
          Every proof below is computed from the database at this moment, over everything, in one consistent
          snapshot.
        </p>
        <section className="card">
          <div aria-live="polite">
            {query.isFetching && report === undefined && <Skeleton rows={6} />}
            {query.error !== null && (
              <p className="note bad">The audit could not be made: {query.error.message}</p>
            )}
            {report !== undefined && <Verdict report={report} />}
          </div>
          <ul className="plain-list">
            {report?.proofs.map((proof) => (
              <li key={proof.name} className="proof">
                <span className={`disc small ${proof.ok ? '' : 'bad'}`}>
                  <Icon name={proof.ok ? 'check' : 'cross'} size={16} />
                </span>
                <div>
                  <p>
                    <strong>{meanings[proof.name] ?? proof.name}</strong>{' '}
                    <span className={`pill ${proof.ok ? 'good' : 'bad'}`}>
                      {proof.ok ? 'holds' : 'fails'}
                    </span>
                  </p>
                  {proof.detail.split('; ').map((line) => (
                    <p key={line} className="muted small figures">
                      {line}
                    </p>
                  ))}
                </div>
              </li>
            ))}
          </ul>
          <div className="choices">
            <button
              type="button"
              className="button small"
              disabled={query.isFetching}
              onClick={() => void query.refetch()}
            >
              {query.isFetching ? 'Checking …' : 'Check again'}
            </button>
          </div>
        </section>
        {report !== undefined && <Waiting items={report.quarantine} />}
        <section className="card">
          <h2>Check them without us</h2>
          <p className="muted">
            The export holds every account, entry, payment, event and refund. The verifier reads it with none
            of the server's code:
          </p>
          <p className="command">
            <code>{verify}</code> <Copy text={verify} what="the command" />
          </p>
          <a className="button quiet small" href="/audit/export" download>
            Download the books
          </a>
        </section>
      </main>
    </>
  );
}

/** What a timer could not work on: everything else goes on without it. */
function Waiting(props: { items: AuditAnswer['quarantine'] }) {
  return (
    <section className="card">
      <h2>Waiting for an operator</h2>
      {props.items.length === 0 && <p className="muted">Nothing: every timer has done all that was due.</p>}
      <ul className="plain-list">
        {props.items.map(({ timer, item, reason, since }) => (
          <li key={`${timer}/${item}`}>
            <p>
              <strong>{timer}</strong> {item}
            </p>
            <p className="muted small">
              {reason} Since <time dateTime={since}>{shown.format(Date.parse(since))}</time>.
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Verdict(props: { report: AuditAnswer }) {
  const { report } = props;
  return (
    <p className={`note ${report.ok ? 'good' : 'bad'}`}>
      <strong>{report.ok ? 'All proofs hold.' : 'A proof fails.'}</strong> Checked at{' '}
      <time dateTime={report.checkedAt}>{shown.format(Date.parse(report.checkedAt))}</time> (Shanghai) by the
      platform's clock.
    </p>
  );
}
