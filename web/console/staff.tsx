// Who has access: an admin looks after everybody, a shop's owner after the people of the shop. A link is shown once.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { NewLink, StaffMember, StaffPage } from '@tongbao/protocol/console';
import { Button, Form, Input, Modal, Select, Space, Tag, Typography } from 'antd';
import { useState } from 'react';
import { ask, time, useWords } from './ask.ts';
import { type PageProps, roleWords, shopRoleWords } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { TellDialog } from './tell-dialog.tsx';

type Act = 'reset' | 'end';
interface Shown extends NewLink {
  readonly username: string;
}

export function Staff({ member }: PageProps) {
  const say = useWords();
  const [inviting, setInviting] = useState(false);
  const [asked, setAsked] = useState<{ found: StaffMember; act: Act } | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const mayManage = member.role !== 'auditor';
  const pages = useInfiniteQuery({
    queryKey: ['staff'],
    queryFn: ({ pageParam }) =>
      ask<StaffPage>(`/staff?limit=50${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });
  if (pages.isError) return <Failed again={() => void pages.refetch()} />;
  return (
    <>
      <p className="lead">{say(member.role === 'merchant' ? 'staffOfShopText' : 'staffText')}</p>
      {mayManage && (
        <div className="tools">
          <Button type="primary" onClick={() => setInviting(true)}>
            {say('invite')}
          </Button>
        </div>
      )}
      <People
        pages={pages}
        own={member.username}
        ask={mayManage ? (found, act) => setAsked({ found, act }) : null}
      />
      {inviting && (
        <Invite isAdmin={member.role === 'admin'} show={setShown} leave={() => setInviting(false)} />
      )}
      {asked !== null && <Change {...asked} show={setShown} leave={() => setAsked(null)} />}
      {shown !== null && <ShownLink {...shown} leave={() => setShown(null)} />}
    </>
  );
}

function People(props: {
  pages: {
    data: { pages: StaffPage[] } | undefined;
    isPending: boolean;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  own: string;
  ask: ((found: StaffMember, act: Act) => void) | null;
}) {
  const say = useWords();
  const { pages } = props;
  const may = (found: StaffMember) => found.state !== 'ended' && found.username !== props.own;
  return (
    <>
      <Wide<StaffMember>
        label={say('navStaff')}
        rowKey="id"
        dataSource={(pages.data?.pages ?? []).flatMap((page) => page.members)}
        loading={pages.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('noStaff')} /> }}
        columns={[
          {
            title: say('who'),
            render: (_, found) => (
              <>
                <strong>{found.name}</strong>
                <div className="muted">{found.username}</div>
              </>
            ),
          },
          {
            title: say('role'),
            render: (_, found) => (
              <>
                {say(found.shopRole === null ? roleWords[found.role] : shopRoleWords[found.shopRole])}
                {found.clientId !== null && <div className="muted">{found.clientId}</div>}
              </>
            ),
          },
          { title: say('state'), render: (_, found) => <State found={found} /> },
          {
            title: say('lastSeen'),
            className: 'number',
            render: (_, found) => (found.lastSeenAt === null ? '' : time(found.lastSeenAt)),
          },
          ...(props.ask === null
            ? []
            : [
                {
                  title: say('act'),
                  render: (_: unknown, found: StaffMember) =>
                    may(found) && (
                      <Space>
                        <Button size="small" onClick={() => props.ask?.(found, 'reset')}>
                          {say('resetMember')}
                        </Button>
                        <Button size="small" onClick={() => props.ask?.(found, 'end')}>
                          {say('endMember')}
                        </Button>
                      </Space>
                    ),
                },
              ]),
        ]}
      />
      {pages.hasNextPage && (
        <div className="tools below">
          <Button onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
            {say('more')}
          </Button>
        </div>
      )}
    </>
  );
}

const colors = { active: 'green', invited: 'gold', expired: 'default', ended: 'default' } as const;

function State({ found }: { found: StaffMember }) {
  const say = useWords();
  const until =
    found.state === 'invited' ? found.invitedUntil : found.state === 'ended' ? found.endedAt : null;
  return (
    <>
      <Tag color={colors[found.state]}>{say(`member-${found.state}`)}</Tag>
      {until !== null && (
        <div className="muted">
          {found.state === 'invited' ? say('untilTime', { time: time(until) }) : time(until)}
        </div>
      )}
    </>
  );
}

interface Typed {
  readonly username: string;
  readonly name: string;
  readonly role: StaffMember['role'];
  readonly clientId?: string;
  readonly shopRole?: NonNullable<StaffMember['shopRole']>;
}
const roles = ['maker', 'checker', 'auditor', 'admin', 'merchant'] as const;
const shopRoles = ['owner', 'finance', 'developer', 'viewer'] as const;

function Invite(props: { isAdmin: boolean; show: (link: Shown) => void; leave: () => void }) {
  const say = useWords();
  const form = Form.useForm<Typed>()[0];
  const role = Form.useWatch('role', form) ?? (props.isAdmin ? 'maker' : 'merchant');
  const needed = [{ required: true, whitespace: true, message: say('needed') }];
  return (
    <TellDialog<Typed, NewLink>
      form={form}
      title={say('invite')}
      path="/staff"
      begin={{ role: props.isAdmin ? 'maker' : 'merchant' }}
      body={props.isAdmin ? {} : { role: 'merchant' }}
      okText={say('makeLink')}
      leave={props.leave}
      onDone={(link, typed) => props.show({ ...link, username: typed.username })}
    >
      <Form.Item name="name" label={say('fullName')} rules={needed}>
        <Input maxLength={100} autoFocus />
      </Form.Item>
      <Form.Item
        name="username"
        label={say('username')}
        extra={say('usernameRule')}
        rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9._@-]{1,63}$/, message: say('usernameWrong') }]}
      >
        <Input maxLength={64} autoCapitalize="none" />
      </Form.Item>
      {props.isAdmin && (
        <Form.Item name="role" label={say('role')}>
          <Select options={roles.map((each) => ({ value: each, label: say(roleWords[each]) }))} />
        </Form.Item>
      )}
      {role === 'merchant' && (
        <>
          {props.isAdmin && (
            <Form.Item name="clientId" label={say('clientId')} rules={needed}>
              <Input maxLength={64} autoCapitalize="characters" />
            </Form.Item>
          )}
          <Form.Item
            name="shopRole"
            label={say('rightAtShop')}
            rules={[{ required: true, message: say('needed') }]}
          >
            <Select
              options={shopRoles.map((each) => ({
                value: each,
                label: `${say(shopRoleWords[each])}: ${say(`right-${each}`)}`,
              }))}
            />
          </Form.Item>
        </>
      )}
    </TellDialog>
  );
}

function Change(props: { found: StaffMember; act: Act; show: (link: Shown) => void; leave: () => void }) {
  const say = useWords();
  const { found, act } = props;
  return (
    <ReasonDialog<object, NewLink>
      title={`${say(act === 'end' ? 'endMember' : 'resetMember')} · ${found.name}`}
      path={`/staff/${found.username}/${act}`}
      leave={props.leave}
      onAnswer={(link) => act === 'reset' && props.show({ ...link, username: found.username })}
    >
      <p>{say(act === 'end' ? 'endText' : 'resetText')}</p>
    </ReasonDialog>
  );
}

function ShownLink({ username, link, expiresAt, leave }: Shown & { leave: () => void }) {
  const say = useWords();
  return (
    <Modal
      open
      title={say('linkTitle')}
      onCancel={leave}
      footer={<Button onClick={leave}>{say('linkCopied')}</Button>}
      mask={{ closable: false }}
    >
      <p>{say('linkText', { username, time: time(expiresAt) })}</p>
      <Typography.Paragraph copyable code className="long">
        {link}
      </Typography.Paragraph>
    </Modal>
  );
}
