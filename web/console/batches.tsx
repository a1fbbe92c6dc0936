// A merchant's settlements: each with its sums, what the bank said, its files, and its lines.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Batch, Line } from '@tongbao/protocol/console';
import { Button, Drawer, Select, Tag } from 'antd';
import { useState } from 'react';
import { amount, ask, time, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, ShopChoice, Wide } from './pieces.tsx';

const tones = {
  OPEN: 'default',
  CLOSED: 'blue',
  IN_TRANSIT: 'gold',
  PAID: 'green',
  REJECTED: 'red',
} as const;
const statuses = Object.keys(tones) as (keyof typeof tones)[];

interface Page {
  readonly batches: Batch[];
  readonly before: string | null;
}

export function Batches(props: PageProps) {
  const say = useWords();
  const { clientId } = props;
  const [opened, open] = useState<Batch | null>(null);
  const [status, choose] = useState<string>('');
  const shop = clientId === null ? '' : `&clientId=${encodeURIComponent(clientId)}`;
  const pages = useInfiniteQuery({
    queryKey: ['batches', shop],
    queryFn: ({ pageParam }) =>
      ask<Page>(`/batches?limit=20${shop}${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });
  if (pages.isError) return <Failed again={() => void pages.refetch()} />;
  const batches = (pages.data?.pages ?? [])
    .flatMap((page) => page.batches)
    .filter((batch) => status === '' || batch.status === status);
  return (
    <>
      <ShopChoice {...props} />
      <div className="tools">
        <Select
          aria-label={say('status')}
          value={status}
          style={{ minWidth: 180 }}
          onChange={choose}
          options={[
            { value: '', label: say('allStatuses') },
            ...statuses.map((each) => ({ value: each, label: say(each) })),
          ]}
        />
      </div>
      <BatchTable batches={batches} waiting={pages.isPending} open={open} />
      {pages.hasNextPage && (
        <div className="tools" style={{ marginTop: 16 }}>
          <Button onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
            {say('more')}
          </Button>
        </div>
      )}
      <Drawer
        open={opened !== null}
        onClose={() => open(null)}
        size={940}
        styles={{ wrapper: { maxWidth: '100vw' } }}
        title={opened === null ? '' : say('linesOf', { id: opened.batchId })}
      >
        {opened !== null && <Lines batch={opened} shop={shop} go={props.go} />}
      </Drawer>
    </>
  );
}

function BatchTable(props: { batches: Batch[]; waiting: boolean; open: (batch: Batch) => void }) {
  const say = useWords();
  const money = (pick: (batch: Batch) => string) => (_: unknown, batch: Batch) => (
    <span className="number">{amount(batch.currency, pick(batch))}</span>
  );
  return (
    <Wide<Batch>
      label={say('navBatches')}
      rowKey="batchId"
      dataSource={props.batches}
      loading={props.waiting}
      pagination={false}
      locale={{ emptyText: <Nothing title={say('noBatches')} text={say('noBatchesText')} /> }}
      columns={[
        { title: say('day'), dataIndex: 'settlementDay', className: 'number' },
        {
          title: say('status'),
          render: (_, batch) => (
            <>
              <Tag color={tones[batch.status]}>{say(batch.status)}</Tag>
              {batch.rollOvers > 0 && (
                <span className="muted">{say('rolledOver', { count: batch.rollOvers })}</span>
              )}
              {batch.refusal !== null && <span className="muted">{batch.refusal}</span>}
            </>
          ),
        },
        { title: say('count'), dataIndex: 'count', align: 'right', className: 'number' },
        { title: say('gross'), align: 'right', render: money((batch) => batch.gross) },
        { title: say('fees'), align: 'right', render: money((batch) => batch.fees) },
        { title: say('net'), align: 'right', render: money((batch) => batch.net) },
        {
          title: say('paidAt'),
          className: 'number',
          render: (_, batch) => (batch.paidAt === null ? '–' : time(batch.paidAt)),
        },
        {
          title: say('files'),
          render: (_, batch) => (
            <div className="files">
              {batch.files.map(({ name, path }) => (
                <a
                  key={name}
                  href={`/api/console/files/${path}`}
                  download={name}
                  aria-label={say('download', { name })}
                >
                  {name.split('_')[0]}
                </a>
              ))}
            </div>
          ),
        },
        {
          title: say('details'),
          render: (_, batch) => <Button onClick={() => props.open(batch)}>{say('details')}</Button>,
        },
      ]}
    />
  );
}

interface LinePage {
  readonly lines: Line[];
  readonly after: string | null;
}

function Lines({ batch, shop, go }: { batch: Batch; shop: string; go: PageProps['go'] }) {
  const say = useWords();
  const pages = useInfiniteQuery({
    queryKey: ['lines', batch.batchId, shop],
    queryFn: ({ pageParam }) =>
      ask<LinePage>(
        `/batches/${batch.batchId}/lines?${shop.slice(1)}${pageParam === '' ? '' : `&after=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.after ?? undefined,
  });
  if (pages.isError) return <Failed again={() => void pages.refetch()} />;
  const money = (value: string) => <span className="number">{amount(batch.currency, value)}</span>;
  const lines = (pages.data?.pages ?? []).flatMap((page) => page.lines);
  const priced = {
    title: say('price'),
    align: 'right' as const,
    render: (_: unknown, { price, quotePrice }: Line) =>
      price === null ? (
        '–'
      ) : (
        <>
          <span className="number">{amount(price.currency, price.value)}</span>
          <br />
          <span className="muted number">× {quotePrice}</span>
        </>
      ),
  };
  return (
    <>
      <Wide<Line>
        label={say('details')}
        rowKey="key"
        size="small"
        dataSource={lines}
        loading={pages.isPending}
        pagination={false}
        columns={[
          { title: say('time'), className: 'number', render: (_, line) => time(line.at) },
          { title: say('kind'), render: (_, line) => say(line.kind) },
          {
            title: say('requestId'),
            render: (_, { requestId, paymentId }) =>
              paymentId === null ? (
                (requestId ?? '–')
              ) : (
                <Button
                  type="link"
                  onClick={() => go(`/console/payment?key=${paymentId}${shop.replace('clientId', 'shop')}`)}
                >
                  {requestId}
                </Button>
              ),
          },
          ...(lines.some(({ price }) => price !== null) ? [priced] : []),
          { title: say('gross'), align: 'right', render: (_, line) => money(line.gross) },
          { title: say('fees'), align: 'right', render: (_, line) => money(line.fees) },
          { title: say('net'), align: 'right', render: (_, line) => money(line.net) },
        ]}
      />
      {pages.hasNextPage && (
        <Button onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
          {say('more')}
        </Button>
      )}
    </>
  );
}
