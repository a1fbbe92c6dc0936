// Rates that are held back, since they moved too far or a second feed says something else, and letting one through: a maker proposes, a checker confirms, each with a reason.
import type { HeldRates } from '@tongbao/protocol/console';
import { Button } from 'antd';
import { useState } from 'react';
import { useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, Wide } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

type Held = HeldRates['rates'][number];

export function Rates({ member }: PageProps) {
  const say = useWords();
  const [asked, ask] = useState<Held | null>(null);
  const answer = useAsk<HeldRates>('/rates/held');
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  return (
    <>
      <Wide<Held>
        label={say('navRates')}
        rowKey={(rate) => `${rate.currency}${rate.date}`}
        dataSource={answer.data?.rates ?? []}
        loading={answer.isPending}
        pagination={false}
        locale={{ emptyText: <Nothing title={say('noRates')} text={say('noRatesText')} /> }}
        columns={[
          { title: say('day'), dataIndex: 'date', className: 'number' },
          { title: say('currency'), dataIndex: 'currency' },
          { title: say('rate'), dataIndex: 'rate', className: 'number' },
          { title: say('detail'), dataIndex: 'reason' },
          {
            title: say('heldBecause'),
            render: (_, rate) =>
              rate.other === null ? say('rateMoved') : `${say('secondFeed')} ${rate.other}`,
          },
          { title: say('proposedBy'), render: (_, rate) => rate.proposedBy ?? '' },
          {
            title: say('act'),
            render: (_, rate) =>
              rate.proposedBy === null
                ? member.role === 'maker' && <Button onClick={() => ask(rate)}>{say('proposeRate')}</Button>
                : member.role === 'checker' && <Button onClick={() => ask(rate)}>{say('approve')}</Button>,
          },
        ]}
      />
      {asked !== null && <Confirm rate={asked} leave={() => ask(null)} />}
    </>
  );
}

function Confirm({ rate, leave }: { rate: Held; leave: () => void }) {
  const say = useWords();
  const step = rate.proposedBy === null ? 'propose' : 'confirm';
  return (
    <ReasonDialog
      title={`${say(step === 'propose' ? 'proposeRate' : 'approve')} · ${rate.currency} ${rate.date}`}
      path={`/rates/held/${step}`}
      body={{ currency: rate.currency, date: rate.date }}
      leave={leave}
    />
  );
}
