// Where things are: the gateway for shops' SDKs, the pages, the sandbox's own calls.
import type { Credentials } from '@tongbao/protocol/sandbox';
import { Copy } from '../ui/copy.tsx';

const links: readonly [string, string][] = [
  [
    '/console',
    'merchants, operators and auditors: settlements, breaks, proofs; who signs in: /sandbox/credentials',
  ],
  ['/sandbox/credentials', 'merchants with their keys, shoppers with their PINs'],
  ['/sandbox/outbox', 'notifications with every attempt; ?paymentId= for one payment'],
  ['/sandbox/messages', 'the SMS that were not sent'],
  ['/sandbox/mails', 'the mails that were not sent'],
  ['/audit.json', 'the proofs'],
  ['/openapi.json', 'every API as OpenAPI'],
];

export function Addresses(props: { credentials: Credentials }) {
  const { gatewayUrl } = props.credentials;
  return (
    <section className="card">
      <h2>Point your integration here</h2>
      <dl className="long-values">
        <Address name="Gateway" url={gatewayUrl} />
        <Address name="JSON API of the official SDKs" url={`${gatewayUrl}/ams/sandbox/api/v1/`} />
      </dl>
      <p className="muted small lead">
        Change host, client id and keys, nothing else: the official SDKs send client ids that begin with{' '}
        <code>SANDBOX_</code> to <code>/ams/sandbox/api</code>. The same is served over HTTPS at the port that
        the start printed, with a certificate of its own (
        <a href="/sandbox/certificate.pem">certificate.pem</a>).
      </p>
      <ul className="plain-list links">
        {links.map(([path, what]) => (
          <li key={path}>
            <a className="mono" href={path}>
              {path}
            </a>{' '}
            <span className="muted small">{what}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Address(props: { name: string; url: string }) {
  return (
    <div className="row">
      <dt>{props.name}</dt>
      <dd>
        <code>{props.url}</code> <Copy text={props.url} what={props.name} />
      </dd>
    </div>
  );
}
