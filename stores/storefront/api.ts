// Vendure's shop API. The session is a header of our own, kept for each shop; every failure is an error with words.
import type { Language, ShopCode } from '../src/shops.ts';

export interface Connection {
  readonly shop: ShopCode;
  readonly language: Language;
}

const tokenName = (shop: string) => `session:${shop}`;
const patienceMs = 20_000;

export class Unreachable extends Error {}

/** Throws `Unreachable` when there is no answer, an Error with Vendure's words when it refuses. */
export async function ask<Answer>(
  { shop, language }: Connection,
  query: string,
  variables: object = {},
): Promise<Answer> {
  const token = localStorage.getItem(tokenName(shop));
  let response: Response;
  try {
    response = await fetch(`/shop-api?languageCode=${language}`, {
      method: 'POST',
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        'content-type': 'application/json',
        'vendure-token': shop,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Unreachable();
  }
  const given = response.headers.get('vendure-auth-token');
  if (given !== null && given !== '') localStorage.setItem(tokenName(shop), given);
  const answer = (await response.json().catch(() => null)) as {
    data?: Answer;
    errors?: { message: string; extensions?: { code?: string } }[];
  } | null;
  if (answer === null) throw new Unreachable();
  if (answer.errors?.[0] !== undefined) {
    const [error] = answer.errors;
    throw Object.assign(new Error(error!.message), { code: error!.extensions?.code });
  }
  return answer.data!;
}

/** An answer of a mutation that may be a refusal: throws its words. */
export function granted<Answer extends object>(
  answer: Answer | { errorCode: string; message: string },
): Answer {
  if ('errorCode' in answer && typeof answer.errorCode === 'string') {
    const { errorCode, message } = answer as { errorCode: string; message: string };
    const { paymentErrorMessage } = answer as { paymentErrorMessage?: string };
    throw Object.assign(new Error(paymentErrorMessage ?? message), { code: errorCode });
  }
  return answer as Answer;
}

export interface Picture {
  readonly preview: string;
}
export interface Card {
  readonly slug: string;
  readonly name: string;
  readonly price: number;
  readonly picture: string;
  readonly seller: string | null;
}
export interface Line {
  readonly id: string;
  readonly quantity: number;
  readonly linePriceWithTax: number;
  readonly featuredAsset: Picture | null;
  readonly productVariant: {
    readonly name: string;
    readonly product: { readonly slug: string };
    readonly customFields: { readonly sellerName: string | null };
  };
}
export interface Order {
  readonly code: string;
  readonly state: string;
  readonly totalQuantity: number;
  readonly subTotalWithTax: number;
  readonly shippingWithTax: number;
  readonly totalWithTax: number;
  readonly shippingAddress: { readonly country: string | null; readonly countryCode: string | null } | null;
  readonly shippingLines: readonly object[];
  readonly lines: readonly Line[];
  readonly payments:
    | readonly {
        readonly state: string;
        readonly metadata: { readonly public?: { readonly redirectUrl?: string } } | null;
        readonly refunds: readonly { readonly total: number; readonly state: string }[];
      }[]
    | null;
}

export const orderFields = `code state totalQuantity subTotalWithTax shippingWithTax totalWithTax
  shippingAddress { country countryCode } shippingLines { priceWithTax }
  lines { id quantity linePriceWithTax featuredAsset { preview }
    productVariant { name product { slug } customFields { sellerName } } }
  payments { state metadata refunds { total state } }`;

export const orderOrError = `... on Order { ${orderFields} } ... on ErrorResult { errorCode message }`;
