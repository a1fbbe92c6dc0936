// What is paid to merchants, where it stands, and letting one leave again that the bank rejected.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { PayoutInHand } from '@tongbao/protocol/console';
import { Button, Checkbox, Tag } from 'antd';
import { useState } from 'react';
import { amount, ask, time, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

interface Page {
  readonly payouts: readonly PayoutInHand[];
  readonly before: string | null;
}

export function Payouts({ member }: PageProps) {
  const say = useWords();
  const [onlyOpen, setOnlyOpen] = useState(true);
  const [asked, setAsked] = useState<PayoutInHand | null>(null);
  const answer = useInfiniteQuery({
    queryKey: ['payouts', onlyOpen],
    queryFn: ({ pageParam }) =>
      ask<Page>(`/payouts?limit=50&open=${onlyOpen}${pageParam === '' ? '' : `&before=${pageParam}`}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.before ?? undefined,
  });
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const mayRetry = member.role === 'maker' || member.role === 'checker';
  return (
    <>
      <p className="lead">{say('payoutsText')}</p>
      <div className="tools">
        <Checkbox checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)}>
          {say('onlyUnpaid')}
        </Checkbox>
      </div>
      <Wide<PayoutInHand>
        label={say('navPayouts')}
        rowKey="id"
        dataSource={answer.data?.pages.flatMap((page) => page.payouts) ?? []}
        loading={answer.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('noPayouts')} /> }}
        columns={[
          { title: say('batchNumber'), className: 'number', dataIndex: 'id' },
          { title: say('shop'), dataIndex: 'clientId' },
          { title: say('settlementDayOf'), className: 'number', dataIndex: 'day' },
          {
            title: say('net'),
            align: 'right',
            className: 'number',
            render: (_, each) => amount(each.currency, each.amount),
          },
          {
            title: say('status'),
            render: (_, each) => (
              <>
                <Tag
                  color={each.status === 'REJECTED' ? 'red' : each.status === 'PAID' ? 'green' : 'default'}
                >
                  {say(each.status)}
                </Tag>
                {each.refusal !== null && <span className="muted">{each.refusal}</span>}
              </>
            ),
          },
          {
            title: say('toAccount'),
            className: 'number',
            render: (_, each) => (each.account === '' ? say('noAccount') : `…${each.account}`),
          },
          { title: say('attempts'), align: 'right', dataIndex: 'attempts' },
          {
            title: say('leavesAt'),
            className: 'number',
            render: (_, each) => (each.payAt === null ? '' : time(each.payAt)),
          },
          {
            title: say('act'),
            render: (_, each) =>
              mayRetry &&
              each.canRetry && <Button onClick={() => setAsked(each)}>{say('retryPayout')}</Button>,
          },
        ]}
      />
      {answer.hasNextPage && (
        <Button loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
          {say('more')}
        </Button>
      )}
      {asked !== null && (
        <ReasonDialog
          title={say('retryPayout')}
          path={`/payouts/${asked.id}/retry`}
          leave={() => setAsked(null)}
        >
          <p>{say('retryPayoutText', { account: asked.account })}</p>
        </ReasonDialog>
      )}
    </>
  );
}
