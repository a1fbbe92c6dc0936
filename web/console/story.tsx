// One payment's story: from the order to the bank's statement.
import type { Timeline as Answer, Step } from '@tongbao/protocol/console';
import { Descriptions, Input, Skeleton, Timeline } from 'antd';
import { amount, codeOf, type Say, time, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';
import { Failed, Nothing, RateText } from './pieces.tsx';

export function Story({ clientId, go, url }: PageProps) {
  const say = useWords();
  const key = url.searchParams.get('key') ?? '';
  const shop = clientId === null ? '' : `&shop=${encodeURIComponent(clientId)}`;
  return (
    <>
      <div className="tools">
        <Input.Search
          key={key}
          defaultValue={key}
          aria-label={say('findPayment')}
          placeholder={say('findPayment')}
          enterButton={say('find')}
          size="large"
          style={{ maxWidth: 520 }}
          onSearch={(typed) => go(`/console/payment?key=${encodeURIComponent(typed.trim())}${shop}`)}
        />
      </div>
      {key === '' ? <Nothing title={say('findHint')} /> : <Found of={key} clientId={clientId} />}
    </>
  );
}

const colors: Partial<Record<Step['kind'], string>> = {
  paid: 'green',
  payout: 'green',
  statement: 'green',
  declined: 'red',
  expired: 'gray',
  cancelled: 'gray',
  reversed: 'red',
  'debit-declined': 'red',
  'refund-failed': 'red',
};

function Found({ of, clientId }: { of: string; clientId: string | null }) {
  const say = useWords();
  const shop = clientId === null ? '' : `?clientId=${encodeURIComponent(clientId)}`;
  const answer = useAsk<Answer>(`/payments/${encodeURIComponent(of)}${shop}`);
  if (answer.isPending) return <Skeleton active paragraph={{ rows: 10 }} />;
  if (answer.data === undefined)
    return codeOf(answer.error) === 'NOT_FOUND' ? (
      <Nothing title={say('noPayment')} />
    ) : (
      <Failed again={() => void answer.refetch()} />
    );
  const { data } = answer;
  return (
    <>
      <section className="panel">
        <Descriptions
          title={data.description}
          column={{ xs: 1, md: 2 }}
          items={[
            { key: 'id', label: 'paymentId', children: <span className="long">{data.paymentId}</span> },
            { key: 'request', label: say('requestId'), children: data.requestId },
            { key: 'status', label: say('status'), children: data.status },
            ...amountsOf(say, data),
          ]}
        />
        <a
          style={{ display: 'inline-block', marginTop: 16 }}
          href={`/api/console/payments/${data.paymentId}/receipt${shop}`}
          download={`receipt-${data.paymentId}.json`}
        >
          {say('receiptFile')}
        </a>
        <p className="muted">{say('receiptHint')}</p>
      </section>
      <section className="panel" aria-label={say('history')}>
        <Timeline
          items={data.steps.map((step) => ({
            color: colors[step.kind] ?? 'blue',
            content: (
              <>
                <strong>{say(`step-${step.kind}`)}</strong>{' '}
                <span className="muted number">{time(step.at)}</span>
                {step.facts.length > 0 && (
                  <dl className="facts">
                    {step.facts.map(({ name, value }) => (
                      <Fact key={name} name={name} value={value} />
                    ))}
                  </dl>
                )}
              </>
            ),
          }))}
        />
      </section>
    </>
  );
}

/** Three sums at most: what the shop said, what the shopper pays, what the shop gets; each with the rate that made it. */
function amountsOf(say: Say, data: Answer) {
  const shown = ({ currency, value }: Answer['amount']) => amount(currency, value);
  const converted = (sum: Answer['amount'], rate: Answer['payerRate']) => (
    <div>
      <strong className="number">{shown(sum)}</strong>
      {rate !== null && (
        <div>
          <RateText rate={rate} />
        </div>
      )}
    </div>
  );
  const rows = [
    { key: 'amount', label: say('price'), children: shown(data.amount) },
    {
      key: 'payer',
      label: say('payerAmount'),
      children: converted(data.payerAmount, data.payerRate),
    },
  ];
  if (data.settlementRate === null) return rows;
  const settled = converted(data.settlementAmount, data.settlementRate);
  return [...rows, { key: 'settled', label: say('settlementAmount'), children: settled }];
}

const Fact = (props: { name: string; value: string }) => (
  <>
    <dt>{props.name}</dt>
    <dd>{props.value}</dd>
  </>
);
