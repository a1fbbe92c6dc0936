// What a timer could not work on and a person must look at, what banks answered against what was decided, and debits that
// go back to their cards.
import type { BankAnswers, Quarantine } from '@tongbao/protocol/console';
import { Button, Tag } from 'antd';
import { useState } from 'react';
import { amount, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

type Item = Quarantine['items'][number];
type Answer = BankAnswers['contradicting'][number];
type Return = BankAnswers['returns'][number];

export function Waiting({ member }: PageProps) {
  const say = useWords();
  const [asked, ask] = useState<Item | null>(null);
  const answer = useAsk<Quarantine>('/quarantine');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  return (
    <>
      <Wide<Item>
        label={say('navWaiting')}
        rowKey={(item) => `${item.timer}/${item.item}`}
        dataSource={answer.data?.items ?? []}
        loading={answer.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('nothingWaits')} text={say('nothingWaitsText')} /> }}
        columns={[
          { title: say('time'), className: 'number', render: (_, item) => time(item.lastFailedAt) },
          { title: say('timer'), dataIndex: 'timer' },
          { title: say('object'), dataIndex: 'item' },
          { title: say('reason'), dataIndex: 'reason' },
          { title: say('failures'), dataIndex: 'failures', align: 'right' },
          {
            title: say('act'),
            render: (_, item) =>
              (member.role === 'maker' || member.role === 'checker') && (
                <Button onClick={() => ask(item)}>{say('release')}</Button>
              ),
          },
        ]}
      />
      <Contradictions />
      {asked !== null && <Release item={asked} leave={() => ask(null)} />}
    </>
  );
}

function Contradictions() {
  const say = useWords();
  const answer = useAsk<BankAnswers>('/bank-answers');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  return (
    <>
      <section className="panel">
        <h2>{say('contradictions')}</h2>
        <p className="muted">{say('contradictionsText')}</p>
        <Wide<Answer>
          label={say('contradictions')}
          rowKey="id"
          dataSource={answer.data?.contradicting ?? []}
          loading={answer.isPending}
          pagination={false}
          locale={{ emptyText: <Nothing title={say('noContradictions')} /> }}
          columns={[
            { title: say('time'), className: 'number', render: (_, heard) => time(heard.at) },
            { title: say('bank'), dataIndex: 'bank' },
            { title: say('reference'), dataIndex: 'reference' },
            { title: say('bankSaid'), dataIndex: 'outcome' },
          ]}
        />
      </section>
      <section className="panel">
        <h2>{say('returns')}</h2>
        <p className="muted">{say('returnsText')}</p>
        <Wide<Return>
          label={say('returns')}
          rowKey="id"
          dataSource={answer.data?.returns ?? []}
          loading={answer.isPending}
          pagination={false}
          locale={{ emptyText: <Nothing title={say('noReturns')} /> }}
          columns={[
            { title: say('time'), className: 'number', render: (_, back) => time(back.at) },
            { title: say('reference'), dataIndex: 'reference' },
            {
              title: say('amount'),
              align: 'right',
              render: (_, back) => <span className="number">{amount(back.currency, back.amount)}</span>,
            },
            {
              title: '',
              render: (_, back) => (
                <Tag color={back.returnedAt === null ? 'orange' : 'green'}>
                  {say(back.returnedAt === null ? 'returning' : 'returned')}
                </Tag>
              ),
            },
            { title: say('detail'), render: (_, back) => back.refusal ?? '' },
          ]}
        />
      </section>
    </>
  );
}

function Release({ item, leave }: { item: Item; leave: () => void }) {
  const say = useWords();
  return (
    <ReasonDialog
      title={`${say('release')} · ${item.timer} ${item.item}`}
      path="/quarantine/release"
      body={{ timer: item.timer, item: item.item }}
      leave={leave}
    >
      <p>{item.reason}</p>
    </ReasonDialog>
  );
}
