// What a shop shows for a shopper to scan: an order's EMVCo code, or its static one.
import { formatMajor } from '@tongbao/money';
import { writeOrderCode, writeShopCode } from '@tongbao/protocol/codes';
import type { MerchantAccess } from '../merchants/index.ts';
import type { Payment } from '../payments/index.ts';

const shopOf = ({ merchant, contract }: MerchantAccess, currency: string) => ({
  name: merchant.name,
  displayName: merchant.displayName,
  country: merchant.region,
  // Asia/Seoul: the contract's clock is the only place that a merchant states.
  city: contract.timeZone.split('/').at(-1)!.replaceAll('_', ' '),
  currency,
});

/** `cashierUrl`: where the order is paid; its last part is the key that the code carries. */
export const orderCodeOf = (access: MerchantAccess, payment: Payment, cashierUrl: string): string =>
  writeOrderCode(shopOf(access, payment.amount.currency), {
    token: cashierUrl.split('/').at(-1)!,
    amount: formatMajor(payment.amount),
  });

/** The merchant's static code, which hangs at the counter. */
export const shopCodeOf = (access: MerchantAccess): string =>
  writeShopCode(shopOf(access, access.contract.paymentCurrencies[0]!), access.merchant.partner);
