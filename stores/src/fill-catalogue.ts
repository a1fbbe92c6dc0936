// One shop's catalogue into Vendure: departments as collections, products with their variants, prices and pictures.
import type { INestApplication } from '@nestjs/common';
import {
  Asset,
  type Channel,
  CollectionService,
  type CurrencyCode,
  FacetService,
  FacetValueService,
  FastImporterService,
  type ID,
  LanguageCode,
  ProductVariantPrice,
  type RequestContext,
  RequestContextService,
  TransactionalConnection,
} from '@vendure/core';
import { type CatalogueProduct, catalogues, type Department } from './catalogue.ts';
import { translated } from './fill.ts';
import { type Language, type Shop, stored } from './shops.ts';

interface Filling {
  readonly app: INestApplication;
  readonly ctx: RequestContext;
  readonly importer: FastImporterService;
  readonly shop: Shop;
  readonly channel: Channel;
  readonly taxCategoryId: ID;
}

/** Products that are written at once: as many as the connections have use for. */
const together = 8;

const same = (name: string) => ({ ko: name, zh: name, en: name, ja: name });

/** How many products were made. */
export async function fillCatalogue(
  app: INestApplication,
  of: { shop: Shop; channel: Channel; taxCategoryId: ID },
): Promise<number> {
  const ctx = await app
    .get(RequestContextService)
    .create({ apiType: 'admin', channelOrToken: of.channel, languageCode: LanguageCode.en });
  const importer = app.get(FastImporterService);
  await importer.initialize(of.channel);
  const filling: Filling = { app, ctx, importer, ...of };
  const { departments, products } = catalogues[of.shop.code]();
  const facetValues = await createDepartments(filling, departments);
  const sizes = await createSizes(filling, products);
  for (let from = 0; from < products.length; from += together) {
    await Promise.all(
      products
        .slice(from, from + together)
        .map((product) =>
          createProduct(filling, product, { facetValueId: facetValues.get(product.department)!, sizes }),
        ),
    );
  }
  await createCollections(filling, departments, facetValues);
  // The importer writes every price in the default channel's currency.
  await app
    .get(TransactionalConnection)
    .getRepository(ctx, ProductVariantPrice)
    .update({ channelId: of.channel.id }, { currencyCode: of.shop.currency as CurrencyCode });
  return products.length;
}

async function createDepartments(
  { app, ctx, shop }: Filling,
  departments: readonly Department[],
): Promise<Map<string, ID>> {
  const facet = await app.get(FacetService).create(ctx, {
    code: `${shop.code}-department`,
    isPrivate: false,
    translations: translated(shop.name, () => ({})),
  });
  const values = new Map<string, ID>();
  for (const department of departments) {
    const value = await app.get(FacetValueService).create(ctx, facet, {
      facetId: facet.id,
      code: department.slug,
      translations: translated(department.name, () => ({})),
    });
    values.set(department.slug, value.id);
  }
  return values;
}

/** A department's collection finds its products by their facet value, so it is made when they are there. */
async function createCollections(
  { app, ctx, shop }: Filling,
  departments: readonly Department[],
  facetValues: ReadonlyMap<string, ID>,
): Promise<void> {
  for (const department of departments) {
    await app.get(CollectionService).create(ctx, {
      translations: translated(department.name, () => ({
        slug: `${shop.code}-${department.slug}`,
        description: '',
      })),
      filters: [
        {
          code: 'facet-value-filter',
          arguments: [
            { name: 'facetValueIds', value: JSON.stringify([String(facetValues.get(department.slug)!)]) },
            { name: 'containsAny', value: 'false' },
          ],
        },
      ],
    });
  }
}

interface Sizes {
  readonly groupId: ID;
  readonly options: ReadonlyMap<string, ID>;
}

async function createSizes(
  { importer, shop }: Filling,
  products: readonly CatalogueProduct[],
): Promise<Sizes | null> {
  const names = [...new Set(products.flatMap(({ variants }) => variants.map(({ size }) => size)))].filter(
    (size) => size !== '',
  );
  if (names.length === 0) return null;
  const groupId = await importer.createProductOptionGroup({
    code: `${shop.code}-size`,
    translations: translated({ ko: '사이즈', zh: '尺码', en: 'Size', ja: 'サイズ' }, () => ({})),
    options: [],
  });
  const options = new Map<string, ID>();
  for (const name of names) {
    const id = await importer.createProductOption({
      productOptionGroupId: groupId,
      code: name.toLowerCase(),
      translations: translated(same(name), () => ({})),
    });
    options.set(name, id);
  }
  return { groupId, options };
}

async function createProduct(
  { app, ctx, importer, channel, taxCategoryId, shop }: Filling,
  product: CatalogueProduct,
  belongs: { facetValueId: ID; sizes: Sizes | null },
): Promise<void> {
  const slug = `${shop.code}-${product.slug}`;
  const source = `${product.kind}/${slug}.svg`;
  const asset = await app
    .get(TransactionalConnection)
    .getRepository(ctx, Asset)
    .save(
      new Asset({
        type: 'IMAGE' as Asset['type'],
        mimeType: 'image/svg+xml',
        name: slug,
        width: 400,
        height: 400,
        fileSize: 0,
        source,
        preview: source,
        channels: [channel],
      }),
    );
  const productId = await importer.createProduct({
    enabled: true,
    featuredAssetId: asset.id,
    assetIds: [asset.id],
    facetValueIds: [belongs.facetValueId],
    translations: translated(product.name, (language: Language) => ({
      slug,
      description: product.description[language],
    })),
  });
  const { sizes } = belongs;
  if (sizes !== null) await importer.addOptionGroupToProduct(productId, sizes.groupId);
  for (const variant of product.variants) {
    await importer.createProductVariant({
      productId,
      sku: variant.sku,
      price: stored(product.price),
      taxCategoryId,
      featuredAssetId: asset.id,
      assetIds: [asset.id],
      stockOnHand: 0,
      optionIds: variant.size === '' ? [] : [sizes!.options.get(variant.size)!],
      translations: translated(
        variant.size === ''
          ? product.name
          : {
              ko: `${product.name.ko} ${variant.size}`,
              zh: `${product.name.zh} ${variant.size}`,
              en: `${product.name.en} ${variant.size}`,
              ja: `${product.name.ja} ${variant.size}`,
            },
        () => ({}),
      ),
      customFields: { sellerId: product.seller?.id, sellerName: product.seller?.name },
    });
  }
}
