// An error in the shopper's words.
import type { TFunction } from 'i18next';
import { ApiError, type ErrorCode, NetworkLost } from './api.ts';
import { showTime } from './format.ts';
import { say, type WordKey } from './i18n.ts';

const words: Partial<Record<ErrorCode, WordKey>> = {
  NOT_SIGNED_IN: 'errNotSignedIn',
  CODE_EXPIRED: 'errCodeExpired',
  CODE_TOO_MANY: 'errCodeTooMany',
  PHONE_UNKNOWN: 'errPhoneUnknown',
  BALANCE_NOT_ENOUGH: 'errBalance',
  CARD_DECLINED: 'errCard',
  CARD_NOT_FOUND: 'errCard',
  RISK_REJECTED: 'errRisk',
  AMOUNT_LIMIT: 'errLimit',
  TOO_MANY_REQUESTS: 'errTooMany',
  UNAVAILABLE: 'errUnavailable',
  INVALID_REQUEST: 'errInvalid',
};

export function errorText(error: unknown, t: TFunction<'words'>): string {
  if (error instanceof NetworkLost) return t('networkText');
  if (!(error instanceof ApiError)) return t('errOther');
  if (error.code === 'PIN_WRONG') return t('pinWrong', { left: error.attemptsLeft ?? 0 });
  if (error.code === 'CODE_WRONG') return t('errCodeWrong', { left: error.attemptsLeft ?? 0 });
  if (error.code === 'PIN_LOCKED')
    return t('pinLocked', { time: error.retryAt === undefined ? '' : showTime(error.retryAt) });
  return say(t, words[error.code] ?? 'errOther');
}
