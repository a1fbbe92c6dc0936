// A merchant's settings: how it may sign requests to the classic gateway, and what a notification's signature covers. Its own
// user or a maker changes them, with a reason; who checks and who audits can read them.
import { Button, Checkbox, Form, Radio, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { codeOf, useAsk, useShow, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, ShopChoice } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const signTypes = ['MD5', 'RSA', 'RSA2'] as const;
const targets = ['path', 'path-and-query'] as const;

export function Settings(props: PageProps) {
  const { clientId } = props;
  const of = clientId === null ? '' : `?clientId=${encodeURIComponent(clientId)}`;
  const mayChange = props.member.role === 'merchant' || props.member.role === 'maker';
  return (
    <>
      <ShopChoice {...props} />
      <SignTypes of={of} mayChange={mayChange} />
      <Target of={of} mayChange={mayChange} />
    </>
  );
}

/** `required` would put aria-required on a group, where it does not belong. */
const someOf = (message: string) => async (_: unknown, chosen: readonly string[]) => {
  if (chosen.length === 0) throw new Error(message);
};

interface PanelProps {
  readonly of: string;
  readonly mayChange: boolean;
}

function Panel(props: { title: string; text: string; children: ReactNode; change: (() => void) | null }) {
  const say = useWords();
  return (
    <section className="panel settings" aria-label={props.title}>
      <h2>{props.title}</h2>
      <p className="muted">{props.text}</p>
      <div className="setting">
        {props.children}
        {props.change !== null && <Button onClick={props.change}>{say('change')}</Button>}
      </div>
    </section>
  );
}

function SignTypes({ of, mayChange }: PanelProps) {
  const say = useWords();
  const [isChanging, change] = useState(false);
  const path = `/classic/sign-types${of}`;
  const answer = useAsk<{ clientId: string; signTypes: (typeof signTypes)[number][] }>(path);
  const show = useShow(path);
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const { data } = answer;
  return (
    <Panel
      title={say('signTypes')}
      text={say('signTypesText')}
      change={mayChange && data !== undefined ? () => change(true) : null}
    >
      <ul className="tags" aria-busy={answer.isPending}>
        {signTypes.map((type) => {
          const isOn = data?.signTypes.includes(type) === true;
          return (
            <li key={type}>
              <Tag color={isOn ? 'green' : 'default'}>
                {type} · {say(isOn ? 'accepted' : 'refusedType')}
              </Tag>
            </li>
          );
        })}
      </ul>
      {isChanging && data !== undefined && (
        <ReasonDialog
          title={`${say('signTypes')} · ${data.clientId}`}
          path="/classic/sign-types"
          body={{ clientId: data.clientId }}
          begin={{ signTypes: data.signTypes }}
          fields={
            <Form.Item
              name="signTypes"
              label={say('signTypesChoose')}
              extra={say('signTypesWarning')}
              rules={[{ validator: someOf(say('signTypesNone')) }]}
            >
              <Checkbox.Group options={[...signTypes]} />
            </Form.Item>
          }
          refusal={(error) => say(codeOf(error) === 'NOT_ALLOWED' ? 'signTypesUnusable' : 'failedText')}
          onDone={(typed) => show({ clientId: data.clientId, signTypes: typed.signTypes })}
          leave={() => change(false)}
        />
      )}
    </Panel>
  );
}

function Target({ of, mayChange }: PanelProps) {
  const say = useWords();
  const [isChanging, change] = useState(false);
  const path = `/notifications/target${of}`;
  const answer = useAsk<{ clientId: string; target: (typeof targets)[number] }>(path);
  const show = useShow(path);
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const { data } = answer;
  return (
    <Panel
      title={say('target')}
      text={say('targetText')}
      change={mayChange && data !== undefined ? () => change(true) : null}
    >
      <strong>{data === undefined ? '…' : say(`target-${data.target}`)}</strong>
      {isChanging && data !== undefined && (
        <ReasonDialog
          title={`${say('target')} · ${data.clientId}`}
          path="/notifications/target"
          body={{ clientId: data.clientId }}
          begin={{ target: data.target }}
          fields={
            <Form.Item name="target" label={say('target')}>
              <Radio.Group options={targets.map((each) => ({ value: each, label: say(`target-${each}`) }))} />
            </Form.Item>
          }
          onDone={(typed) => show({ clientId: data.clientId, target: typed.target })}
          leave={() => change(false)}
        />
      )}
    </Panel>
  );
}
