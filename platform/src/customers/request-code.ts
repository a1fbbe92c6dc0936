// A one-time code by SMS: six digits for five minutes. Whether the phone number is a customer's is not told. The code
// belongs to who asked for it: the answer's token opens its tries, and requests of strangers are counted apart.
import { timingSafeEqual } from 'node:crypto';
import type { Connection, Quota, Tally } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Keys, Randomness } from '../system/index.ts';
import { type Caller, isKnownDevice, nobodyKnown, quotaOf } from './caller.ts';
import { insertCodeChallenge } from './challenge-store.ts';
import { isMainlandMobile } from './customer.ts';
import { later, limits } from './limits.ts';
import { selectCustomerByPhone } from './store.ts';
import { hashToken, newToken } from './tokens.ts';

export interface CodeParts {
  readonly database: Connection;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keys: CodeKeys;
  readonly tally: Tally;
  /** Hands a text over for delivery. Not waited for: how long it takes would tell who is a customer. */
  readonly sendSms: (phone: string, text: string, counted?: readonly Counted[]) => Promise<void>;
  /** Whether messages go to a number's country. */
  readonly smsGoesTo: (phone: string) => boolean;
  /** Told when an SMS could not be handed over; gets no phone number and no code. */
  readonly onSmsFailed: (error: unknown) => void;
  /** In the sandbox the code is shown on the page, and an unknown number is said to be unknown. */
  readonly sandbox: boolean;
}

export interface SentCode {
  /** Comes back with the code: whoever has it has tries of their own, and may ask twice. */
  readonly challenge: string;
  readonly expiresAt: Date;
  /** From when another code can be asked for. */
  readonly resendAt: Date;
  /** The code itself; only in a sandbox, otherwise null. */
  readonly sandboxCode: string | null;
}

type Counted = Pick<Quota, 'name' | 'subject'>;
type CodeKeys = Pick<Keys, 'pepper' | 'pepperId' | 'pepperIds'>;
interface SentTo {
  readonly phone: string;
  readonly salt: Buffer;
  readonly code: string;
}

/** A code is a million possibilities: only the pepper, which is not in the database, keeps its hash from being tried. */
const hashCode = (keys: CodeKeys, of: SentTo, pepperId = keys.pepperId): Buffer =>
  keys.pepper(pepperId, 'one-time-code', of.phone, of.salt, of.code);

/** Also of a code that was sent just before another pepper came into use. */
export const isRightCode = (keys: CodeKeys, of: SentTo, hash: Buffer): boolean =>
  keys.pepperIds.some((pepperId) => timingSafeEqual(hashCode(keys, of, pepperId), hash));

/** What a code is asked for: whoever opens a wallet gets one though nobody knows the number yet; a PIN is set anew by who is signed in. */
export type CodePurpose =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'sign-up'; readonly language: string }
  | { readonly kind: 'pin'; readonly customerId: bigint };

export interface CodeRequest {
  /** Absent: to sign in. */
  readonly purpose?: CodePurpose;
  /** Absent: of nobody known. */
  readonly caller?: Caller;
}

/** The tally's name for what keeps two codes of one caller apart. */
export const codeInterval = 'code interval';

/**
 * Makes a code for a phone (E.164) and sends it where the phone is a customer's, or is about to be.
 * Rejections: code-too-many (with the time of the next), customer-unknown (to sign in, in the sandbox only),
 * phone-not-supported (to open a wallet with a number of elsewhere).
 */
export async function requestCode(
  parts: CodeParts,
  phone: string,
  { purpose = { kind: 'sign-in' }, caller = nobodyKnown }: CodeRequest = {},
): Promise<SentCode> {
  const { database, clock, randomness, sandbox } = parts;
  const now = clock.now();
  const customer = await selectCustomerByPhone(database, phone);
  if (purpose.kind === 'sign-up' && !isMainlandMobile(phone))
    throw new Rejection('phone-not-supported', 'a wallet needs a mobile number of the mainland');
  if (!parts.smsGoesTo(phone))
    throw new Rejection('phone-not-supported', 'messages do not go to numbers of this country');
  if (sandbox && customer === null && purpose.kind === 'sign-in')
    throw new Rejection('customer-unknown', 'no customer has this phone number');
  const isKnown = await isKnownDevice(parts, caller, phone);
  const subject = subjectOf({ purpose, caller, phone, isKnown });
  const quotas = quotasOf({ subject, phone, caller, isStranger: !isKnown, purpose, sandbox });
  const retryAt = await parts.tally.take(quotas);
  if (retryAt !== null)
    throw new Rejection('code-too-many', 'a code was sent a moment ago, or too many today', { retryAt });
  const code = String(randomness.below(1_000_000)).padStart(6, '0');
  const salt = randomness.bytes(16);
  const challenge = newToken(randomness);
  const expiresAt = later(now, limits.codeLifetimeMs);
  await insertCodeChallenge(database, {
    tokenHash: hashToken(challenge),
    ...{ phone, salt, expiresAt, createdAt: now, intervalKey: subject },
    purpose: purpose.kind === 'pin' ? 'pin' : 'enter',
    hash: hashCode(parts.keys, { phone, salt, code }),
  });
  const language =
    customer === null ? languageOf(purpose) : customer.status === 'active' && customer.language;
  if (language) {
    const text = smsText(language, { code, purpose: purpose.kind });
    parts.sendSms(phone, text, daysOf(quotas)).catch(parts.onSmsFailed);
  }
  const resendAt = later(now, limits.codeIntervalMs);
  return { challenge, expiresAt, resendAt, sandboxCode: sandbox ? code : null };
}

/** Whose requests are counted together. The subject is kept with the code, so it is a hash of what it is made of. */
function subjectOf(of: { purpose: CodePurpose; caller: Caller; phone: string; isKnown: boolean }): string {
  const { purpose, caller, phone, isKnown } = of;
  const whose =
    purpose.kind === 'pin'
      ? `customer ${purpose.customerId}`
      : isKnown
        ? `device ${caller.device}`
        : `network ${caller.network}`;
  return hashToken(`${whose} for ${phone}`).toString('base64url');
}

function quotasOf(of: {
  subject: string;
  phone: string;
  caller: Caller;
  isStranger: boolean;
  purpose: CodePurpose;
  sandbox: boolean;
}): Quota[] {
  const { subject, phone, caller, sandbox } = of;
  const windowMs = limits.codeWindowMs;
  const byCaller = { name: 'code by caller', subject, most: limits.codesByCaller, windowMs };
  const byPhone = { name: 'code by phone', subject: phone, most: limits.codesByPhone, windowMs };
  const network = { name: 'code by network', subject: caller.network };
  const byNetwork = { ...network, most: limits.codesByNetwork, windowMs: limits.networkWindowMs };
  const byNetworkADay = {
    ...network,
    name: 'code by network a day',
    most: limits.codesByNetworkADay,
    windowMs,
  };
  const ofStrangers = of.isStranger && of.purpose.kind !== 'pin' ? [byPhone, byNetwork, byNetworkADay] : [];
  return [
    { name: codeInterval, subject, most: 1, windowMs: limits.codeIntervalMs },
    ...[byCaller, ...ofStrangers].map((quota) => quotaOf(sandbox, quota)),
  ];
}

const languageOf = (purpose: CodePurpose): string | null =>
  purpose.kind === 'sign-up' ? purpose.language : null;

/** What a code that never left has not cost who asked for it: their day's tries, and the phone's. */
const daysOf = (quotas: readonly Quota[]): Counted[] =>
  quotas
    .filter(({ name }) => name === 'code by caller' || name === 'code by phone')
    .map(({ name, subject }) => ({ name, subject }));

/** The network's name, what the code is for, how long it is good for: in one message of the least length. */
function smsText(language: string, of: { code: string; purpose: CodePurpose['kind'] }): string {
  const { code, purpose } = of;
  if (language.startsWith('zh')) {
    const what = { 'sign-in': '登录', 'sign-up': '注册', pin: '重设支付密码' }[purpose];
    return `【通宝】验证码${code}，用于${what}，5分钟内有效。请勿告诉任何人。`;
  }
  if (language.startsWith('ko')) {
    const what = { 'sign-in': '로그인', 'sign-up': '가입', pin: '결제 비밀번호 재설정' }[purpose];
    return `[통바오] ${what} 인증번호 ${code}, 5분간 유효합니다. 아무에게도 알려주지 마세요.`;
  }
  if (language.startsWith('ja')) {
    const what = { 'sign-in': 'ログイン', 'sign-up': '登録', pin: '支払いパスワードの再設定' }[purpose];
    return `【通宝】${what}の認証コードは${code}です。5分間有効です。誰にも教えないでください。`;
  }
  const what = { 'sign-in': 'to sign in', 'sign-up': 'to open your wallet', pin: 'to set your PIN' }[purpose];
  return `Tongbao: ${code} is your code ${what}, good for 5 minutes. Tell it to nobody.`;
}
