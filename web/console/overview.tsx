// What a merchant has with the network now, and how the last days went.
import type { Overview as Answer } from '@tongbao/protocol/console';
import { Skeleton } from 'antd';
import { amount, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Bars, Failed, Figure, Nothing, ShopChoice } from './pieces.tsx';

export function Overview(props: PageProps) {
  return (
    <>
      <ShopChoice {...props} />
      <Figures clientId={props.clientId} />
    </>
  );
}

function Figures({ clientId }: { clientId: string | null }) {
  const say = useWords();
  const answer = useAsk<Answer>(
    `/overview${clientId === null ? '' : `?clientId=${encodeURIComponent(clientId)}`}`,
  );
  if (answer.isPending) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (answer.data === undefined) return <Failed again={() => void answer.refetch()} />;
  const { shop, balances, debt, days } = answer.data;
  const shown = (value: string) => amount(shop.currency, value);
  return (
    <>
      <p className="lead">
        {shop.name} · {shop.clientId} · {shop.currency}
      </p>
      <div className="figures-row">
        <Figure label={say('pending')} value={shown(balances.pending)} help={say('pendingHelp')} />
        <Figure label={say('payable')} value={shown(balances.payable)} help={say('payableHelp')} />
        <Figure label={say('inTransit')} value={shown(balances.inTransit)} help={say('inTransitHelp')} />
        <Figure label={say('reserve')} value={shown(balances.reserve)} help={say('reserveHelp')} />
        {debt.since !== null && (
          <Figure
            label={say('owed')}
            value={shown(debt.owed)}
            help={`${say('owedHelp')} ${time(debt.since)} · ${say('debtLimit')} ${shown(debt.limit)}`}
          />
        )}
      </div>
      <section className="panel">
        {days.length === 0 ? (
          <Nothing title={say('noBatches')} text={say('noBatchesText')} />
        ) : (
          <Bars
            label={say('perDay')}
            currency={shop.currency}
            days={days.map(({ day, gross, net }) => ({ day, values: { gross, net } }))}
            series={[
              { key: 'gross', name: say('gross'), color: '#8fb8b2' },
              { key: 'net', name: say('net'), color: '#0f5c54' },
            ]}
          />
        )}
      </section>
    </>
  );
}
