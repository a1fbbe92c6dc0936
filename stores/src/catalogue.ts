// The catalogues: products made from short lists of things, lines and makers, the same at every start. Nothing here is a
// real product, maker or price.
import {
  aldwynItems,
  hanbitDepartments,
  hinodeSellers,
  lines,
  makers,
  sizes,
  tsubameItems,
  tsubameSellers,
} from './catalogue-words.ts';
import type { Language, ShopCode, Words } from './shops.ts';

export interface CatalogueVariant {
  readonly sku: string;
  /** Added to the product's name; empty when there is one variant. */
  readonly size: string;
}

export interface CatalogueProduct {
  readonly slug: string;
  readonly name: Words;
  readonly description: Words;
  /** What its picture shows. */
  readonly kind: string;
  readonly department: string;
  /** Whole units of the shop's currency; pounds may have pence. */
  readonly price: number;
  readonly variants: readonly CatalogueVariant[];
  /** Who really sells it: a shop of the marketplace, or the agent's source. */
  readonly seller?: { readonly id: string; readonly name: string };
}

export interface Department {
  readonly slug: string;
  readonly name: Words;
}

export interface Catalogue {
  readonly departments: readonly Department[];
  readonly products: readonly CatalogueProduct[];
}

const languages: readonly Language[] = ['ko', 'zh', 'en', 'ja'];

/** A small deterministic number for a text: pictures and prices differ, and stay. */
export function numberOf(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619) >>> 0;
  return hash;
}

const joined = (...parts: readonly (Words | string)[]): Words =>
  Object.fromEntries(
    languages.map((language) => [
      language,
      parts.map((part) => (typeof part === 'string' ? part : part[language])).join(' '),
    ]),
  ) as unknown as Words;

const told = (name: Words, maker: string): Words => ({
  ko: `${name.ko}. ${maker}에서 만들었습니다. 선물 포장 가능, 14일 이내 반품 가능합니다.`,
  zh: `${name.zh}。${maker} 出品，可礼品包装，14 天内可退货。`,
  en: `${name.en}. Made by ${maker}. Gift wrapping on request; returns within 14 days.`,
  ja: `${name.ja}。${maker} の品です。ギフト包装可、14日以内は返品できます。`,
});

const parsed = (line: string): { key: string; kind: string; price: number; words: Words } => {
  const [key, kind, price, ko, zh, en, ja] = line.split('|').map((part) => part.trim());
  return { key: key!, kind: kind!, price: Number(price), words: { ko: ko!, zh: zh!, en: en!, ja: ja! } };
};

function hanbit(): Catalogue {
  const products: CatalogueProduct[] = [];
  for (const department of hanbitDepartments) {
    for (const text of department.items) {
      const item = parsed(text);
      for (const line of lines) {
        const slug = `${item.key}-${line.key}`;
        const maker = makers[numberOf(slug) % makers.length]!;
        const name = joined(maker, line.name, item.words);
        // Prices as a mall writes them: up to a hundred won short of a round number.
        const price =
          Math.round((item.price * line.factor) / 1_000) * 1_000 - (numberOf(slug) % 2 === 0 ? 100 : 0);
        products.push({
          slug,
          name,
          description: told(name, maker),
          kind: item.kind,
          department: department.slug,
          price,
          variants: [{ sku: `HB-${slug}`.toUpperCase(), size: '' }],
        });
      }
    }
  }
  return { departments: hanbitDepartments, products };
}

function hinode(): Catalogue {
  const products = hinodeSellers.flatMap((seller) =>
    seller.items.map((text): CatalogueProduct => {
      const item = parsed(text);
      const slug = `${seller.slug}-${item.key}`;
      return {
        slug,
        name: item.words,
        description: told(item.words, seller.name.ja),
        kind: item.kind,
        department: seller.slug,
        price: item.price,
        variants: [{ sku: `HI-${slug}`.toUpperCase(), size: '' }],
        seller: { id: seller.slug, name: seller.name.ja },
      };
    }),
  );
  return { departments: hinodeSellers, products };
}

function tsubame(): Catalogue {
  const departments = [
    { slug: 'collecting', name: { ko: '수집품', zh: '收藏', en: 'Collecting', ja: 'コレクション' } },
    { slug: 'crafts', name: { ko: '공예', zh: '工艺', en: 'Crafts', ja: '工芸' } },
    { slug: 'cameras', name: { ko: '카메라', zh: '相机', en: 'Cameras', ja: 'カメラ' } },
  ];
  const products = tsubameItems.map((text, index): CatalogueProduct => {
    const item = parsed(text);
    const seller = tsubameSellers[numberOf(item.key) % tsubameSellers.length]!;
    return {
      slug: item.key,
      name: item.words,
      description: told(item.words, seller.name),
      kind: item.kind,
      department: departments[index % departments.length]!.slug,
      price: item.price,
      variants: [{ sku: `TS-${item.key}`.toUpperCase(), size: '' }],
      seller,
    };
  });
  return { departments, products };
}

function aldwyn(): Catalogue {
  const departments = [
    { slug: 'women', name: { ko: '여성', zh: '女装', en: 'Women', ja: 'レディース' } },
    { slug: 'men', name: { ko: '남성', zh: '男装', en: 'Men', ja: 'メンズ' } },
  ];
  const products = departments.flatMap((department) =>
    aldwynItems.map((text): CatalogueProduct => {
      const item = parsed(text);
      const slug = `${department.slug}-${item.key}`;
      return {
        slug,
        name: joined('Aldwyn', item.words),
        description: told(item.words, 'Aldwyn'),
        kind: item.kind,
        department: department.slug,
        price: item.price,
        variants: sizes.map((size) => ({ sku: `AL-${slug}-${size}`.toUpperCase(), size })),
      };
    }),
  );
  return { departments, products };
}

export const catalogues: Readonly<Record<ShopCode, () => Catalogue>> = { hanbit, hinode, tsubame, aldwyn };
