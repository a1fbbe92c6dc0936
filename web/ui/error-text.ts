// An error in the shopper's words. Every code has some: one without does not compile.
import type { ShopperErrorCode } from '@tongbao/protocol/wallet';
import type { TFunction } from 'i18next';
import { ApiError, NetworkLost } from './api.ts';
import { showClock, showTime } from './format.ts';
import { say, type WordKey } from './i18n.ts';

const words: Readonly<
  Record<Exclude<ShopperErrorCode, 'PIN_WRONG' | 'PIN_LOCKED' | 'CODE_WRONG' | 'IDENTITY_REFUSED'>, WordKey>
> = {
  INVALID_REQUEST: 'errInvalid',
  NOT_SIGNED_IN: 'errNotSignedIn',
  CODE_EXPIRED: 'errCodeExpired',
  CODE_TOO_MANY: 'errCodeTooMany',
  PHONE_UNKNOWN: 'errPhoneUnknown',
  PHONE_NOT_SUPPORTED: 'errPhoneNotSupported',
  PIN_NOT_SET: 'errPinNotSet',
  PIN_WEAK: 'errPinWeak',
  REAL_NAME_NEEDED: 'errRealName',
  IDENTITY_INVALID: 'errIdentityInvalid',
  IDENTITY_IN_USE: 'errIdentityInUse',
  IDENTITY_KNOWN: 'errIdentityKnown',
  CARD_REFUSED: 'errCardRefused',
  CARD_EXPIRED: 'errCardExpired',
  CARD_TOO_MANY: 'errCardTooMany',
  DEBIT_CARD_NEEDED: 'errDebitCard',
  PASSKEY_REFUSED: 'errPasskey',
  PASSKEY_TOO_MANY: 'errPasskeyTooMany',
  PAYMENT_NOT_FOUND: 'notFoundTitle',
  PAYMENT_EXPIRED: 'expiredTitle',
  PAYMENT_CANCELLED: 'errClosed',
  PAYMENT_ALREADY_PAID: 'alreadyPaidTitle',
  PAYMENT_IN_PROGRESS: 'pendingText',
  PRICE_CHANGED: 'priceChanged',
  SHOP_NOT_ACTIVE: 'errShopNotActive',
  BALANCE_NOT_ENOUGH: 'errBalance',
  CARD_DECLINED: 'errCard',
  CARD_NOT_FOUND: 'errCard',
  AMOUNT_LIMIT: 'errLimit',
  RISK_REJECTED: 'errRisk',
  REQUEST_REUSED: 'errReused',
  NOT_FOUND: 'errNotFound',
  TOO_MANY_REQUESTS: 'errTooMany',
  FORBIDDEN: 'errForbidden',
  ACCOUNT_FROZEN: 'errFrozen',
  UNAVAILABLE: 'errUnavailable',
};

export function errorText(error: unknown, t: TFunction<'words'>): string {
  if (error instanceof NetworkLost) return t('errNetwork');
  if (!(error instanceof ApiError)) return t('errOther');
  if (error.code === 'PIN_WRONG') return t('pinWrong', { left: error.attemptsLeft ?? 0 });
  if (error.code === 'CODE_WRONG') return t('errCodeWrong', { left: error.attemptsLeft ?? 0 });
  if (error.code === 'IDENTITY_REFUSED') return t('errIdentityRefused', { left: error.attemptsLeft ?? 0 });
  if (error.code === 'CARD_REFUSED') return say(t, cardWords[error.reason ?? ''] ?? 'errCardRefused');
  if (error.code === 'RISK_REJECTED') return say(t, riskWords(error.rule ?? ''));
  if (error.code === 'PIN_LOCKED') {
    return error.retryAt === undefined
      ? t('pinLockedNow')
      : t('pinLocked', { time: showTime(error.retryAt) });
  }
  if (error.code === 'CODE_TOO_MANY' && error.retryAt !== undefined) {
    return t('errCodeTooManyUntil', { time: showClock(error.retryAt) });
  }
  return say(t, words[error.code] ?? 'errOther');
}

/** What the registry or the bank said of a card; whatever else is not explained. */
const cardWords: Readonly<Record<string, WordKey>> = {
  'resident-id': 'errCardElements',
  name: 'errCardElements',
  'no-match': 'errCardElements',
  phone: 'errCardPhone',
  'card-number': 'errCardNumber',
  'card-blocked': 'errCardBlocked',
  'bank-not-served': 'errCardBank',
  'in-use': 'errCardInUse',
};

/** A limit is said as what it is; whatever else the risk rules refuse is not explained to whoever tries. */
function riskWords(rule: string): WordKey {
  if (rule.startsWith('own-')) return 'errOwnLimit';
  if (rule.startsWith('cap-')) return 'errCapLimit';
  if (rule === 'payer-blocked') return 'errFrozen';
  if (rule.startsWith('day-')) return 'errDayLimit';
  return /^(single|pboc)-/.test(rule) ? 'errClassLimit' : 'errRisk';
}
