// Who did what, to what, and why. Nothing here can be changed by anybody.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Trail as Page } from '@tongbao/protocol/console';
import { Button } from 'antd';
import { ask, time, useWords } from './ask.ts';
import { roleWords } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';

type Act = Page['acts'][number];

export function Trail() {
  const say = useWords();
  const pages = useInfiniteQuery({
    queryKey: ['trail'],
    queryFn: ({ pageParam }) => ask<Page>(`/trail?limit=50${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });
  if (pages.isError) return <Failed again={() => void pages.refetch()} />;
  return (
    <>
      <Wide<Act>
        label={say('navTrail')}
        rowKey="id"
        dataSource={(pages.data?.pages ?? []).flatMap((page) => page.acts)}
        loading={pages.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('noActs')} /> }}
        columns={[
          { title: say('time'), className: 'number', render: (_, act) => time(act.at) },
          {
            title: say('who'),
            render: (_, act) => `${act.name} (${act.username}, ${say(roleWords[act.role])})`,
          },
          { title: say('act'), dataIndex: 'act' },
          { title: say('object'), dataIndex: 'object' },
          { title: say('detail'), dataIndex: 'detail' },
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
