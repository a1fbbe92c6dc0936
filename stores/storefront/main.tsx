// The storefront of whichever shop the address names.
import './styles.css';
import { type CSSProperties, type FormEvent, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type Language, regions, type Shop, shopOf, shops } from '../src/shops.ts';
import { Account } from './account.tsx';
import { Department, Found, Front } from './browse.tsx';
import { Cart } from './cart.tsx';
import { Checkout } from './checkout.tsx';
import { useLoaded } from './loading.tsx';
import { OrderPage } from './order.tsx';
import { Product } from './product.tsx';
import { Go, ShopProvider, useShop } from './shop-context.tsx';

const languageNames: Readonly<Record<Language, string>> = {
  ko: '한국어',
  zh: '中文',
  en: 'English',
  ja: '日本語',
};

function View() {
  const { path, t } = useShop();
  const [first, second = ''] = path.replace(/\/$/, '').split('/').map(decodeURIComponent);
  switch (first) {
    case '':
      return <Front />;
    case 'c':
      return <Department slug={second} />;
    case 'p':
      return <Product key={second} slug={second} />;
    case 'search':
      return <Found />;
    case 'cart':
      return <Cart />;
    case 'checkout':
      return <Checkout />;
    case 'orders':
      return <OrderPage key={second} code={second} />;
    case 'account':
      return <Account />;
    default:
      return <h1>{t('notFound')}</h1>;
  }
}

function Head() {
  const { shop, language, region, cart, t, go, setLanguage, setRegion, query, path } = useShop();
  const count = cart?.totalQuantity ?? 0;
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const q = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    if (q !== '') go(`search?q=${encodeURIComponent(q)}`);
  };
  return (
    <header className="head">
      <Go to="" className="brand">
        {shop.name[language]}
      </Go>
      <search>
        <form onSubmit={search} key={path}>
          <input
            name="q"
            type="search"
            aria-label={t('search')}
            placeholder={t('searchHint')}
            defaultValue={query.get('q') ?? ''}
            maxLength={80}
          />
          <button type="submit">{t('search')}</button>
        </form>
      </search>
      <div className="choices">
        <select
          aria-label={t('shipTo')}
          value={region}
          onChange={(event) => setRegion(event.target.value)}
          data-testid="region"
        >
          {regions.map(({ code, name }) => (
            <option key={code} value={code}>
              {name[language]}
            </option>
          ))}
        </select>
        <select
          aria-label={t('language')}
          value={language}
          onChange={(event) => setLanguage(event.target.value as Language)}
        >
          {shop.languages.map((each) => (
            <option key={each} value={each} lang={each}>
              {languageNames[each]}
            </option>
          ))}
        </select>
        <Go to="account">{t('account')}</Go>
        <Go to="cart" className="cart-link">
          {t('cart')}
          {count > 0 && (
            <>
              <b aria-hidden="true">{count}</b>
              <span className="hidden">: {t('cartItems', { n: count })}</span>
            </>
          )}
        </Go>
      </div>
    </header>
  );
}

function Departments() {
  const { shop, ask, language, t, path } = useShop();
  const loaded = useLoaded(`departments ${shop.code} ${language}`, () =>
    ask<{ collections: { items: { slug: string; name: string }[] } }>(
      '{ collections(options: { topLevelOnly: true }) { items { slug name } } }',
    ),
  );
  if (loaded.is !== 'there') return <nav className="departments" aria-label={t('departments')} />;
  return (
    <nav className="departments" aria-label={t(shop.code === 'hinode' ? 'sellers' : 'departments')}>
      {loaded.answer.collections.items.map(({ slug, name }) => (
        <Go key={slug} to={`c/${slug}`} className={path === `c/${slug}` ? 'current' : ''}>
          {name}
        </Go>
      ))}
    </nav>
  );
}

function Foot() {
  const { shop, t, language } = useShop();
  return (
    <footer className="foot">
      <p>{t('demo')}</p>
      <p>
        {shops
          .filter((other) => other.code !== shop.code)
          .map((other) => (
            <a key={other.code} href={`/${other.code}/`}>
              {other.name[language]}
            </a>
          ))}
      </p>
    </footer>
  );
}

function Page({ shop }: { shop: Shop }) {
  const { look } = shop;
  const style = {
    '--accent': look.accent,
    '--ink': look.ink,
    '--paper': look.paper,
    '--font': look.font,
  } as CSSProperties;
  return (
    <ShopProvider shop={shop}>
      <div className={`page ${shop.code}`} style={style}>
        <Head />
        <Departments />
        <main tabIndex={-1}>
          <View />
        </main>
        <Foot />
      </div>
    </ShopProvider>
  );
}

const shop = shopOf(location.pathname.split('/')[1] ?? '') ?? shops[0]!;
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Page shop={shop} />
  </StrictMode>,
);
