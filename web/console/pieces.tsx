// What the console's pages are made of: failure, emptiness, one figure, the choice of a merchant, a chart.
import type { LockedRate, Shop } from '@tongbao/protocol/console';
import { Button, Empty, Result, Select, Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { showDigits, showSpread } from '../ui/format.ts';
import { amount, useAsk, useWords } from './ask.ts';
import type { PageProps } from './console.tsx';

export function Failed(props: { again: () => void; text?: string }) {
  const say = useWords();
  return (
    <Result
      status="warning"
      title={say('failedTitle')}
      subTitle={props.text ?? say('failedText')}
      extra={<Button onClick={props.again}>{say('tryAgain')}</Button>}
    />
  );
}

/** A table that is wider than a phone: it scrolls by itself, also by keyboard. */
export const Wide = <Row extends object>({ label, ...table }: TableProps<Row> & { label: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
  <section className="wide" aria-label={label} tabIndex={0}>
    <Table<Row> {...table} />
  </section>
);

export const Nothing = (props: { title: string; text?: string }) => (
  <Empty
    image={Empty.PRESENTED_IMAGE_SIMPLE}
    description={
      <>
        <strong>{props.title}</strong>
        {props.text !== undefined && <p className="muted">{props.text}</p>}
      </>
    }
  />
);

export const Figure = (props: { label: string; value: ReactNode; help: string }) => (
  <div className="panel">
    <div className="figure-label">{props.label}</div>
    <p className="figure-value">{props.value}</p>
    <p className="figure-help">{props.help}</p>
  </div>
);

/** A rate with what it is made of: the middle rate of a day and the spread on it. */
export function RateText({ rate }: { rate: LockedRate }) {
  const say = useWords();
  const [base, quote] = rate.pair.split('/') as [string, string];
  const spread = `${rate.spreadBps > 0 ? '+' : rate.spreadBps < 0 ? '−' : ''}${showSpread(Math.abs(rate.spreadBps))}`;
  return (
    <>
      <span className="rate">
        1 {base} = {rate.price} {quote}
      </span>
      <br />
      <span className="muted">
        {say('middleRate', { rate: showDigits(rate.mid), day: rate.rateDate, spread })}
      </span>
    </>
  );
}

/** Operators choose a merchant; a merchant's user has one and sees no choice. */
export function ShopChoice({ member, clientId, go, url }: PageProps) {
  const say = useWords();
  const shops = useAsk<{ shops: Shop[] }>('/shops', member.role !== 'merchant');
  if (member.role === 'merchant') return null;
  const chosen = clientId ?? shops.data?.shops[0]?.clientId;
  return (
    <div className="tools">
      <Select
        aria-label={say('shop')}
        showSearch={{ optionFilterProp: 'label' }}
        style={{ minWidth: 260 }}
        loading={shops.isPending}
        {...(chosen === undefined ? {} : { value: chosen })}
        onChange={(shop: string) => go(`${url.pathname}?shop=${encodeURIComponent(shop)}`)}
        options={(shops.data?.shops ?? []).map((shop) => ({
          value: shop.clientId,
          label: `${shop.name} · ${shop.currency}`,
        }))}
      />
    </div>
  );
}

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly color: string;
}

/**
 * Bars by day. Heights are for the eye and may be rounded; every figure that is read stands in a table or is written out
 * from its exact value.
 */
export function Bars(props: {
  label: string;
  currency: string;
  days: readonly { day: string; values: Readonly<Record<string, string>> }[];
  series: readonly Series[];
}) {
  const rows = props.days.map(({ day, values }) => ({
    day,
    ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)])),
  }));
  const shown = (value: unknown) => amount(props.currency, BigInt(Math.round(Number(value))).toString());
  return (
    <figure style={{ margin: 0 }} aria-label={props.label}>
      <h2>{props.label}</h2>
      <div className="chart">
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={rows} margin={{ left: 24, right: 8, top: 8 }} accessibilityLayer>
            <CartesianGrid vertical={false} stroke="#e1e7e8" />
            <XAxis dataKey="day" tickLine={false} minTickGap={24} />
            <YAxis tickFormatter={shown} tickLine={false} axisLine={false} width={96} />
            <Tooltip formatter={shown} cursor={{ fill: '#f4f6f6' }} />
            <Legend formatter={(name: string) => <span style={{ color: '#16242b' }}>{name}</span>} />
            {props.series.map(({ key, name, color }) => (
              <Bar
                key={key}
                dataKey={key}
                name={name}
                fill={color}
                radius={[4, 4, 0, 0]}
                maxBarSize={36}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}
