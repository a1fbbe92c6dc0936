// Credentials of the sandbox's merchants, to be copied into an integration.
import type { Credentials } from '@tongbao/protocol/sandbox';
import { Copy } from '../ui/copy.tsx';

type Merchant = Credentials['merchants'][number];

export function Merchants(props: { merchants: readonly Merchant[] }) {
  return (
    <section className="card">
      <h2>Merchants and their keys</h2>
      {props.merchants.map((merchant) => (
        <details key={merchant.clientId} className="merchant-keys">
          <summary>
            <strong>{merchant.name}</strong> <span className="pill">{merchant.settlementCurrency}</span>{' '}
            <span className="mono muted">{merchant.clientId}</span>
          </summary>
          <Keys merchant={merchant} />
        </details>
      ))}
    </section>
  );
}

const longestShown = 44;

function Keys(props: { merchant: Merchant }) {
  const { merchant } = props;
  const { classic } = merchant;
  const lines: [string, string][] = [
    ['Client id', merchant.clientId],
    ['Merchant private key (PKCS#8)', merchant.merchantPrivateKey],
    ['Merchant private key (PKCS#1, for the Python SDK)', merchant.merchantPrivateKeyPkcs1],
    ['Gateway public key', merchant.gatewayPublicKey],
    ['Key version', String(merchant.keyVersion)],
    ['Classic gateway: partner', classic.partner],
    ['Classic gateway: MD5 key', classic.md5Key],
  ];
  return (
    <dl className="long-values">
      {lines.map(([name, value]) => (
        <div className="row" key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value.length > longestShown ? `${value.slice(0, longestShown)}…` : value}</code>{' '}
            <Copy text={value} what={`${name} of ${merchant.name}`} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
