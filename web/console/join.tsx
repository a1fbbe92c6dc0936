// Where a link leads: /console#/join/TOKEN. The person sees whom it is for, sets a password and a second factor, keeps the recovery
// codes, and is inside; the link has ended.
import { useQuery } from '@tanstack/react-query';
import type { FactorOffer, Link, NewFactor, RecoveryCodes } from '@tongbao/protocol/console';
import { Alert, Button, Form, Spin } from 'antd';
import { useState } from 'react';
import { codeOf, tell, time, useWords } from './ask.ts';
import { roleWords, shopRoleWords } from './console.tsx';
import { Entrance } from './entrance.tsx';
import { KeepCodes, MakeFactor } from './make-factor.tsx';
import { NewPassword } from './password.tsx';
import { entranceRefusal } from './refusals.ts';

/** The token of a link that was opened; null for any other address. */
export const linkToken = (): string | null => /^#\/join\/([\w-]{20,100})$/.exec(location.hash)?.[1] ?? null;

export function Join({ token, onLeave }: { token: string; onLeave: () => void }) {
  const say = useWords();
  const link = useQuery({
    queryKey: ['join', token],
    queryFn: () => tell<Link>('/join/look', { token }),
    // Once it was looked at, the link may be used up by this very page.
    ...{ staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false },
  });
  /** The link is not left behind in the browser's history. */
  const leave = () => {
    history.replaceState(null, '', '/console');
    onLeave();
  };
  if (link.isPending)
    return (
      <main className="waiting" aria-busy="true">
        <Spin size="large" />
      </main>
    );
  if (link.isError) {
    const isOver = codeOf(link.error) === 'LINK_UNUSABLE';
    return (
      <Entrance title={say(isOver ? 'linkOver' : 'failedTitle')}>
        <p className="muted">{entranceRefusal(say, link.error)}</p>
        <Button size="large" block onClick={isOver ? leave : () => void link.refetch()}>
          {say(isOver ? 'toSignIn' : 'tryAgain')}
        </Button>
      </Entrance>
    );
  }
  return <NewMember token={token} link={link.data} leave={leave} />;
}

function NewMember({ token, link, leave }: { token: string; link: Link; leave: () => void }) {
  const say = useWords();
  const [password, setPassword] = useState<string | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const join = async (chosen: string, factor?: NewFactor) => {
    setRefusal(null);
    try {
      const { recoveryCodes } = await tell<RecoveryCodes>('/join', { token, password: chosen, factor });
      if (recoveryCodes.length === 0) leave();
      else setCodes(recoveryCodes);
    } catch (error) {
      // A wrong code is said where it was typed; whatever else, where the password is.
      if (codeOf(error) === 'FACTOR_WRONG') throw error;
      setPassword(null);
      setRefusal(error);
    }
  };
  if (codes !== null)
    return (
      <Entrance title={say('codesTitle')}>
        <KeepCodes codes={codes} onKept={leave} />
      </Entrance>
    );
  if (password !== null && link.factorNeeded)
    return (
      <Entrance title={say('factorTitle')}>
        <MakeFactor
          offer={(kind) => tell<FactorOffer>('/join/factor', { token, kind })}
          send={(factor) => join(password, factor)}
        />
      </Entrance>
    );
  const choose = async (chosen: string) => {
    setPassword(chosen);
    if (!link.factorNeeded) await join(chosen);
  };
  return (
    <Choose
      link={link}
      refusal={refusal}
      isBusy={password !== null}
      choose={(chosen) => void choose(chosen)}
    />
  );
}

function Choose(props: {
  link: Link;
  refusal: unknown;
  isBusy: boolean;
  choose: (password: string) => void;
}) {
  const say = useWords();
  const { member, expiresAt, factorNeeded } = props.link;
  const role = say(member.shopRole === null ? roleWords[member.role] : shopRoleWords[member.shopRole]);
  return (
    <Entrance title={say('welcome', { name: member.name })}>
      <p className="muted">{say('joinText', { time: time(expiresAt) })}</p>
      <dl className="facts gap">
        <dt>{say('username')}</dt>
        <dd>{member.username}</dd>
        <dt>{say('role')}</dt>
        <dd>
          {role}
          {member.clientId === null ? '' : ` · ${member.clientId}`}
        </dd>
      </dl>
      <Form<{ newPassword: string }>
        layout="vertical"
        requiredMark={false}
        disabled={props.isBusy}
        onFinish={({ newPassword }) => props.choose(newPassword)}
      >
        {/* For password managers: whose password it is. */}
        <input hidden readOnly autoComplete="username" value={member.username} />
        <NewPassword username={member.username} />
        <div aria-live="assertive">
          {props.refusal !== null && (
            <Alert type="error" showIcon title={entranceRefusal(say, props.refusal)} className="gap" />
          )}
        </div>
        <Button type="primary" htmlType="submit" size="large" block loading={props.isBusy}>
          {say(factorNeeded ? 'goOn' : 'joinIn')}
        </Button>
      </Form>
    </Entrance>
  );
}
