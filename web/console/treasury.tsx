// The house between the currencies: what stands open, and what each day's conversions brought.
import type { Treasury as Answer } from '@tongbao/protocol/console';
import { Skeleton } from 'antd';
import { amount, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Deals } from './deals.tsx';
import { Bars, Failed, Figure, Nothing, Wide } from './pieces.tsx';

type Day = Answer['days'][number];

export function Treasury({ member }: PageProps) {
  const say = useWords();
  const answer = useAsk<Answer>('/treasury');
  if (answer.isPending) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (answer.data === undefined) return <Failed again={() => void answer.refetch()} />;
  const { positions, days } = answer.data;
  return (
    <>
      <div className="figures-row">
        {positions.map(({ currency, amount: value }) => (
          <Figure
            key={currency}
            label={`${say('position')} ${currency}`}
            value={amount(currency, value)}
            help={say('positionHelp')}
          />
        ))}
      </div>
      <Deals member={member} />
      <section className="panel">
        {days.length === 0 ? (
          <Nothing title={say('noDeals')} />
        ) : (
          <Bars
            label={say('gainPerDay')}
            currency={days[0]!.homeCurrency}
            days={gains(days)}
            series={[{ key: 'gain', name: say('gain'), color: '#0f5c54' }]}
          />
        )}
      </section>
      <Wide<Day>
        label={say('navTreasury')}
        rowKey={(day) => `${day.day}${day.currency}${day.bought}${day.cost}`}
        dataSource={days}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        locale={{ emptyText: <Nothing title={say('noDeals')} /> }}
        columns={[
          { title: say('day'), dataIndex: 'day', className: 'number' },
          { title: say('currency'), dataIndex: 'currency' },
          { title: say('bought'), align: 'right', render: (_, day) => amount(day.currency, day.bought) },
          { title: say('cost'), align: 'right', render: (_, day) => amount(day.homeCurrency, day.cost) },
          { title: say('gain'), align: 'right', render: (_, day) => amount(day.homeCurrency, day.gain) },
          { title: say('booked'), render: (_, day) => say(day.booked ? 'yes' : 'no') },
        ]}
      />
    </>
  );
}

/** All currencies of a day together, oldest first. */
function gains(days: readonly Day[]) {
  const sums = new Map<string, bigint>();
  for (const { day, gain } of days) sums.set(day, (sums.get(day) ?? 0n) + BigInt(gain));
  return [...sums]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([day, gain]) => ({ day, values: { gain: gain.toString() } }));
}
