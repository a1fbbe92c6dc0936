// English words of the first page. A missing key does not compile.
import type { LandingWords } from './words-zh.ts';

export const landingEn: LandingWords = {
  landingNetwork: 'Pay abroad',
  landingTitle: 'Your own wallet, in shops abroad',
  landingLead:
    "You see the shop's price and what it costs you in yuan, at a rate that is open and locked. The shop is paid in its own currency, and every payment stands in books that can be checked.",
  landingOpenWallet: 'Open the wallet',
  landingForShops: 'For shops',
  landingExample: 'An example: a shop in Seoul',
  landingPriced: "The shop's price",
  landingCosts: 'You pay',
  landingRate: 'Locked rate',
  landingSpread: 'Exchange spread, included',
  landingReceives: 'The shop receives, after its fee',
  landingShoppers: 'Shoppers',
  landingShoppers1: 'Rate and spread are shown before you pay; there is no other fee.',
  landingShoppers2: 'Pay from your balance or a bank card, with a PIN or a passkey.',
  landingShoppers3: 'Refunds come back the way you paid, at the rate of your payment.',
  landingWallet: 'Wallet',
  landingShops: 'Shops',
  landingShops1: 'Price and be paid in your own currency; a signed notice tells you of each payment at once.',
  landingShops2: 'Refunds, settlement files and the story of each payment are in the console.',
  landingShops3: 'The API speaks published message formats: an existing integration changes host and keys.',
  landingConsole: 'Console for shops',
  landingApi: 'API reference (OpenAPI)',
  landingOperators: 'Operators and auditors',
  landingOperators1: 'Acts that touch money take two people, and leave a trace.',
  landingOperators2: 'The books prove themselves at any time; the log only grows, and is signed.',
  landingOperators3: 'Auditors export the books and check them with an independent program.',
  landingOperatorsIn: 'Sign in to the console',
  landingFooter:
    'Tongbao is not affiliated with Alipay, Antom or Ant Group. It speaks the documented message formats of their public APIs.',
};
