// The lines of a cart or an order, each seller's together, and the sums.
import type { ReactNode } from 'react';
import type { Line, Order } from './api.ts';
import { Estimate, type Offer } from './offer.tsx';
import { Go, useShop } from './shop-context.tsx';

export function Lines({ order, actions }: { order: Order; actions?: (line: Line) => ReactNode }) {
  const { t, price } = useShop();
  const sellers = new Map<string, Line[]>();
  for (const line of order.lines) {
    const name = line.productVariant.customFields.sellerName ?? '';
    sellers.set(name, [...(sellers.get(name) ?? []), line]);
  }
  return [...sellers].map(([seller, lines]) => (
    <section key={seller} className="part">
      {seller !== '' && <h2 className="seller">{t('soldBy', { seller })}</h2>}
      <ul className="lines">
        {lines.map((line) => (
          <li key={line.id}>
            <img src={line.featuredAsset?.preview ?? ''} alt="" width="72" height="72" />
            <div>
              <Go to={`p/${line.productVariant.product.slug}`}>{line.productVariant.name}</Go>
              {actions === undefined ? <span className="quiet">× {line.quantity}</span> : actions(line)}
            </div>
            <span className="price">{price(line.linePriceWithTax)}</span>
          </li>
        ))}
      </ul>
      {sellers.size > 1 && (
        <p className="row part-sum" data-testid="seller-part">
          <span>{t('sellerPart')}</span>
          <span>{price(lines.reduce((sum, line) => sum + line.linePriceWithTax, 0))}</span>
        </p>
      )}
    </section>
  ));
}

/** Instead of a cart: that it is empty, or that it is not known yet. */
export function EmptyCart() {
  const { t, isCartKnown } = useShop();
  if (!isCartKnown)
    return (
      <p className="quiet" role="status">
        {t('loading')}
      </p>
    );
  return (
    <div className="empty">
      <h1>{t('emptyCart')}</h1>
      <Go to="" className="button">
        {t('goShopping')}
      </Go>
    </div>
  );
}

export function Sums({ order, offer }: { order: Order; offer: Offer | null }) {
  const { t, price } = useShop();
  return (
    <dl className="sums">
      <dt>{t('goods')}</dt>
      <dd>{price(order.subTotalWithTax)}</dd>
      {order.shippingLines.length > 0 && (
        <>
          <dt>{t('shipping')}</dt>
          <dd>{price(order.shippingWithTax)}</dd>
        </>
      )}
      <dt className="all">{t('total')}</dt>
      <dd className="all" data-testid="total">
        {price(order.totalWithTax)} <Estimate offer={offer} stored={order.totalWithTax} />
      </dd>
    </dl>
  );
}
