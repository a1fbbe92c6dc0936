// Banks' statements: what came in, how much of it agrees with the books, and the import of the next file.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { BankStatement } from '@tongbao/protocol/console';
import { Button, Checkbox, Input, Select, Space, Tag } from 'antd';
import { useState } from 'react';
import { amount, ask, time, useWords } from './ask.ts';
import { breaksPath, type PageProps, profilesPath } from './console.tsx';
import { ImportFile } from './import-file.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';

interface Page {
  readonly statements: BankStatement[];
  readonly before: string | null;
}
const kinds = {
  statement: 'kindStatement',
  intraday: 'kindIntraday',
  notification: 'kindNotification',
} as const;
const pageSize = 20;

export function Statements({ member, go }: PageProps) {
  const say = useWords();
  const [account, setAccount] = useState('');
  const [kind, setKind] = useState('');
  const [onlyOpen, setOnlyOpen] = useState(false);
  const [importing, setImporting] = useState(false);
  const filter = new URLSearchParams({
    limit: `${pageSize}`,
    ...(account === '' ? {} : { account }),
    ...(kind === '' ? {} : { kind }),
    ...(onlyOpen ? { open: 'yes' } : {}),
  }).toString();
  const pages = useInfiniteQuery({
    queryKey: ['statements', filter],
    queryFn: ({ pageParam }) =>
      ask<Page>(`/statements?${filter}${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });
  if (pages.isError) return <Failed again={() => void pages.refetch()} />;
  return (
    <>
      <div className="tools">
        {(member.role === 'maker' || member.role === 'checker') && (
          <Button type="primary" onClick={() => setImporting(true)}>
            {say('importFile')}
          </Button>
        )}
        <Button onClick={() => go(profilesPath)}>{say('navProfiles')}</Button>
        <Input.Search
          aria-label={say('ourAccount')}
          placeholder={say('ourAccount')}
          allowClear
          maxLength={64}
          style={{ maxWidth: 260 }}
          onSearch={(typed) => setAccount(typed.trim())}
        />
        <Select
          aria-label={say('kind')}
          value={kind}
          style={{ minWidth: 160 }}
          onChange={setKind}
          options={[
            { value: '', label: say('allKinds') },
            ...Object.entries(kinds).map(([value, word]) => ({ value, label: say(word) })),
          ]}
        />
        <Checkbox checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)}>
          {say('onlyOpen')}
        </Checkbox>
      </div>
      <StatementTable
        statements={(pages.data?.pages ?? []).flatMap((page) => page.statements)}
        waiting={pages.isPending}
        toBreaks={() => go(breaksPath)}
      />
      {pages.hasNextPage && (
        <div className="tools below">
          <Button onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
            {say('more')}
          </Button>
        </div>
      )}
      {importing && <ImportFile leave={() => setImporting(false)} toBreaks={() => go(breaksPath)} />}
    </>
  );
}

function StatementTable(props: { statements: BankStatement[]; waiting: boolean; toBreaks: () => void }) {
  const say = useWords();
  return (
    <Wide<BankStatement>
      label={say('navStatements')}
      rowKey="id"
      dataSource={props.statements}
      loading={props.waiting}
      pagination={false}
      showHeader={false}
      locale={{ emptyText: <Nothing title={say('noStatements')} text={say('noStatementsText')} /> }}
      columns={[
        {
          title: say('bankStatement'),
          render: (_, found) => (
            <div className="break">
              <Which found={found} />
              <Balances found={found} />
              <Agrees found={found} toBreaks={props.toBreaks} />
            </div>
          ),
        },
      ]}
    />
  );
}

function Which({ found }: { found: BankStatement }) {
  const say = useWords();
  return (
    <div>
      <strong className="break-reference">{found.account}</strong>
      <div className="break-reference">
        {say('bankStatement')} {found.statement}
        {found.version > 1 && ` · ${say('profileVersion', { version: found.version })}`}
      </div>
      <div className="muted">
        {found.fromDay === found.toDay ? found.fromDay : `${found.fromDay} – ${found.toDay}`}
        <br />
        {say('imported')}: {say('byWhom', { who: found.importedBy, time: time(found.importedAt) })}
      </div>
    </div>
  );
}

function Balances({ found }: { found: BankStatement }) {
  const say = useWords();
  const shown = (value: string | null) => (value === null ? '–' : amount(found.currency, value));
  return (
    <dl className="facts">
      <dt>{say('currency')}</dt>
      <dd>{found.currency}</dd>
      <dt>{say('opening')}</dt>
      <dd>{shown(found.opening)}</dd>
      <dt>{say('closing')}</dt>
      <dd>{shown(found.closing)}</dd>
    </dl>
  );
}

function Agrees({ found, toBreaks }: { found: BankStatement; toBreaks: () => void }) {
  const say = useWords();
  return (
    <div>
      <div>{say('statementLines', { lines: found.lines, matched: found.matched })}</div>
      {found.notBooked > 0 && <div className="muted">{say('notBookedYet', { count: found.notBooked })}</div>}
      <Space wrap className="below">
        {found.kind !== 'statement' && <Tag>{say(kinds[found.kind])}</Tag>}
        {found.replaced && <Tag>{say('replaced')}</Tag>}
        {found.openBreaks > 0 ? (
          <Button size="small" onClick={toBreaks}>
            {say('openBreaks', { count: found.openBreaks })}
          </Button>
        ) : (
          found.kind === 'statement' && <Tag color="green">{say('noOpenBreaks')}</Tag>
        )}
      </Space>
    </div>
  );
}
