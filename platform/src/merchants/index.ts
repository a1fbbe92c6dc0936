// The door of the merchants room.
export { type Debt, readDebtOf, readDebts } from './debts.ts';
export {
  type ClassicSignType,
  type Contract,
  keyIsValid,
  type Merchant,
  type MerchantAccess,
  type MerchantKey,
  type NotificationTarget,
  type RateRule,
} from './merchant.ts';
export { type Agreed, createMerchants, type Merchants, protectMd5Keys, type SignUp } from './merchants.ts';
export { fingerprintOf, type ReadKey, readPublicKey } from './public-key.ts';
export type { SecondaryMerchant } from './secondary-merchants.ts';
