// Who is paid, as every page of the shopper says it: always the merchant that the network has a contract with, and
// beside it whoever sells through that merchant.
import { faultOfSellerName, plainText } from '@tongbao/protocol/shown-text';
import type { Payment } from '../../payments/index.ts';

/** The seller's name, or null where the merchant sells itself. An order from before the rule of names may have any. */
export function sellerOf({ order }: Payment, merchant: { readonly displayName: string }): string | null {
  const name = order.merchantName === null ? '' : plainText(order.merchantName).trim();
  return name === '' || name === merchant.displayName || faultOfSellerName(name) !== null ? null : name;
}
