// A one-time code by SMS: six digits for five minutes. Whether the phone number is a customer's is not told.
import type { Connection } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Keys, Randomness } from '../system/index.ts';
import { isMainlandMobile } from './customer.ts';
import { later, limits } from './limits.ts';
import { putCodeRow, selectCode, selectCustomerByPhone } from './store.ts';

export interface CodeParts {
  readonly database: Connection;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keys: CodeKeys;
  /** Hands a text over for delivery. Not waited for: how long it takes would tell who is a customer. */
  readonly sendSms: (phone: string, text: string) => Promise<void>;
  /** Told when an SMS could not be handed over; gets no phone number and no code. */
  readonly onSmsFailed: (error: unknown) => void;
  /** In the sandbox the code is shown on the page, and an unknown number is said to be unknown. */
  readonly sandbox: boolean;
}

export interface SentCode {
  readonly expiresAt: Date;
  /** From when another code can be asked for. */
  readonly resendAt: Date;
  /** The code itself; only in a sandbox, otherwise null. */
  readonly sandboxCode: string | null;
}

type CodeKeys = Pick<Keys, 'pepper' | 'pepperId'>;

/** A code is a million possibilities: only the pepper, which is not in the database, keeps its hash from being tried. */
export const hashCode = (keys: CodeKeys, of: { phone: string; salt: Buffer; code: string }): Buffer =>
  keys.pepper(keys.pepperId, 'one-time-code', of.phone, of.salt, of.code);

/** What a code is asked for: whoever opens a wallet gets one though nobody knows the number yet. */
export type CodePurpose =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'sign-up'; readonly language: string };

/**
 * Makes a code for a phone (E.164) and sends it where the phone is a customer's, or is about to be.
 * Rejections: code-too-many (with the time of the next), customer-unknown (to sign in, in the sandbox only),
 * phone-not-supported (to open a wallet with a number of elsewhere).
 */
export async function requestCode(
  parts: CodeParts,
  phone: string,
  purpose: CodePurpose = { kind: 'sign-in' },
): Promise<SentCode> {
  const { database, clock, randomness, sandbox } = parts;
  const now = clock.now();
  const customer = await selectCustomerByPhone(database, phone);
  if (purpose.kind === 'sign-up' && !isMainlandMobile(phone))
    throw new Rejection('phone-not-supported', 'a wallet needs a mobile number of the mainland');
  if (sandbox && customer === null && purpose.kind === 'sign-in')
    throw new Rejection('customer-unknown', 'no customer has this phone number');
  const code = String(randomness.below(1_000_000)).padStart(6, '0');
  const salt = randomness.bytes(16);
  const expiresAt = later(now, limits.codeLifetimeMs);
  const put = await putCodeRow(database, {
    phone,
    salt,
    hash: hashCode(parts.keys, { phone, salt, code }),
    createdAt: now,
    expiresAt,
    formerBy: later(now, -limits.codeIntervalMs),
    windowOverBy: later(now, -limits.codeWindowMs),
    perWindow: perWindow(sandbox),
  });
  if (!put) throw await tooMany(parts, phone, now);
  const language =
    customer === null ? languageOf(purpose) : customer.status === 'active' && customer.language;
  if (language) parts.sendSms(phone, smsText(language, code)).catch(parts.onSmsFailed);
  return { expiresAt, resendAt: later(now, limits.codeIntervalMs), sandboxCode: sandbox ? code : null };
}

const languageOf = (purpose: CodePurpose): string | null =>
  purpose.kind === 'sign-up' ? purpose.language : null;

const perWindow = (sandbox: boolean): number =>
  sandbox ? limits.sandboxCodesPerWindow : limits.codesPerWindow;

async function tooMany({ database, sandbox }: CodeParts, phone: string, now: Date): Promise<Rejection> {
  const former = await selectCode(database, phone);
  const full = former !== undefined && former.sent_in_window >= perWindow(sandbox);
  const retryAt = full
    ? later(former.window_started_at, limits.codeWindowMs)
    : later(former?.created_at ?? now, limits.codeIntervalMs);
  return new Rejection('code-too-many', 'a code was sent a moment ago, or too many today', { retryAt });
}

function smsText(language: string, code: string): string {
  if (language.startsWith('zh')) return `【通宝】验证码${code}，5分钟内有效。请勿告诉任何人。`;
  if (language.startsWith('ko'))
    return `[통바오] 인증번호 ${code}, 5분간 유효합니다. 아무에게도 알려주지 마세요.`;
  if (language.startsWith('ja'))
    return `【通宝】認証コードは${code}です。5分間有効です。誰にも教えないでください。`;
  return `Tongbao: your code is ${code}, good for 5 minutes. Tell it to nobody.`;
}
