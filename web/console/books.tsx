// Safeguarding, currency by currency, and the standing proofs over all books.
import type { Proofs, Safeguarding } from '@tongbao/protocol/console';
import { Alert, Button, List, Skeleton, Tag } from 'antd';
import { amount, time, useAsk, useWords } from './ask.ts';
import { Failed, Wide } from './pieces.tsx';

type Line = Safeguarding['lines'][number];

export function Books() {
  return (
    <>
      <Equation />
      <StandingProofs />
    </>
  );
}

function Equation() {
  const say = useWords();
  const answer = useAsk<Safeguarding>('/safeguarding');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const money = (pick: (line: Line) => string) => (_: unknown, line: Line) => (
    <span className="number">{amount(line.currency, pick(line))}</span>
  );
  return (
    <section className="panel">
      <h2>{say('equation')}</h2>
      <p className="muted">{say('equationText')}</p>
      <Wide<Line>
        label={say('equation')}
        rowKey="currency"
        dataSource={answer.data?.lines ?? []}
        loading={answer.isPending}
        pagination={false}
        columns={[
          { title: say('currency'), dataIndex: 'currency' },
          { title: say('clients'), align: 'right', render: money((line) => line.clients) },
          { title: say('own'), align: 'right', render: money((line) => line.own) },
          { title: say('safeguarded'), align: 'right', render: money((line) => line.safeguarded) },
          { title: say('receivable'), align: 'right', render: money((line) => line.receivable) },
          { title: say('onTheWay'), align: 'right', render: money((line) => line.inTransit) },
          {
            title: '',
            render: (_, line) => (
              <Tag color={line.holds ? 'green' : 'red'}>{say(line.holds ? 'holds' : 'fails')}</Tag>
            ),
          },
        ]}
      />
      {(answer.data?.debts.length ?? 0) > 0 && (
        <Wide<Safeguarding['debts'][number]>
          label={say('debts')}
          rowKey={(debt) => `${debt.clientId} ${debt.currency}`}
          dataSource={answer.data?.debts ?? []}
          pagination={false}
          columns={[
            { title: say('debts'), dataIndex: 'clientId' },
            { title: say('owed'), align: 'right', render: (_, debt) => amount(debt.currency, debt.owed) },
            { title: say('since'), render: (_, debt) => time(debt.since) },
          ]}
        />
      )}
    </section>
  );
}

function StandingProofs() {
  const say = useWords();
  const answer = useAsk<Proofs>('/proofs');
  if (answer.isPending) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (answer.data === undefined) return <Failed again={() => void answer.refetch()} />;
  const { ok, checkedAt, proofs } = answer.data;
  return (
    <section className="panel">
      <h2>{say('proofs')}</h2>
      <Alert
        type={ok ? 'success' : 'error'}
        showIcon
        title={say(ok ? 'allHold' : 'someFail')}
        description={say('checkedAt', { time: time(checkedAt) })}
        action={
          <Button onClick={() => void answer.refetch()} loading={answer.isFetching}>
            {say(answer.isFetching ? 'proving' : 'proveNow')}
          </Button>
        }
      />
      <List
        dataSource={proofs}
        renderItem={(proof) => (
          <List.Item
            actions={[
              <Tag key="verdict" color={proof.ok ? 'green' : 'red'}>
                {say(proof.ok ? 'holds' : 'fails')}
              </Tag>,
            ]}
          >
            <List.Item.Meta title={proof.name} description={proof.detail} />
          </List.Item>
        )}
      />
    </section>
  );
}
