// The catalogues hold what the shops promise: enough products in every department, each word in each language, one SKU for
// one thing.
import { describe, expect, test } from 'vitest';
import { catalogues } from './catalogue.ts';
import { picture } from './pictures.ts';
import { shareOf } from './sellers.ts';
import { regions, shops } from './shops.ts';

describe.each(shops.map((shop) => [shop.code, shop] as const))('%s', (code) => {
  const { departments, products } = catalogues[code]();

  test('every department has products, every product a department, every SKU is one', () => {
    for (const { slug } of departments)
      expect(products.filter(({ department }) => department === slug).length).toBeGreaterThan(3);
    const known = new Set(departments.map(({ slug }) => slug));
    expect(products.filter(({ department }) => !known.has(department))).toEqual([]);
    const skus = products.flatMap(({ variants }) => variants.map(({ sku }) => sku));
    expect(new Set(skus).size).toBe(skus.length);
  });

  test('every word in every language, prices above nothing, a picture that is SVG', () => {
    for (const product of products) {
      for (const words of [product.name, product.description])
        for (const language of ['ko', 'zh', 'en', 'ja'] as const)
          expect(words[language], product.slug).toMatch(/\S/);
      expect(product.price, product.slug).toBeGreaterThan(0);
      expect(picture(product.slug, product.kind)).toMatch(/^<svg .*<\/svg>$/);
    }
  });
});

test('the mall has a few hundred products; the shops ship to nineteen regions', () => {
  expect(catalogues.hanbit().products.length).toBeGreaterThanOrEqual(300);
  expect(new Set(regions.map(({ code }) => code)).size).toBe(19);
});

test('a seller’s share and the commission are the goods', () => {
  expect(shareOf(220_000)).toEqual({ share: 206_800, commission: 13_200 });
  expect(shareOf(99_900)).toEqual({ share: 93_900, commission: 6_000 });
});
