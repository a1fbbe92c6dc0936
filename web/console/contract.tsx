// What was agreed with a merchant, and what it comes to at the rates of the moment. It is looked at here, not changed.
import type { ContractView, LockedRate } from '@tongbao/protocol/console';
import { Descriptions, Skeleton } from 'antd';
import { showSpread } from '../ui/format.ts';
import { amount, type Say, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, RateText, ShopChoice, Wide } from './pieces.tsx';

export function Contract(props: PageProps) {
  return (
    <>
      <ShopChoice {...props} />
      <Agreed clientId={props.clientId} />
    </>
  );
}

function Agreed({ clientId }: { clientId: string | null }) {
  const say = useWords();
  const answer = useAsk<ContractView>(
    `/contract${clientId === null ? '' : `?clientId=${encodeURIComponent(clientId)}`}`,
  );
  if (answer.isPending) return <Skeleton active paragraph={{ rows: 10 }} />;
  if (answer.data === undefined) return <Failed again={() => void answer.refetch()} />;
  const { data } = answer;
  return (
    <>
      <section className="panel">
        <Descriptions title={data.name} column={{ xs: 1, md: 2 }} items={termsOf(say, data)} />
      </section>
      <Currencies of={data} />
    </>
  );
}

function termsOf(say: Say, data: ContractView) {
  const { settlementCurrency: currency } = data;
  const days = (count: number) => say('days', { count });
  const rows: [key: string, label: string, value: string][] = [
    ['paid', say('paidIn'), currency],
    ['rule', say('rateRule'), say(data.rateRule)],
    ['fee', say('feeRate'), showSpread(data.feeBps)],
    ['returns', say('feeOnRefund'), say(data.returnsFee ? 'feeReturned' : 'feeKept')],
    ['payer', say('payerSpread'), showSpread(data.spreadBps)],
    ['spread', say('settlementSpread'), showSpread(data.settlementSpreadBps)],
    ['limits', say('limits'), `${amount(currency, data.minAmount)} – ${amount(currency, data.maxAmount)}`],
    ['debt', say('mayOwe'), amount(currency, data.debtLimit)],
    ['refunds', say('refundWindow'), days(data.refundWindowDays)],
    ['quote', say('quoteLife'), say('minutes', { count: data.quoteLifeMinutes })],
    ['calendar', say('calendar'), `${data.calendar}, ${data.timeZone}`],
    ['regions', say('regions'), data.regions.join(', ')],
    ['live', say('liveFrom'), time(data.liveFrom)],
  ];
  return rows.map(([key, label, children]) => ({ key, label, children }));
}

type Row = ContractView['currencies'][number];

function Currencies({ of }: { of: ContractView }) {
  const say = useWords();
  const limit = (row: Row, value: string | null) =>
    value === null ? say('noRateNow') : <span className="number">{amount(row.currency, value)}</span>;
  const rate = (found: LockedRate | null, isSame: boolean) =>
    found !== null ? <RateText rate={found} /> : say(isSame ? 'notConverted' : 'noRateNow');
  return (
    <>
      <h2>{say('pricedIn')}</h2>
      <Wide<Row>
        label={say('pricedIn')}
        rowKey="currency"
        dataSource={of.currencies}
        pagination={false}
        columns={[
          { title: say('currency'), dataIndex: 'currency' },
          { title: say('payerRate'), render: (_, row) => rate(row.payer, row.currency === 'CNY') },
          {
            title: say('settlementRate'),
            render: (_, row) => rate(row.settlement, row.currency === of.settlementCurrency),
          },
          { title: say('atLeast'), align: 'right', render: (_, row) => limit(row, row.minAmount) },
          { title: say('atMost'), align: 'right', render: (_, row) => limit(row, row.maxAmount) },
        ]}
      />
    </>
  );
}
