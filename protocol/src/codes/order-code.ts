// What our own wallet understands of a scanned text: an order (our cashier's address, or its EMVCo code) or a shop's
// static code. Merchant account template 26: our name, then the order's cashier token or the shop's number.
import { type MerchantQr, readMerchantQr, writeMerchantQr } from './merchant-qr.ts';
import { QrError, readTemplate, writeTlv } from './tlv.ts';

/** Globally unique identifier of template 26 (a reverse domain name; EMV QRCPS 1.1, section 4.7.11). */
const network = 'cn.tongbao.pay';
const template = '26';

export type ScannedCode =
  /** `token`: what stands behind /cashier/ in the order's address. */
  | { readonly kind: 'order'; readonly token: string }
  /** `partner`: the shop's sixteen-digit number. */
  | { readonly kind: 'shop'; readonly partner: string };

interface Shop {
  readonly name: string;
  readonly displayName: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly city: string;
  readonly currency: string;
}

/** Printable ASCII, as the root's fields want it, cut to their length; the full name goes into the language template. */
const ascii = (text: string, most: number): string =>
  text
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, most) || 'SHOP';

function merchantQr(shop: Shop, code: ScannedCode, amount: string | null): MerchantQr {
  const account =
    code.kind === 'order'
      ? writeTlv([
          ['00', network],
          ['01', code.token],
        ])
      : writeTlv([
          ['00', network],
          ['02', code.partner],
        ]);
  return {
    initiation: code.kind === 'order' ? 'dynamic' : 'static',
    accounts: [[template, account]],
    // Contracts keep no merchant category: 5999, miscellaneous retail.
    category: '5999',
    currency: shop.currency,
    amount,
    country: shop.country,
    name: ascii(shop.name, 25),
    city: ascii(shop.city, 15),
    local: { language: 'ZH', name: [...shop.displayName].slice(0, 25).join(''), city: null },
    additional: [],
    others: [],
  };
}

/** An order's code; `amount` is its decimal in major units ("59000", "33.60"). */
export const writeOrderCode = (shop: Shop, order: { token: string; amount: string }): string =>
  writeMerchantQr(merchantQr(shop, { kind: 'order', token: order.token }, order.amount));

/** A shop's static code: the shopper types the amount. */
export const writeShopCode = (shop: Shop, partner: string): string =>
  writeMerchantQr(merchantQr(shop, { kind: 'shop', partner }, null));

const tokenPattern = /^\d{30}\.[A-Za-z0-9_-]{22}$/;

/** Null for what is no code of ours, be it another network's or no code at all. Never throws. */
export function readScannedCode(text: string): ScannedCode | null {
  const trimmed = text.trim();
  const token = /^https?:\/\/[^/?#\s]+\/cashier\/([^/?#\s]+)$/.exec(trimmed)?.[1];
  if (token !== undefined) return tokenPattern.test(token) ? { kind: 'order', token } : null;
  try {
    for (const [id, value] of readMerchantQr(trimmed).accounts) {
      if (id < '26') continue;
      const account = new Map(readTemplate(value));
      if (account.get('00') !== network) continue;
      const order = account.get('01');
      if (order !== undefined) return tokenPattern.test(order) ? { kind: 'order', token: order } : null;
      const partner = account.get('02');
      return partner !== undefined && /^\d{16}$/.test(partner) ? { kind: 'shop', partner } : null;
    }
  } catch (error) {
    if (!(error instanceof QrError) && (error as Error).name !== 'MoneyError') throw error;
  }
  return null;
}
