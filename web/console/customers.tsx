// One customer, found by an exact number and with a reason; freeze, unfreeze, limits. Nothing lists people. Under it what waits for a
// second person.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CustomerCaps, CustomerProposal, FoundCustomer } from '@tongbao/protocol/console';
import { Alert, Button, Descriptions, Form, Input, Space, Tag } from 'antd';
import { useState } from 'react';
import { amount, codeOf, type Say, tell, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const home = 'CNY';

const capText = (say: Say, cap: string | null): string => (cap === null ? say('noCap') : amount(home, cap));
const capsText = (say: Say, { payment, day }: CustomerCaps): string =>
  say('capsOf', { payment: capText(say, payment), day: capText(say, day) });

export function Customers(props: PageProps) {
  const mayAct = props.member.role === 'maker' || props.member.role === 'checker';
  return (
    <>
      {mayAct && <Find {...props} />}
      <Proposals {...props} />
    </>
  );
}

type Act = 'freeze' | 'unfreeze' | 'limits';

function Find({ member }: PageProps) {
  const say = useWords();
  const queries = useQueryClient();
  const [act, setAct] = useState<Act | null>(null);
  const find = useMutation({
    mutationFn: (asked: { key: string; reason: string }) => tell<FoundCustomer>('/customers/find', asked),
  });
  const found = find.data;
  const leave = () => setAct(null);
  const isMaker = member.role === 'maker';
  return (
    <section className="panel">
      <p className="lead">{say('customersText')}</p>
      <Form layout="vertical" requiredMark={false} onFinish={find.mutate} style={{ maxWidth: 480 }}>
        <Form.Item
          name="key"
          label={say('customerKey')}
          rules={[{ required: true, whitespace: true, message: say('needed') }]}
        >
          <Input inputMode="tel" maxLength={40} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="reason"
          label={say('reason')}
          rules={[{ required: true, whitespace: true, message: say('reasonNeeded') }]}
        >
          <Input maxLength={500} autoComplete="off" />
        </Form.Item>
        <div aria-live="polite">
          {find.error !== null && (
            <Alert
              type="warning"
              showIcon
              className="gap"
              title={codeOf(find.error) === 'NOT_FOUND' ? say('customerNone') : find.error.message}
            />
          )}
        </div>
        <Button type="primary" htmlType="submit" loading={find.isPending}>
          {say('findCustomer')}
        </Button>
      </Form>
      {found !== undefined && (
        <>
          <Card found={found} />
          <Space wrap>
            {found.status === 'active' && (
              <Button danger onClick={() => setAct('freeze')}>
                {say('freeze')}
              </Button>
            )}
            {found.status === 'frozen' && isMaker && (
              <Button onClick={() => setAct('unfreeze')}>{say('proposeUnfreeze')}</Button>
            )}
            {isMaker && <Button onClick={() => setAct('limits')}>{say('setLimits')}</Button>}
          </Space>
        </>
      )}
      {found !== undefined && act !== null && act !== 'limits' && (
        <ReasonDialog
          title={say(act === 'freeze' ? 'freeze' : 'proposeUnfreeze')}
          path={`/customers/${found.id}/${act}`}
          onDone={() => find.reset()}
          leave={leave}
        >
          <p>{say(act === 'freeze' ? 'freezeText' : 'unfreezeText')}</p>
        </ReasonDialog>
      )}
      {found !== undefined && act === 'limits' && (
        <Limits
          found={found}
          leave={leave}
          done={() => {
            find.reset();
            void queries.invalidateQueries();
          }}
        />
      )}
    </section>
  );
}

function Card({ found }: { found: FoundCustomer }) {
  const say = useWords();
  return (
    <Descriptions
      column={1}
      size="small"
      style={{ margin: '16px 0' }}
      items={[
        { label: say('wallet'), children: found.id },
        { label: say('phone'), children: found.phone },
        { label: say('personName'), children: found.name === '' ? '—' : found.name },
        {
          label: say('status'),
          children: (
            <Tag color={found.status === 'active' ? 'green' : 'red'}>
              {say(found.status === 'active' ? 'walletActive' : 'walletFrozen')}
            </Tag>
          ),
        },
        { label: say('kycClass'), children: `${found.kycClass}` },
        { label: say('since'), children: time(found.since) },
        {
          label: say('setCaps'),
          children: (
            <>
              {capsText(say, found.caps)}
              {found.comingCaps.map((cap) => (
                <div key={cap.from} className="muted">
                  {time(cap.from)}: {capsText(say, cap)}
                </div>
              ))}
            </>
          ),
        },
        { label: say('ownCaps'), children: capsText(say, found.ownLimits) },
      ]}
    />
  );
}

/** 5000.5 → 500050; null for an empty field. */
function minorOf(text: string | undefined): string | null {
  const [, whole, part = ''] = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec((text ?? '').trim()) ?? [];
  return whole === undefined ? null : `${BigInt(`${whole}${part.padEnd(2, '0')}`)}`;
}
const majorOf = (minor: string | null): string =>
  minor === null ? '' : minor.padStart(3, '0').replace(/(\d\d)$/, '.$1');

interface Typed {
  readonly payment?: string;
  readonly day?: string;
  readonly reason: string;
}

function Limits({ found, leave, done }: { found: FoundCustomer; leave: () => void; done: () => void }) {
  const say = useWords();
  const [isProposed, setProposed] = useState(false);
  const set = useMutation({
    mutationFn: ({ payment, day, reason }: Typed) =>
      tell<{ proposal: string | null }>(`/customers/${found.id}/limits`, {
        ...{ payment: minorOf(payment), day: minorOf(day), reason },
      }),
    onSuccess: ({ proposal }) => {
      setProposed(proposal !== null);
      if (proposal === null) {
        leave();
        done();
      }
    },
  });
  const rule = { pattern: /^\s*(\d{1,9}(\.\d{1,2})?)?\s*$/, message: say('amountLike') };
  return (
    <section className="panel" aria-label={say('setLimits')}>
      <h2>{say('setLimits')}</h2>
      <p className="muted">{say('setLimitsText')}</p>
      {isProposed ? (
        <Alert
          type="info"
          showIcon
          title={say('limitsProposed')}
          action={
            <Button
              onClick={() => {
                leave();
                done();
              }}
            >
              {say('close')}
            </Button>
          }
        />
      ) : (
        <Form
          layout="vertical"
          requiredMark={false}
          onFinish={set.mutate}
          initialValues={{ payment: majorOf(found.caps.payment), day: majorOf(found.caps.day) }}
          style={{ maxWidth: 480 }}
        >
          <Form.Item name="payment" label={say('capPayment')} rules={[rule]}>
            <Input inputMode="decimal" suffix={home} placeholder={say('noCap')} />
          </Form.Item>
          <Form.Item name="day" label={say('capDay')} rules={[rule]}>
            <Input inputMode="decimal" suffix={home} placeholder={say('noCap')} />
          </Form.Item>
          <Form.Item
            name="reason"
            label={say('reason')}
            rules={[{ required: true, whitespace: true, message: say('reasonNeeded') }]}
          >
            <Input.TextArea rows={2} maxLength={500} />
          </Form.Item>
          {set.error !== null && <Alert type="error" showIcon className="gap" title={set.error.message} />}
          <Space>
            <Button type="primary" htmlType="submit" loading={set.isPending}>
              {say('confirm')}
            </Button>
            <Button onClick={leave}>{say('cancel')}</Button>
          </Space>
        </Form>
      )}
    </section>
  );
}

function Proposals({ member }: PageProps) {
  const say = useWords();
  const [asked, setAsked] = useState<{ found: CustomerProposal; act: 'approve' | 'refuse' } | null>(null);
  const answer = useAsk<{ proposals: CustomerProposal[] }>('/customers/proposals');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const mayDecide = ({ proposedBy }: CustomerProposal) =>
    member.role === 'checker' && proposedBy !== member.username;
  return (
    <section className="panel">
      <h2>{say('customerProposals')}</h2>
      <Wide<CustomerProposal>
        label={say('customerProposals')}
        rowKey="id"
        dataSource={answer.data?.proposals ?? []}
        loading={answer.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('noCustomerProposals')} /> }}
        columns={[
          { title: say('time'), className: 'number', render: (_, each) => time(each.proposedAt) },
          { title: say('wallet'), className: 'number', dataIndex: 'customerId' },
          {
            title: say('act'),
            render: (_, each) =>
              each.kind === 'unfreeze' ? say('unfreeze') : `${say('setLimits')}: ${capsText(say, each)}`,
          },
          { title: say('proposedByWhom'), dataIndex: 'proposedBy' },
          { title: say('reason'), dataIndex: 'reason' },
          {
            title: say('decision'),
            render: (_, found) =>
              mayDecide(found) && (
                <Space>
                  <Button type="primary" onClick={() => setAsked({ found, act: 'approve' })}>
                    {say('approve')}
                  </Button>
                  <Button onClick={() => setAsked({ found, act: 'refuse' })}>{say('refuse')}</Button>
                </Space>
              ),
          },
        ]}
      />
      {asked !== null && (
        <ReasonDialog
          title={say(asked.act)}
          path={`/customers/proposals/${asked.found.id}/${asked.act}`}
          leave={() => setAsked(null)}
        >
          <p>{asked.found.reason}</p>
        </ReasonDialog>
      )}
    </section>
  );
}
