// The cart: quantities, each seller's part, the sums.
import { useState } from 'react';
import type { Line } from './api.ts';
import { EmptyCart, Lines, Sums } from './lines.tsx';
import { reason } from './loading.tsx';
import { OfferLine, useOffer } from './offer.tsx';
import { Go, useShop } from './shop-context.tsx';

const most = 20;

export function Cart() {
  const { cart, t, change } = useShop();
  const [trouble, setTrouble] = useState<string | null>(null);
  const offer = useOffer(cart?.totalWithTax);
  const adjust = (line: Line, quantity: number) => {
    setTrouble(null);
    change(
      'mutation ($id: ID!, $quantity: Int!) { adjustOrderLine(orderLineId: $id, quantity: $quantity) { ORDER } }',
      { id: line.id, quantity },
    ).catch((error) => setTrouble(reason(t, error)));
  };
  if (cart === null || cart.lines.length === 0) return <EmptyCart />;
  return (
    <>
      <h1>{t('cart')}</h1>
      <OfferLine offer={offer} />
      <div className="two">
        <div>
          <Lines
            order={cart}
            actions={(line) => (
              <span className="actions">
                <select
                  aria-label={t('quantity', { name: line.productVariant.name })}
                  value={line.quantity}
                  onChange={(event) => adjust(line, Number.parseInt(event.target.value, 10))}
                >
                  {Array.from({ length: Math.max(most, line.quantity) }, (_none, index) => (
                    <option key={String(index)}>{index + 1}</option>
                  ))}
                </select>
                <button type="button" className="plain" onClick={() => adjust(line, 0)}>
                  {t('remove')}
                  <span className="hidden"> {line.productVariant.name}</span>
                </button>
              </span>
            )}
          />
        </div>
        <aside>
          <Sums order={cart} offer={offer} />
          <Go to="checkout" className="button main">
            {t('checkout')}
          </Go>
          {trouble !== null && (
            <p className="trouble" role="alert">
              {trouble}
            </p>
          )}
        </aside>
      </div>
    </>
  );
}
