// Where books and banks differ: the maker proposes how to close a break, a checker who is somebody else decides.
import { parseMajor } from '@tongbao/money';
import type { Break } from '@tongbao/protocol/console';
import { Button, Form, Select, Space, Tag } from 'antd';
import { useState } from 'react';
import { amount, type Say, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

const tones = { open: 'red', proposed: 'gold', closed: 'green' } as const;
type Act = 'propose' | 'approve' | 'refuse';

export function Breaks({ member }: PageProps) {
  const say = useWords();
  const [status, choose] = useState<string>('');
  const [asked, setAsked] = useState<{ found: Break; act: Act } | null>(null);
  const answer = useAsk<{ breaks: Break[] }>(`/breaks?limit=200${status === '' ? '' : `&status=${status}`}`);
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const acts = (found: Break): Act[] => {
    if (member.role === 'maker' && found.status === 'open') return ['propose'];
    const proposedBy = found.acts.findLast((act) => act.kind === 'propose')?.operator;
    const mayCheck = member.role === 'checker' && found.status === 'proposed';
    return mayCheck && proposedBy !== member.username ? ['approve', 'refuse'] : [];
  };
  return (
    <>
      <div className="tools">
        <Select
          aria-label={say('status')}
          value={status}
          style={{ minWidth: 180 }}
          onChange={choose}
          options={[
            { value: '', label: say('allStatuses') },
            { value: 'open', label: say('open') },
            { value: 'proposed', label: say('proposed') },
            { value: 'closed', label: say('closed') },
          ]}
        />
      </div>
      <BreakTable
        breaks={answer.data?.breaks ?? []}
        waiting={answer.isPending}
        acts={acts}
        ask={(found, act) => setAsked({ found, act })}
      />
      {asked !== null && <Ask {...asked} leave={() => setAsked(null)} />}
    </>
  );
}

function BreakTable(props: {
  breaks: Break[];
  waiting: boolean;
  acts: (found: Break) => Act[];
  ask: (found: Break, act: Act) => void;
}) {
  const say = useWords();
  return (
    <Wide<Break>
      label={say('navBreaks')}
      rowKey="id"
      dataSource={props.breaks}
      loading={props.waiting}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      locale={{ emptyText: <Nothing title={say('noBreaks')} text={say('noBreaksText')} /> }}
      expandable={{ expandedRowRender: History, rowExpandable: (found) => found.acts.length > 0 }}
      showHeader={false}
      columns={[
        {
          title: say('breakKind'),
          render: (_, found) => (
            <div className="break">
              <What found={found} />
              <Differs found={found} />
              <Space wrap>
                <Tag color={tones[found.status]}>{say(found.status)}</Tag>
                {props.acts(found).map((act) => (
                  <Button
                    key={act}
                    type={act === 'refuse' ? 'default' : 'primary'}
                    onClick={() => props.ask(found, act)}
                  >
                    {say(act)}
                  </Button>
                ))}
              </Space>
            </div>
          ),
        },
      ]}
    />
  );
}

/** What kind of break it is, and where: the reference, the day, the account and the bank's statement. */
function What({ found }: { found: Break }) {
  const say = useWords();
  return (
    <div>
      <strong>{say(`break-${found.kind}`)}</strong>
      <div className="break-reference">{found.reference}</div>
      <div className="muted">
        {found.day} · {say('account')} {found.account}
        <br />
        {say('bankStatement')} {found.statement} ({found.fromDay} – {found.toDay})
      </div>
    </div>
  );
}

/** Both sides, and how far they are apart in major units with the currency. */
function Differs({ found }: { found: Break }) {
  const say = useWords();
  return (
    <div>
      <strong className="number">{amount(found.currency, found.difference)}</strong>
      <dl className="facts">
        <FactOf title={say('expected')} text={sideOf(say, found, found.expected)} />
        <FactOf title={say('actual')} text={sideOf(say, found, found.actual)} />
      </dl>
    </div>
  );
}

/** What one side says, in the reader's words: `-100.30 on 2014-11-12` in major units, or that it says nothing. */
function sideOf(say: Say, { currency }: Break, text: string): string {
  if (text === 'not on the statement') return say('notOnStatement');
  if (text === 'nothing in the books') return say('notInBooks');
  const [, major, day] = /^(-?[\d.]+) on (\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  if (major === undefined) return text || '–';
  return `${amount(currency, parseMajor(major, currency).amount.toString())} · ${day}`;
}

function History(found: Break) {
  const say = useWords();
  return (
    <dl className="facts">
      {found.acts.map((act) => (
        <FactOf
          key={`${act.at}${act.kind}`}
          title={`${say(act.kind)} · ${say('byWhom', { who: act.operator, time: time(act.at) })}`}
          text={`${say(act.action)}: ${act.reason}${act.entryId === null ? '' : ` (${act.entryId})`}`}
        />
      ))}
    </dl>
  );
}

const FactOf = (props: { title: string; text: string }) => (
  <>
    <dt>{props.title}</dt>
    <dd>{props.text}</dd>
  </>
);

/** The reason is asked for each act; a proposal also says what should be done. */
function Ask({ found, act, leave }: { found: Break; act: Act; leave: () => void }) {
  const say = useWords();
  const actions =
    found.difference === '0' ? (['explain'] as const) : (['explain', 'suspense', 'charge'] as const);
  const proposal = {
    begin: { action: 'explain' },
    fields: (
      <Form.Item name="action" label={say('action')}>
        <Select options={actions.map((each) => ({ value: each, label: say(each) }))} />
      </Form.Item>
    ),
  };
  return (
    <ReasonDialog
      title={`${say(act)} · ${found.reference}`}
      path={`/breaks/${found.id}/${act}`}
      {...(act === 'propose' ? proposal : {})}
      leave={leave}
    >
      <p>
        {say('expected')}: {sideOf(say, found, found.expected)}, {say('actual')}:{' '}
        {sideOf(say, found, found.actual)}
      </p>
    </ReasonDialog>
  );
}
