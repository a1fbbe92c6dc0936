// Where a link leads: /console#/join/TOKEN. The person sees whom it is for, sets a password, and is inside; the link has ended.
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Link, Member } from '@tongbao/protocol/console';
import { Alert, Button, Form, Spin } from 'antd';
import { codeOf, tell, time, useWords } from './ask.ts';
import { roleWords, shopRoleWords } from './console.tsx';
import { Entrance, entranceRefusal } from './entrance.tsx';
import { NewPassword } from './password.tsx';

/** The token of a link that was opened; null for any other address. */
export const linkToken = (): string | null => /^#\/join\/([\w-]{20,100})$/.exec(location.hash)?.[1] ?? null;

export function Join({ token, onLeave }: { token: string; onLeave: () => void }) {
  const say = useWords();
  const link = useQuery({ queryKey: ['join', token], queryFn: () => tell<Link>('/join/look', { token }) });
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
  const { member } = link;
  const enter = useMutation({
    mutationFn: ({ newPassword: password }: { newPassword: string }) =>
      tell<Member>('/join', { token, password }),
    onSuccess: leave,
  });
  const role = say(member.shopRole === null ? roleWords[member.role] : shopRoleWords[member.shopRole]);
  return (
    <Entrance title={say('welcome', { name: member.name })}>
      <p className="muted">{say('joinText', { time: time(link.expiresAt) })}</p>
      <dl className="facts gap">
        <dt>{say('username')}</dt>
        <dd>{member.username}</dd>
        <dt>{say('role')}</dt>
        <dd>
          {role}
          {member.clientId === null ? '' : ` · ${member.clientId}`}
        </dd>
      </dl>
      <Form layout="vertical" requiredMark={false} onFinish={enter.mutate} disabled={enter.isPending}>
        {/* For password managers: whose password it is. */}
        <input hidden readOnly autoComplete="username" value={member.username} />
        <NewPassword />
        <div aria-live="assertive">
          {enter.error !== null && (
            <Alert type="error" showIcon title={entranceRefusal(say, enter.error)} className="gap" />
          )}
        </div>
        <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
          {say('joinIn')}
        </Button>
      </Form>
    </Entrance>
  );
}
