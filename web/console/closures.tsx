// Days on which banks are closed, or work though it is a weekend, that no published calendar has. One person declares a day,
// another one decides; what is decided stays readable.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Closure, Closures as Page } from '@tongbao/protocol/console';
import { Button, Form, Input, Select, Space, Tag } from 'antd';
import { useState } from 'react';
import { ask, type Say, time, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

type Calendars = Page['calendars'];
type Act = 'approve' | 'refuse';

export function Closures({ member }: PageProps) {
  const say = useWords();
  const [declaring, setDeclaring] = useState(false);
  const [asked, setAsked] = useState<{ found: Closure; act: Act } | null>(null);
  const waiting = usePages('waiting');
  const decided = usePages('decided');
  if (waiting.isError || decided.isError)
    return <Failed again={() => void Promise.all([waiting.refetch(), decided.refetch()])} />;
  const calendars = waiting.data?.pages[0]?.calendars ?? [];
  return (
    <>
      <p className="lead">{say('published', { years: untilText(calendars, say) })}</p>
      {member.role === 'maker' && (
        <div className="tools">
          <Button type="primary" onClick={() => setDeclaring(true)}>
            {say('declareDay')}
          </Button>
        </div>
      )}
      <section className="panel">
        <h2>{say('waitingClosures')}</h2>
        <List
          pages={waiting}
          label={say('waitingClosures')}
          nothing={say('noClosures')}
          acts={(found) =>
            member.role === 'checker' && found.proposedBy !== member.username ? ['approve', 'refuse'] : []
          }
          ask={(found, act) => setAsked({ found, act })}
        />
      </section>
      <section className="panel">
        <h2>{say('decidedClosures')}</h2>
        <List pages={decided} label={say('decidedClosures')} nothing={say('noDecided')} acts={() => []} />
      </section>
      {declaring && <Declare calendars={calendars} leave={() => setDeclaring(false)} />}
      {asked !== null && <Decide {...asked} leave={() => setAsked(null)} />}
    </>
  );
}

/** `CN, TH until 2026; KR, JP until 2027`: most calendars end with the same few years. */
function untilText(calendars: Calendars, say: Say): string {
  const years = [...new Set(calendars.map((each) => each.last))].sort((left, right) => left - right);
  const named = (year: number) => calendars.filter((each) => each.last === year).map((each) => each.calendar);
  return years.map((year) => say('until', { calendars: named(year).join(', '), year })).join('; ');
}

const yearsText = ({ calendar, first, last }: Calendars[number]): string => `${calendar} ${first}–${last}`;

const usePages = (status: 'waiting' | 'decided') =>
  useInfiniteQuery({
    queryKey: ['closures', status],
    queryFn: ({ pageParam }) =>
      ask<Page>(`/closures?status=${status}&limit=20${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });

function List(props: {
  pages: ReturnType<typeof usePages>;
  label: string;
  nothing: string;
  acts: (found: Closure) => Act[];
  ask?: (found: Closure, act: Act) => void;
}) {
  const say = useWords();
  const { pages } = props;
  return (
    <>
      <Wide<Closure>
        label={props.label}
        rowKey="id"
        dataSource={(pages.data?.pages ?? []).flatMap((page) => page.closures)}
        loading={pages.isPending}
        pagination={false}
        showHeader={false}
        locale={{ emptyText: <Nothing title={props.nothing} /> }}
        columns={[
          {
            title: props.label,
            render: (_, found) => (
              <div className="break">
                <div>
                  <strong>
                    {found.calendar} {found.kind === 'year' ? found.day.slice(0, 4) : found.day}
                  </strong>
                  <div className="muted">{say(`closure-${found.kind}`)}</div>
                </div>
                <div className="break-reference">
                  {found.reason}
                  <div className="muted">
                    {say('byWhom', { who: found.proposedBy, time: time(found.proposedAt) })}
                  </div>
                </div>
                <Verdict found={found} acts={props.acts(found)} ask={props.ask} />
              </div>
            ),
          },
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

function Verdict(props: {
  found: Closure;
  acts: readonly Act[];
  ask: ((found: Closure, act: Act) => void) | undefined;
}) {
  const say = useWords();
  const { found } = props;
  if (found.approved !== null && found.decidedAt !== null) {
    const by = { who: found.decidedBy ?? '', time: time(found.decidedAt) };
    return (
      <Tag color={found.approved ? 'green' : 'default'} className="wrapping">
        {say(found.approved ? 'approvedBy' : 'refusedBy', by)}
      </Tag>
    );
  }
  if (props.acts.length === 0) return <span className="muted">{say('ownProposal')}</span>;
  return (
    <Space wrap>
      {props.acts.map((act) => (
        <Button
          key={act}
          type={act === 'approve' ? 'primary' : 'default'}
          onClick={() => props.ask?.(found, act)}
        >
          {say(act === 'approve' ? 'approveDay' : 'refuseDay')}
        </Button>
      ))}
    </Space>
  );
}

const kinds = ['closed', 'working', 'year'] as const;

function Declare({ calendars, leave }: { calendars: Calendars; leave: () => void }) {
  const say = useWords();
  return (
    <ReasonDialog
      title={say('declareDay')}
      path="/closures"
      begin={{ kind: 'closed' }}
      leave={leave}
      fields={
        <>
          <Form.Item
            name="calendar"
            label={say('calendar')}
            rules={[{ required: true, message: say('needed') }]}
          >
            <Select
              showSearch
              options={calendars.map((each) => ({ value: each.calendar, label: yearsText(each) }))}
            />
          </Form.Item>
          <Form.Item name="kind" label={say('closureKind')}>
            <Select options={kinds.map((each) => ({ value: each, label: say(`closure-${each}`) }))} />
          </Form.Item>
          <Form.Item
            name="day"
            label={say('closureDay')}
            rules={[
              { required: true, message: say('needed') },
              { pattern: /^\d{4}-\d\d-\d\d$/, message: say('notADay') },
            ]}
          >
            <Input maxLength={10} placeholder="2014-11-12" />
          </Form.Item>
        </>
      }
    />
  );
}

const Decide = ({ found, act, leave }: { found: Closure; act: Act; leave: () => void }) => {
  const say = useWords();
  return (
    <ReasonDialog
      title={`${say(act === 'approve' ? 'approveDay' : 'refuseDay')} · ${found.calendar} ${found.day}`}
      path={`/closures/${found.id}/${act}`}
      leave={leave}
    >
      <p>
        {say(`closure-${found.kind}`)}: {found.reason}
      </p>
    </ReasonDialog>
  );
};
