// Bank cards in the wallet. A number is typed into the bank's own page (`cardPageOperations`), which answers an offer;
// the wallet is told the offer, and never sees a number.
import { z } from 'zod';
import { WalletView } from './wallet.ts';

const BankName = z.object({ zh: z.string(), en: z.string() });
const Pin = z.string().regex(/^\d{6}$/);

/** What the first digits of a number say. */
export const CardFaceView = z.object({
  bankName: BankName,
  kind: z.enum(['debit', 'credit']),
  digits: z.number().int(),
});
export type CardFaceView = z.infer<typeof CardFaceView>;

export const CardOffer = z.object({
  /** Good for ten minutes and one use. */
  offer: z.string(),
  bankName: BankName,
  kind: z.enum(['debit', 'credit']),
  last4: z.string(),
});
export type CardOffer = z.infer<typeof CardOffer>;

export const cardOperations = {
  /** By the first six digits. Errors: NOT_FOUND (no bank of the network has them). */
  identifyCard: {
    method: 'GET',
    path: '/api/wallet/card-bins/:digits',
    body: null,
    answer: CardFaceView,
    signedIn: true,
  },
  /** Adds the card behind an offer. Errors: REAL_NAME_NEEDED, CARD_EXPIRED, CARD_REFUSED, CARD_TOO_MANY. */
  addCard: {
    method: 'POST',
    path: '/api/wallet/cards',
    body: z.object({ offer: z.string().min(8).max(100) }),
    answer: WalletView,
    signedIn: true,
  },
  /** The card that is offered first. Errors: CARD_NOT_FOUND. */
  chooseDefaultCard: {
    method: 'POST',
    path: '/api/wallet/cards/:cardId/default',
    body: z.object({}),
    answer: WalletView,
    signedIn: true,
  },
  /** Errors: CARD_NOT_FOUND, PIN_WRONG, PIN_LOCKED. */
  removeCard: {
    method: 'POST',
    path: '/api/wallet/cards/:cardId/removal',
    body: z.object({ pin: Pin }),
    answer: WalletView,
    signedIn: true,
  },
} as const;

/** The sandbox banks' own page. Not part of the wallet: with real banks this is theirs. */
export const cardPageOperations = {
  /** Errors: CARD_REFUSED (no such bank, or a slip in the number). */
  offerCard: {
    method: 'POST',
    path: '/sandbox/bank/cards',
    body: z.object({ number: z.string().regex(/^[\d\s-]{12,40}$/) }),
    answer: CardOffer,
    signedIn: false,
  },
  /** A number that nobody has; `?bin=` names the bank. */
  sampleCard: {
    method: 'GET',
    path: '/sandbox/bank/sample-card',
    body: null,
    answer: z.object({ number: z.string() }),
    signedIn: false,
  },
} as const;
