// Looking around: the front page with every department, one department, the search.
import { regions } from '../src/shops.ts';
import type { Card } from './api.ts';
import { Loading, useLoaded } from './loading.tsx';
import { Estimate, OfferLine, useOffer } from './offer.tsx';
import { Go, useShop } from './shop-context.tsx';

interface VariantAnswer {
  readonly priceWithTax: number;
  readonly customFields: { readonly sellerName: string | null };
  readonly product: {
    readonly slug: string;
    readonly name: string;
    readonly featuredAsset: { readonly preview: string } | null;
  };
}

const variantFields =
  'priceWithTax customFields { sellerName } product { slug name featuredAsset { preview } }';
const cardOf = ({ priceWithTax, customFields, product }: VariantAnswer): Card => ({
  slug: product.slug,
  name: product.name,
  price: priceWithTax,
  picture: product.featuredAsset?.preview ?? '',
  seller: customFields.sellerName,
});

/** A product in several sizes is listed once, by its medium one. */
const once = (sized: boolean) => (sized ? ', filter: { sku: { regex: "-M$" } }' : '');
const isSized = (currency: string) => currency === 'GBP';

function Cards({ cards, offer }: { cards: readonly Card[]; offer: ReturnType<typeof useOffer> }) {
  const { price } = useShop();
  return (
    <ul className="cards">
      {cards.map((card) => (
        <li key={card.slug}>
          <Go to={`p/${card.slug}`} className="card">
            <img src={card.picture} alt="" width="400" height="400" loading="lazy" />
            <span className="name">{card.name}</span>
            {card.seller !== null && <span className="seller">{card.seller}</span>}
            <span className="price">{price(card.price)}</span>
            <Estimate offer={offer} stored={card.price} />
          </Go>
        </li>
      ))}
    </ul>
  );
}

const onFrontPage = 6;

export function Front() {
  const { shop, ask, language, t, region } = useShop();
  const loaded = useLoaded(`front ${shop.code} ${language}`, () =>
    ask<{
      collections: {
        items: { slug: string; name: string; productVariants: { items: VariantAnswer[] } }[];
      };
    }>(
      `{ collections(options: { topLevelOnly: true }) { items { slug name
        productVariants(options: { take: ${onFrontPage}${once(isSized(shop.currency))} }) { items { ${variantFields} } } } } }`,
    ),
  );
  const first =
    loaded.is === 'there'
      ? loaded.answer.collections.items[0]?.productVariants.items[0]?.priceWithTax
      : undefined;
  const offer = useOffer(first);
  const place = regions.find(({ code }) => code === region)!;
  return (
    <>
      <section className="hero">
        <h1>{shop.slogan[language]}</h1>
        <p>
          {t('shipTo')}: {place.name[language]}
        </p>
        <OfferLine offer={offer} />
      </section>
      <Loading of={loaded}>
        {({ collections }) =>
          collections.items.map((department) => (
            <section key={department.slug}>
              <header className="row">
                <h2>{department.name}</h2>
                <Go to={`c/${department.slug}`}>
                  {t('seeAll')}
                  <span className="hidden"> {department.name}</span>
                </Go>
              </header>
              <Cards cards={department.productVariants.items.map(cardOf)} offer={offer} />
            </section>
          ))
        }
      </Loading>
    </>
  );
}

const pageSize = 24;

export function Department({ slug }: { slug: string }) {
  const { shop, ask, language, t, query } = useShop();
  const page = Math.min(500, Math.max(1, Number.parseInt(query.get('page') ?? '1', 10) || 1));
  const loaded = useLoaded(`c ${slug} ${page} ${language}`, () =>
    ask<{
      collection: { name: string; productVariants: { totalItems: number; items: VariantAnswer[] } } | null;
    }>(
      `query ($slug: String!) { collection(slug: $slug) { name productVariants(options: { take: ${pageSize}, skip: ${(page - 1) * pageSize}${once(isSized(shop.currency))} })
        { totalItems items { ${variantFields} } } } }`,
      { slug },
    ),
  );
  const offer = useOffer(
    loaded.is === 'there' ? loaded.answer.collection?.productVariants.items[0]?.priceWithTax : undefined,
  );
  return (
    <Loading of={loaded}>
      {({ collection }) => {
        if (collection === null) return <p>{t('notFound')}</p>;
        const { totalItems, items } = collection.productVariants;
        return (
          <>
            <h1>{collection.name}</h1>
            <OfferLine offer={offer} />
            <Cards cards={items.map(cardOf)} offer={offer} />
            <nav className="pages" aria-label={collection.name}>
              {page > 1 && <Go to={`c/${slug}?page=${page - 1}`}>{t('previous')}</Go>}
              {page * pageSize < totalItems && <Go to={`c/${slug}?page=${page + 1}`}>{t('next')}</Go>}
            </nav>
          </>
        );
      }}
    </Loading>
  );
}

interface FoundProduct {
  readonly slug: string;
  readonly name: string;
  readonly featuredAsset: { readonly preview: string } | null;
  readonly variants: {
    readonly priceWithTax: number;
    readonly customFields: { sellerName: string | null };
  }[];
}

export function Found() {
  const { ask, language, t, query } = useShop();
  const q = (query.get('q') ?? '').slice(0, 80);
  const loaded = useLoaded(`search ${q} ${language}`, () =>
    ask<{ products: { totalItems: number; items: FoundProduct[] } }>(
      `query ($q: String!) { products(options: { take: 48, filter: { name: { contains: $q } } }) { totalItems
        items { slug name featuredAsset { preview } variants { priceWithTax customFields { sellerName } } } } }`,
      { q },
    ),
  );
  const offer = useOffer(
    loaded.is === 'there' ? loaded.answer.products.items[0]?.variants[0]?.priceWithTax : undefined,
  );
  return (
    <Loading of={loaded}>
      {({ products }) => (
        <>
          <h1>{t(products.totalItems === 0 ? 'foundNone' : 'found', { n: products.totalItems, q })}</h1>
          <OfferLine offer={offer} />
          <Cards
            offer={offer}
            cards={products.items.map((product) => ({
              slug: product.slug,
              name: product.name,
              price: product.variants[0]?.priceWithTax ?? 0,
              picture: product.featuredAsset?.preview ?? '',
              seller: product.variants[0]?.customFields.sellerName ?? null,
            }))}
          />
        </>
      )}
    </Loading>
  );
}
