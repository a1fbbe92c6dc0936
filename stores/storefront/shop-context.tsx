// What every view of one shop shares: which shop, the shopper's language and region, the cart, the way about.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { type Language, regions, type Shop, storedDecimals } from '../src/shops.ts';
import { ask, granted, type Order, orderFields, orderOrError } from './api.ts';
import { say, type WordKey } from './words.ts';

export interface ShopContext {
  readonly shop: Shop;
  readonly language: Language;
  readonly region: string;
  readonly cart: Order | null;
  /** False until the server has said what is in the cart. */
  readonly isCartKnown: boolean;
  /** Path within the shop, without its slash: cart, p/hanbit-coat-classic. */
  readonly path: string;
  readonly query: URLSearchParams;
  setLanguage(language: Language): void;
  setRegion(region: string): void;
  setCart(cart: Order | null): void;
  go(path: string): void;
  t(key: WordKey, given?: Readonly<Record<string, string | number>>): string;
  /** As Vendure stores it, in the shop's currency. */
  price(stored: number): string;
  ask<Answer>(query: string, variables?: object): Promise<Answer>;
  /** Runs a mutation that answers an order or a refusal, on a cart that may be changed. */
  change(mutation: string, variables?: object): Promise<Order>;
}

const Context = createContext<ShopContext | null>(null);

export const useShop = (): ShopContext => useContext(Context)!;

export const locales: Readonly<Record<Language, string>> = {
  ko: 'ko-KR',
  zh: 'zh-CN',
  en: 'en-GB',
  ja: 'ja-JP',
};

/** The first of the browser's languages that the shop speaks; English for everybody else. */
function firstLanguage(shop: Shop): Language {
  const kept = localStorage.getItem(`language:${shop.code}`);
  const wanted = [kept ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2) as Language);
  return wanted.find((language) => shop.languages.includes(language)) ?? 'en';
}

const homes: Readonly<Record<string, string>> = {
  zh: 'CN',
  ko: 'KR',
  ja: 'JP',
  fr: 'FR',
  de: 'DE',
  en: 'GB',
};

/** From the browser's language until the shopper says otherwise. */
function firstRegion(): string {
  const known = (code: string | undefined) => regions.some((region) => region.code === code);
  const kept = localStorage.getItem('region');
  if (kept !== null && known(kept)) return kept;
  for (const tag of navigator.languages) {
    const parts = tag.split('-');
    const code = parts.find((part) => /^[A-Z]{2}$/.test(part)) ?? homes[parts[0]!];
    if (known(code)) return code!;
  }
  return 'GB';
}

const here = (shop: Shop) => location.pathname.slice(shop.code.length + 2);

export function ShopProvider({ shop, children }: { shop: Shop; children: ReactNode }) {
  const [language, setLanguage] = useState(() => firstLanguage(shop));
  const [region, setRegion] = useState(firstRegion);
  const [cart, setCart] = useState<Order | null>(null);
  const [isCartKnown, setCartKnown] = useState(false);
  const [place, setPlace] = useState(() => ({ path: here(shop), search: location.search }));
  useEffect(() => {
    const moved = () => setPlace({ path: here(shop), search: location.search });
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, [shop]);
  useEffect(() => {
    document.documentElement.lang = locales[language];
    document.title = shop.name[language];
  }, [language, shop]);
  const asked = useCallback(
    <Answer,>(query: string, variables?: object) =>
      ask<Answer>({ shop: shop.code, language }, query, variables),
    [shop, language],
  );
  useEffect(() => {
    asked<{ activeOrder: Order | null }>(`{ activeOrder { ${orderFields} } }`).then(
      ({ activeOrder }) => {
        setCart(activeOrder);
        setCartKnown(true);
      },
      () => setCartKnown(true),
    );
  }, [asked]);
  const value = useMemo((): ShopContext => {
    const money = new Intl.NumberFormat(locales[language], {
      style: 'currency',
      currency: shop.currency,
    });
    return {
      ...{ shop, language, region, cart, isCartKnown },
      ...{ path: place.path, query: new URLSearchParams(place.search) },
      setLanguage(chosen) {
        localStorage.setItem(`language:${shop.code}`, chosen);
        setLanguage(chosen);
      },
      setRegion(chosen) {
        localStorage.setItem('region', chosen);
        setRegion(chosen);
      },
      setCart,
      go(path) {
        history.pushState(null, '', `/${shop.code}/${path}`);
        setPlace({ path: here(shop), search: location.search });
        scrollTo(0, 0);
        document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
      },
      t: (key, given) => say(language, key, given),
      price: (stored) => money.format(stored / 10 ** storedDecimals),
      ask: asked,
      async change(mutation, variables) {
        // A shopper who comes back from the cashier and changes his cart has begun anew.
        if (cart !== null && cart.state !== 'AddingItems')
          await asked('mutation { transitionOrderToState(state: "AddingItems") { __typename } }');
        const answer = await asked<Record<string, Order>>(mutation.replace('ORDER', orderOrError), variables);
        const order = granted(Object.values(answer)[0]!);
        setCart(order);
        return order;
      },
    };
  }, [shop, language, region, cart, isCartKnown, place, asked]);
  return <Context value={value}>{children}</Context>;
}

/** A link within the shop: works as a link, moves without loading. */
export function Go({ to, children, className }: { to: string; children: ReactNode; className?: string }) {
  const { shop, go } = useShop();
  return (
    <a
      href={`/${shop.code}/${to}`}
      className={className}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
