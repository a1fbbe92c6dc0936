// Bank cards in the wallet. A bank with a page of its own (`cardPageOperations`, the sandbox's) takes the number there and answers an
// offer; elsewhere the number is typed here, handed on to the registry, and kept nowhere.
import { z } from 'zod';
import { Instant } from './shapes.ts';
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

const TryId = z.string().regex(/^[A-Za-z0-9-]{8,40}$/);
export const CardCheckView = z.discriminatedUnion('status', [
  z.object({ status: z.literal('added'), wallet: WalletView }),
  /** A code is on its way to the card's phone: `confirmCard` with it. */
  z.object({ status: z.literal('code-sent'), maskedPhone: z.string(), expiresAt: Instant }),
]);
export type CardCheckView = z.infer<typeof CardCheckView>;

export const cardOperations = {
  /**
   * Adds the card whose four elements belong together; the name is the wallet's. `tryId` is the page's: sent again with the same
   * elements, it is the same try. Errors: REAL_NAME_NEEDED, IDENTITY_REFUSED (attemptsLeft), CARD_REFUSED (reason), CARD_TOO_MANY,
   * CODE_TOO_MANY (too many refusals today), UNAVAILABLE (nothing is known, and nothing was counted).
   */
  checkCard: {
    method: 'POST',
    path: '/api/wallet/card-checks',
    body: z.object({
      tryId: TryId,
      number: z.string().regex(/^[\d\s-]{12,40}$/),
      /** The one that the card's bank knows; absent: the wallet's. */
      phone: z.string().min(5).max(30).optional(),
      residentId: z.string().min(1).max(30),
    }),
    answer: CardCheckView,
    signedIn: true,
  },
  /** The code that the card's phone was sent. Errors: CODE_WRONG (attemptsLeft), CODE_EXPIRED, and those of checkCard. */
  confirmCard: {
    method: 'POST',
    path: '/api/wallet/card-checks/code',
    body: z.object({ tryId: TryId, code: z.string().regex(/^[0-9A-Za-z]{4,12}$/) }),
    answer: CardCheckView,
    signedIn: true,
  },
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
