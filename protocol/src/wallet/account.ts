// The account behind the wallet: opening it, the real name, the PIN, passkeys, devices, limits and messages.
import { z } from 'zod';
import { Instant, WireMoney } from './shapes.ts';
import { Challenge, CodeSent, Phone, WalletClass, WalletView } from './wallet.ts';

const Pin = z.string().regex(/^\d{6}$/);
const Code = z.string().regex(/^\d{6}$/);
const Language = z.enum(['zh-CN', 'en', 'ko', 'ja']);
const Nothing = z.object({});

export const IdentityView = z.object({
  /** First and last character; null until it has been checked. */
  maskedId: z.string().nullable(),
  /** Who has confirmed the identity: `resident-registry`, `mobile-operator`, `bank:<code>`. */
  checks: z.array(z.object({ source: z.string(), confirmedAt: Instant })),
});
export type IdentityView = z.infer<typeof IdentityView>;

/** A limit as the risk rules have it. Amounts are minor units of CNY; `payments-a-day` is a number of payments. */
export const LimitView = z.object({
  rule: z.string(),
  measure: z.enum(['payment', 'day', 'payments-a-day', 'year-from-balance', 'ever-from-balance']),
  method: z.enum(['balance', 'card']).nullable(),
  atMost: z.string(),
  /** In force from this instant; null: always. */
  validFrom: Instant.nullable(),
  source: z.string(),
});
export type LimitView = z.infer<typeof LimitView>;

export const LimitsView = z.object({
  walletClass: WalletClass,
  /** What each class allows, and how many sources must have confirmed the identity for it. */
  classes: z.array(
    z.object({ walletClass: WalletClass, checksNeeded: z.number().int(), limits: z.array(LimitView) }),
  ),
  /** What counts so far. */
  used: z.object({
    todayCount: z.number().int(),
    today: WireMoney,
    yearFromBalance: WireMoney,
    everFromBalance: WireMoney,
  }),
  /** What the shopper allows himself; null: no limit of his own. */
  own: z.object({ payment: WireMoney.nullable(), day: WireMoney.nullable() }),
  identity: IdentityView,
  now: Instant,
});
export type LimitsView = z.infer<typeof LimitsView>;

const fen = z.string().regex(/^\d{1,12}$/);

export const DeviceView = z.object({
  deviceId: z.string(),
  /** What it looks like from its browser's own words: `Chrome`, `Windows`; empty when they say nothing known. */
  browser: z.string(),
  system: z.string(),
  isThis: z.boolean(),
  signedInAt: Instant,
  lastSeenAt: Instant,
});
export type DeviceView = z.infer<typeof DeviceView>;

export const PasskeyView = z.object({
  passkeyId: z.string(),
  name: z.string(),
  /** The site it works on. */
  site: z.string(),
  addedAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type PasskeyView = z.infer<typeof PasskeyView>;
export const PasskeyList = z.object({ passkeys: z.array(PasskeyView) });
export type PasskeyList = z.infer<typeof PasskeyList>;

/** What WebAuthn's JSON forms hold (Web Authentication Level 3, sections 5.1.8 to 5.1.10); the library checks them. */
export const WebAuthnJson = z.record(z.string(), z.unknown());

export const MessageKind = z.enum([
  'payment',
  'refund',
  'top-up',
  'withdrawal',
  'wallet-opened',
  'signed-in',
  'signed-out-elsewhere',
  'identity-confirmed',
  'class-raised',
  'pin-set',
  'pin-changed',
  'pin-reset',
  'passkey-added',
  'passkey-removed',
  'card-added',
  'card-removed',
  'limits-changed',
  'account-frozen',
  'account-unfrozen',
  'account-limits',
]);
export const MessageView = z.object({
  messageId: z.string(),
  kind: MessageKind,
  /** A shop's or bank's name, a browser, a card's last digits, a class: what the kind says. */
  detail: z.string(),
  amount: WireMoney.nullable(),
  status: z.string().nullable(),
  billId: z.string().nullable(),
  at: Instant,
  isNew: z.boolean(),
});
export type MessageView = z.infer<typeof MessageView>;
export const Inbox = z.object({ messages: z.array(MessageView), nextCursor: z.string().nullable() });
export type Inbox = z.infer<typeof Inbox>;

export const accountOperations = {
  /** A code for a phone that may have no wallet yet. Errors: PHONE_NOT_SUPPORTED, CODE_TOO_MANY. */
  requestSignUpCode: {
    method: 'POST',
    path: '/api/wallet/sign-up/code',
    body: z.object({ phone: Phone, language: Language }),
    answer: CodeSent,
    signedIn: false,
  },
  /** Opens a wallet and signs in; a phone that has one is signed in to it. Errors: those of signIn, PHONE_NOT_SUPPORTED. */
  signUp: {
    method: 'POST',
    path: '/api/wallet/sign-up',
    body: z.object({ phone: Phone, code: Code, challenge: Challenge, language: Language }),
    answer: WalletView,
    signedIn: false,
  },
  /** The real-name check. Errors: IDENTITY_INVALID, IDENTITY_REFUSED (attemptsLeft), IDENTITY_IN_USE, IDENTITY_KNOWN, CODE_TOO_MANY. */
  checkIdentity: {
    method: 'POST',
    path: '/api/wallet/identity',
    body: z.object({ name: z.string().min(1).max(60), residentId: z.string().min(1).max(30) }),
    answer: WalletView,
    signedIn: true,
  },
  /** The first PIN. Errors: PIN_WEAK, PIN_WRONG (there is one). */
  setPin: {
    method: 'POST',
    path: '/api/wallet/pin',
    body: z.object({ newPin: Pin }),
    answer: WalletView,
    signedIn: true,
  },
  /** Whether the PIN is right, before a new one is chosen. Errors: PIN_WRONG (attemptsLeft), PIN_LOCKED, PIN_NOT_SET. */
  checkPin: {
    method: 'POST',
    path: '/api/wallet/pin/check',
    body: z.object({ pin: Pin }),
    answer: Nothing,
    signedIn: true,
  },
  /** Other devices are signed out. Errors: PIN_WRONG, PIN_LOCKED, PIN_WEAK. */
  changePin: {
    method: 'POST',
    path: '/api/wallet/pin/change',
    body: z.object({ pin: Pin, newPin: Pin }),
    answer: Nothing,
    signedIn: true,
  },
  /** A code for who has forgotten the PIN, to the wallet's own phone. Errors: CODE_TOO_MANY. */
  requestPinCode: {
    method: 'POST',
    path: '/api/wallet/pin/code',
    body: Nothing,
    answer: CodeSent,
    signedIn: true,
  },
  /** A new PIN for the code and the resident number; other devices are signed out. Errors: CODE_…, IDENTITY_REFUSED, PIN_WEAK. */
  resetPin: {
    method: 'POST',
    path: '/api/wallet/pin/reset',
    body: z.object({
      code: Code,
      challenge: Challenge,
      residentId: z.string().min(1).max(30),
      newPin: Pin,
    }),
    answer: Nothing,
    signedIn: true,
  },
  viewLimits: {
    method: 'GET',
    path: '/api/wallet/limits',
    body: null,
    answer: LimitsView,
    signedIn: true,
  },
  /** The shopper's own limits, in fen; null takes one away. Errors: PIN_WRONG, PIN_LOCKED. */
  setLimits: {
    method: 'POST',
    path: '/api/wallet/limits',
    body: z.object({ payment: fen.nullable(), day: fen.nullable(), pin: Pin }),
    answer: LimitsView,
    signedIn: true,
  },
  listDevices: {
    method: 'GET',
    path: '/api/wallet/devices',
    body: null,
    answer: z.object({ devices: z.array(DeviceView) }),
    signedIn: true,
  },
  /** Signs one device out. Errors: NOT_FOUND. */
  endDevice: {
    method: 'POST',
    path: '/api/wallet/devices/:deviceId/end',
    body: Nothing,
    answer: Nothing,
    signedIn: true,
  },
  /** Signs every device out, this one too. */
  endDevices: {
    method: 'POST',
    path: '/api/wallet/devices/end',
    body: Nothing,
    answer: Nothing,
    signedIn: true,
  },
  listPasskeys: {
    method: 'GET',
    path: '/api/wallet/passkeys',
    body: null,
    answer: PasskeyList,
    signedIn: true,
  },
  /** What the browser needs to make one. The PIN comes first. Errors: PIN_WRONG, PIN_LOCKED, PASSKEY_TOO_MANY. */
  offerPasskey: {
    method: 'POST',
    path: '/api/wallet/passkeys/offer',
    body: z.object({ pin: Pin }),
    answer: z.object({ options: WebAuthnJson }),
    signedIn: true,
  },
  /** Errors: PASSKEY_REFUSED. */
  addPasskey: {
    method: 'POST',
    path: '/api/wallet/passkeys',
    body: z.object({ name: z.string().max(60), response: WebAuthnJson }),
    answer: PasskeyList,
    signedIn: true,
  },
  /** Errors: PASSKEY_REFUSED. */
  removePasskey: {
    method: 'POST',
    path: '/api/wallet/passkeys/:passkeyId/removal',
    body: Nothing,
    answer: PasskeyList,
    signedIn: true,
  },
  /** Money and the account, newest first, 20 a page; `?cursor=` continues. */
  listMessages: {
    method: 'GET',
    path: '/api/wallet/messages',
    body: null,
    answer: Inbox,
    signedIn: true,
  },
  /** What there is now is no longer new. */
  seeMessages: {
    method: 'POST',
    path: '/api/wallet/messages/seen',
    body: Nothing,
    answer: Nothing,
    signedIn: true,
  },
} as const;
