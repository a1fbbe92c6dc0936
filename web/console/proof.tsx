// Proving who one is: with a passkey, a code of an authenticator app, a recovery code, or the password for who has nothing else. At
// the entrance, and again before an act that matters.
import { useMutation } from '@tanstack/react-query';
import type { FactorAsked, Proof, ProofKind } from '@tongbao/protocol/console';
import { Alert, Button, Form, Input, Modal, Spin } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import { answerWithPasskey, PasskeyNotUsed, passkeyUse } from '../ui/passkey.ts';
import { codeOf, onProofNeeded, tell, useWords } from './ask.ts';
import { entranceRefusal } from './refusals.ts';

/** The ways of `asked` that this browser can go, the best one first. */
const usable = ({ factorAsked, passkey }: FactorAsked): ProofKind[] =>
  factorAsked.filter((kind) => kind !== 'passkey' || (passkey !== null && passkeyUse() === 'here'));

export function ProofForm(props: {
  asked: FactorAsked;
  /** Sends the proof; a rejection is shown, and the person may try again. */
  send: (proof: Proof) => Promise<unknown>;
  /** A passkey's challenge is good for one try: asks for another one. */
  again?: () => void;
}) {
  const say = useWords();
  const ways = usable(props.asked);
  const [way, setWay] = useState<ProofKind | undefined>(ways[0]);
  const sending = useMutation({ mutationFn: props.send });
  const byPasskey = useMutation({
    mutationFn: async () => {
      const response = await answerWithPasskey(props.asked.passkey!);
      await props.send({ kind: 'passkey', response: response as Record<string, unknown> });
    },
    onError: (error) => {
      if (!(error instanceof PasskeyNotUsed)) props.again?.();
    },
  });
  if (way === undefined) return <Alert type="warning" showIcon title={say('noWayHere')} />;
  const error = way === 'passkey' ? byPasskey.error : sending.error;
  const others = ways.filter((each) => each !== way);
  return (
    <>
      <p className="muted">{say(`prove-${way}`)}</p>
      <div aria-live="assertive">
        {error !== null && (
          <Alert
            type="error"
            showIcon
            title={error instanceof PasskeyNotUsed ? say('passkeyNotUsed') : entranceRefusal(say, error)}
            className="gap"
          />
        )}
      </div>
      {way === 'passkey' ? (
        <Button
          type="primary"
          size="large"
          block
          autoFocus
          loading={byPasskey.isPending}
          onClick={() => byPasskey.mutate()}
        >
          {say('usePasskey')}
        </Button>
      ) : (
        <Form<{ code: string }>
          key={way}
          layout="vertical"
          requiredMark={false}
          onFinish={({ code }) => sending.mutate({ kind: way, code })}
        >
          <Form.Item
            name="code"
            label={say(`code-${way}`)}
            rules={[{ required: true, message: say('needed') }]}
          >
            <Input
              size="large"
              autoFocus
              autoComplete="one-time-code"
              inputMode={way === 'totp' ? 'numeric' : 'text'}
              maxLength={way === 'totp' ? 8 : 20}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" size="large" block loading={sending.isPending}>
            {say('goOn')}
          </Button>
        </Form>
      )}
      {others.map((other) => (
        <Button key={other} type="link" block onClick={() => setWay(other)}>
          {say(`instead-${other}`)}
        </Button>
      ))}
    </>
  );
}

interface Asking {
  readonly done: () => void;
  readonly refused: (error: Error) => void;
}

/** Stands in the console's frame: whoever acts and is asked for a proof sees its dialog; then the act goes on. */
export function ProofGate() {
  const [asking, setAsking] = useState<Asking | null>(null);
  const open = useCallback(() => new Promise<void>((done, refused) => setAsking({ done, refused })), []);
  useEffect(() => {
    onProofNeeded(open);
    return () => onProofNeeded(null);
  }, [open]);
  const say = useWords();
  if (asking === null) return null;
  const leave = (how: (asking: Asking) => void) => {
    setAsking(null);
    how(asking);
  };
  return (
    <Modal
      open
      title={say('proveTitle')}
      footer={null}
      mask={{ closable: false }}
      onCancel={() => leave(({ refused }) => refused(new Error(say('notProved'))))}
    >
      <ProveAgain onDone={() => leave(({ done }) => done())} />
    </Modal>
  );
}

function ProveAgain({ onDone }: { onDone: () => void }) {
  const say = useWords();
  const { mutate, ...ways } = useMutation({
    mutationFn: () => tell<FactorAsked>('/session/proof/ask', {}),
  });
  useEffect(() => mutate(), [mutate]);
  const prove = async (body: object) => {
    await tell('/session/proof', body);
    onDone();
  };
  const byPassword = useMutation({ mutationFn: prove });
  if (ways.data === undefined)
    return ways.isError ? <Alert type="error" showIcon title={say('failedText')} /> : <Spin />;
  if (ways.data.factorAsked.length > 0)
    return <ProofForm asked={ways.data} send={(proof) => prove({ proof })} again={() => mutate()} />;
  return (
    <Form<{ password: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={({ password }) => byPassword.mutate({ password })}
    >
      <p className="muted">{say('prove-password')}</p>
      <Form.Item name="password" label={say('password')} rules={[{ required: true, message: say('needed') }]}>
        <Input.Password size="large" autoFocus autoComplete="current-password" maxLength={200} />
      </Form.Item>
      {byPassword.error !== null && (
        <Alert
          type="error"
          showIcon
          className="gap"
          title={
            codeOf(byPassword.error) === 'PASSWORD_WRONG'
              ? say('presentPasswordWrong')
              : entranceRefusal(say, byPassword.error)
          }
        />
      )}
      <Button type="primary" htmlType="submit" size="large" block loading={byPassword.isPending}>
        {say('goOn')}
      </Button>
    </Form>
  );
}
