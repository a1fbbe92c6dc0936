// Credentials of the sandbox's merchants, to be copied into an integration.
import type { Credentials } from '@tongbao/protocol/sandbox';
import { useState } from 'react';

type Merchant = Credentials['merchants'][number];

export function Merchants(props: { credentials: Credentials }) {
  const { credentials } = props;
  return (
    <section className="card">
      <h2>Point your integration here</h2>
      <div className="row">
        <span>Gateway</span>
        <span>
          <code>{credentials.gatewayUrl}</code> <Copy text={credentials.gatewayUrl} />
        </span>
      </div>
      <p className="muted small">
        Change host and keys, nothing else: client ids beginning with SANDBOX_ are sent to /ams/sandbox/api by
        the official SDKs. As JSON: <a href="/sandbox/credentials">/sandbox/credentials</a>.
      </p>
      {credentials.merchants.map((merchant) => (
        <details key={merchant.clientId} style={{ marginTop: 8 }}>
          <summary>
            {merchant.name} · {merchant.settlementCurrency} · {merchant.clientId}
          </summary>
          <Keys merchant={merchant} />
        </details>
      ))}
    </section>
  );
}

function Keys(props: { merchant: Merchant }) {
  const { merchant } = props;
  const lines: [string, string][] = [
    ['Client id', merchant.clientId],
    ['Merchant private key (PKCS#8)', merchant.merchantPrivateKey],
    ['Merchant private key (PKCS#1, for the Python SDK)', merchant.merchantPrivateKeyPkcs1],
    ['Gateway public key', merchant.gatewayPublicKey],
    ['Key version', String(merchant.keyVersion)],
  ];
  return (
    <dl style={{ paddingLeft: 12 }}>
      {lines.map(([name, value]) => (
        <div className="row" key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value.length > 60 ? `${value.slice(0, 44)}…` : value}</code> <Copy text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Copy(props: { text: string }) {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      className="linkish"
      onClick={() => {
        void navigator.clipboard.writeText(props.text).then(() => setDone(true));
      }}
    >
      {done ? 'copied' : 'copy'}
    </button>
  );
}
