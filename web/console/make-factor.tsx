// A second factor is made: a passkey of this browser, or an authenticator app that reads a picture and shows its first code. And the
// recovery codes that come with the first one, which are shown once.
import { useMutation } from '@tanstack/react-query';
import type { FactorOffer, NewFactor } from '@tongbao/protocol/console';
import { Alert, Button, Checkbox, Form, Input, QRCode, Typography } from 'antd';
import { useState } from 'react';
import { makePasskey, PasskeyNotUsed, passkeyUse } from '../ui/passkey.ts';
import { useWords } from './ask.ts';
import { entranceRefusal } from './refusals.ts';

type Kind = FactorOffer['kind'];
type TotpOffer = Extract<FactorOffer, { kind: 'totp' }>;

export function MakeFactor(props: {
  offer: (kind: Kind) => Promise<FactorOffer>;
  /** Sends what was made; a rejection is shown. */
  send: (factor: NewFactor) => Promise<unknown>;
}) {
  const say = useWords();
  const [app, setApp] = useState<TotpOffer | null>(null);
  const byApp = useMutation({
    mutationFn: async () => {
      const offer = await props.offer('totp');
      if (offer.kind === 'totp') setApp(offer);
    },
  });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const offer = await props.offer('passkey');
      if (offer.kind !== 'passkey') return;
      const response = (await makePasskey(offer.options)) as Record<string, unknown>;
      await props.send({ kind: 'passkey', name: '', response });
    },
  });
  if (app !== null) return <EnterApp app={app} send={props.send} leave={() => setApp(null)} />;
  const use = passkeyUse();
  const error = byPasskey.error ?? byApp.error;
  return (
    <>
      <p className="muted">{say('factorText')}</p>
      {error !== null && (
        <Alert
          type="error"
          showIcon
          className="gap"
          title={error instanceof PasskeyNotUsed ? say('passkeyNotUsed') : entranceRefusal(say, error)}
        />
      )}
      <div className="ways">
        {use === 'here' && (
          <Button
            type="primary"
            size="large"
            block
            loading={byPasskey.isPending}
            onClick={() => byPasskey.mutate()}
          >
            {say('makePasskey')}
          </Button>
        )}
        <Button
          type={use === 'here' ? 'default' : 'primary'}
          size="large"
          block
          loading={byApp.isPending}
          onClick={() => byApp.mutate()}
        >
          {say('makeApp')}
        </Button>
      </div>
      {use === 'by-name' && <p className="muted">{say('passkeyByName')}</p>}
    </>
  );
}

function EnterApp({
  app,
  send,
  leave,
}: {
  app: TotpOffer;
  send: (factor: NewFactor) => Promise<unknown>;
  leave: () => void;
}) {
  const say = useWords();
  const sending = useMutation({
    mutationFn: ({ code }: { code: string }) =>
      send({ kind: 'totp', name: '', sealed: app.sealed, code: code.normalize('NFKC').replace(/\s/g, '') }),
  });
  return (
    <>
      <p className="muted">{say('appText')}</p>
      <div className="qr">
        <QRCode
          type="svg"
          value={app.uri}
          size={176}
          bordered={false}
          aria-label={say('appPicture')}
          role="img"
        />
      </div>
      <p className="muted">
        {say('appSecret')}{' '}
        <Typography.Text copyable code className="long">
          {app.secret}
        </Typography.Text>
      </p>
      <Form layout="vertical" requiredMark={false} onFinish={sending.mutate}>
        <Form.Item name="code" label={say('code-totp')} rules={[{ required: true, message: say('needed') }]}>
          <Input size="large" inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
        </Form.Item>
        {sending.error !== null && (
          <Alert type="error" showIcon title={entranceRefusal(say, sending.error)} className="gap" />
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={sending.isPending}>
          {say('goOn')}
        </Button>
        <Button type="link" block onClick={leave}>
          {say('otherWay')}
        </Button>
      </Form>
    </>
  );
}

/** Leaves when the person says that they are kept. */
export function KeepCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const say = useWords();
  const [kept, setKept] = useState(false);
  return (
    <>
      <p className="muted">{say('codesText')}</p>
      <ol className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Typography.Paragraph copyable={{ text: codes.join('\n') }}>{say('copyCodes')}</Typography.Paragraph>
      <Checkbox className="gap" checked={kept} onChange={(event) => setKept(event.target.checked)}>
        {say('codesKept')}
      </Checkbox>
      <Button type="primary" size="large" block disabled={!kept} onClick={onKept}>
        {say('goOn')}
      </Button>
    </>
  );
}
