// One order, as the shopper comes back to it: paid, still waiting, or not paid, and what was refunded.
import { useEffect, useState } from 'react';
import { ask as askShop, type Order, orderFields } from './api.ts';
import { Lines, Sums } from './lines.tsx';
import { Loading, useLoaded } from './loading.tsx';
import { Go, useShop } from './shop-context.tsx';

const askAgainMs = 2_000;
const maxAsked = 15;
const settledStates = ['PaymentSettled', 'PartiallyShipped', 'Shipped', 'PartiallyDelivered', 'Delivered'];

export function OrderPage({ code }: { code: string }) {
  const { shop, language, setCart, t } = useShop();
  const [round, setRound] = useState(0);
  const connection = { shop: shop.code, language };
  // An order that is not paid yet is the session's cart; a paid one is found by its code.
  const loaded = useLoaded(`order ${code} ${language} ${round}`, async () => {
    const { activeOrder } = await askShop<{ activeOrder: Order | null }>(
      connection,
      `{ activeOrder { ${orderFields} } }`,
    );
    if (activeOrder?.code === code) return activeOrder;
    setCart(activeOrder);
    const answer = await askShop<{ orderByCode: Order | null }>(
      connection,
      `query ($code: String!) { orderByCode(code: $code) { ${orderFields} } }`,
      { code },
    );
    return answer.orderByCode;
  });
  const [last, setLast] = useState<Order | null>(null);
  const answer = loaded.is === 'there' ? loaded.answer : null;
  useEffect(() => {
    if (answer !== null) setLast(answer);
  }, [answer]);
  const isWaiting = answer?.payments?.some(({ state }) => state === 'AwaitingShopper') === true;
  useEffect(() => {
    if (!isWaiting || round >= maxAsked) return;
    const timer = setTimeout(() => setRound(round + 1), askAgainMs);
    return () => clearTimeout(timer);
  }, [isWaiting, round]);
  // While it is asked again, what is known stays.
  if (loaded.is === 'loading' && last !== null) return <Shown order={last} />;
  return (
    <Loading of={loaded}>
      {(order) => (order === null ? <p>{t('notFound')}</p> : <Shown order={order} />)}
    </Loading>
  );
}

function Shown({ order }: { order: Order }) {
  const { t, price } = useShop();
  const payments = order.payments ?? [];
  const waiting = payments.findLast(({ state }) => state === 'AwaitingShopper');
  const isPaid = settledStates.includes(order.state);
  const refunded = payments
    .flatMap(({ refunds }) => refunds)
    .filter(({ state }) => state === 'Settled')
    .reduce((sum, { total }) => sum + total, 0);
  const cashier = waiting?.metadata?.public?.redirectUrl;
  const [title, text] = isPaid
    ? [t('orderPaid'), t('orderPaidText', { region: order.shippingAddress?.country ?? '' })]
    : waiting !== undefined
      ? [t('orderWaiting'), t('orderWaitingText')]
      : [t('orderFailed'), t('orderFailedText')];
  return (
    <>
      <section className={`outcome ${isPaid ? 'paid' : waiting === undefined ? 'failed' : 'waiting'}`}>
        <h1>{title}</h1>
        <p role="status">{text}</p>
        <p className="quiet">{t('order', { code: order.code })}</p>
        {!isPaid && (
          <p className="row start">
            {cashier !== undefined && (
              <a className="button main" href={cashier}>
                {t('toCashier')}
              </a>
            )}
            <Go to="cart" className="button">
              {t('toCart')}
            </Go>
          </p>
        )}
      </section>
      <Lines order={order} />
      <Sums order={order} offer={null} />
      {refunded > 0 && (
        <p className="row refunded" data-testid="refunded">
          <span>{t('refunded')}</span>
          <span>{price(refunded)}</span>
        </p>
      )}
    </>
  );
}
