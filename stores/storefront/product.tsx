// One product: picture, price with the yuan beside it, sizes, into the cart.
import { useState } from 'react';
import { Loading, reason, useLoaded } from './loading.tsx';
import { Estimate, OfferLine, useOffer } from './offer.tsx';
import { Go, useShop } from './shop-context.tsx';

interface Answer {
  readonly product: {
    readonly name: string;
    readonly description: string;
    readonly featuredAsset: { readonly preview: string } | null;
    readonly variants: readonly {
      readonly id: string;
      readonly priceWithTax: number;
      readonly options: readonly { readonly name: string }[];
      readonly customFields: { readonly sellerName: string | null };
    }[];
  } | null;
}

const question = `query ($slug: String!) { product(slug: $slug) { name description featuredAsset { preview }
  variants { id priceWithTax options { name } customFields { sellerName } } } }`;

export function Product({ slug }: { slug: string }) {
  const { ask, language, t } = useShop();
  const loaded = useLoaded(`p ${slug} ${language}`, () => ask<Answer>(question, { slug }));
  return (
    <Loading of={loaded}>
      {({ product }) => (product === null ? <p>{t('notFound')}</p> : <Shown product={product} />)}
    </Loading>
  );
}

function Shown({ product }: { product: NonNullable<Answer['product']> }) {
  const { t, price, change } = useShop();
  const [first] = product.variants;
  const [chosen, choose] = useState(product.variants.length === 1 ? first!.id : null);
  const [note, setNote] = useState<{ isTrouble: boolean; text: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const offer = useOffer(first?.priceWithTax);
  const seller = first?.customFields.sellerName ?? null;

  async function add() {
    if (chosen === null) return setNote({ isTrouble: true, text: t('chooseSize') });
    setBusy(true);
    try {
      await change('mutation ($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) { ORDER } }', {
        id: chosen,
      });
      setNote({ isTrouble: false, text: t('added') });
    } catch (error) {
      setNote({ isTrouble: true, text: reason(t, error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <article className="product">
      <img src={product.featuredAsset?.preview ?? ''} alt="" width="400" height="400" />
      <div>
        <h1>{product.name}</h1>
        {seller !== null && <p className="seller">{t('soldBy', { seller })}</p>}
        <p className="price large">
          {price(first?.priceWithTax ?? 0)} <Estimate offer={offer} stored={first?.priceWithTax ?? 0} />
        </p>
        <OfferLine offer={offer} />
        {product.variants.length > 1 && (
          <fieldset className="sizes">
            <legend>{t('size')}</legend>
            {product.variants.map((variant) => (
              <label key={variant.id}>
                <input
                  type="radio"
                  name="size"
                  checked={chosen === variant.id}
                  onChange={() => choose(variant.id)}
                />
                <span>{variant.options.map(({ name }) => name).join(' ')}</span>
              </label>
            ))}
          </fieldset>
        )}
        <button type="button" className="main" disabled={isBusy} onClick={() => void add()}>
          {t('add')}
        </button>
        <p role="status" className={note?.isTrouble === true ? 'trouble' : 'good'}>
          {note !== null && (
            <>
              {note.text} {!note.isTrouble && <Go to="cart">{t('cart')}</Go>}
            </>
          )}
        </p>
        <p className="quiet">{product.description}</p>
      </div>
    </article>
  );
}
