// How the sandbox's banks ask a card's holder: whom they ask, how long, how often. Pure but for the code, which only a message
// to the holder has: the bank keeps a hash of it.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { StepUp } from '@tongbao/connector-interface';
import { formatMajor, money } from '@tongbao/money';
import type { Randomness } from '../../system/index.ts';
import type { DebitAnswer } from '../../wallet/index.ts';
import type { StepUpRow } from './step-up-store.ts';
import type { BankCardRow, OperationRow } from './store.ts';

const lifetimeMs = 5 * 60_000;
const resendMs = 60_000;
const tries = 3;
const codesAtMost = 3;
const codeDigits = 6;

export interface StepUpParts {
  readonly randomness: Randomness;
  /** Our own address, under which the banks' pages stand. */
  readonly publicUrl: string;
  readonly sendSms: (phone: string, text: string) => Promise<void>;
}

/** A holder whose phone the bank was never told has this one. */
const someone = '+8613900008888';

export const asksHolder = (card: BankCardRow, amount: bigint): boolean =>
  card.step_up !== null && amount > card.step_up_above;

export function newStepUp(
  parts: StepUpParts,
  of: { card: BankCardRow; reference: string; amount: bigint; returnUrl: string; now: Date },
): { row: StepUpRow; message: string | null } {
  const { card, reference, amount, returnUrl, now } = of;
  const row: StepUpRow = {
    ...{
      id: parts.randomness.bytes(24).toString('base64url'),
      bank: card.bank,
      reference,
      token: card.token,
    },
    ...{ currency: card.currency, amount, kind: card.step_up!, code_hash: null, codes: 0, resend_at: null },
    ...{ tries_left: tries, return_url: returnUrl },
    expires_at: new Date(now.getTime() + lifetimeMs),
  };
  return row.kind === 'redirect' ? { row, message: null } : withCode(parts, row, now);
}

/** The row with a new code, and the message that has it. */
export function withCode(
  { randomness }: StepUpParts,
  row: StepUpRow,
  now: Date,
): { row: StepUpRow; message: string } {
  const code = Array.from({ length: codeDigits }, () => String(randomness.below(10))).join('');
  const codes = row.codes + 1;
  const resend_at = codes < codesAtMost ? new Date(now.getTime() + resendMs) : null;
  const amount = `${row.currency} ${formatMajor(money(row.currency, row.amount))}`;
  const message = `[${row.bank}] 验证码 ${code}，用于支付 ${amount}，切勿告知他人。Code for a payment of ${amount}; tell nobody.`;
  return { row: { ...row, codes, resend_at, code_hash: hashOf(row.id, code) }, message };
}

const hashOf = (id: string, code: string): Buffer => createHash('sha256').update(`${id} ${code}`).digest();

export const isRight = ({ id, code_hash }: StepUpRow, code: string): boolean =>
  code_hash !== null && timingSafeEqual(code_hash, hashOf(id, code));

export const mayResend = (row: StepUpRow, now: Date): boolean =>
  row.kind === 'one-time-code' && row.resend_at !== null && row.resend_at <= now;

export const phoneOf = (card: Pick<BankCardRow, 'holder_phone'>): string => card.holder_phone ?? someone;

const masked = (phone: string): string => {
  const digits = phone.replace(/^\+86/, '').replace(/\D/g, '');
  return `${digits.slice(0, 3)}****${digits.slice(-4)}`;
};

/** Where the bank's page of a question stands. */
export const pagePath = (id: string): string => `/sandbox/bank/confirm/${id}`;

const stepUpOf = ({ publicUrl }: StepUpParts, row: StepUpRow, card: BankCardRow): StepUp => {
  const { id, expires_at: expiresAt } = row;
  if (row.kind === 'redirect') return { kind: 'redirect', id, expiresAt, url: `${publicUrl}${pagePath(id)}` };
  return {
    ...{ kind: 'one-time-code', id, expiresAt, phone: masked(phoneOf(card)), length: codeDigits },
    ...{ triesLeft: row.tries_left, resendAt: row.resend_at },
  };
};

/** What the bank has to say: what it decided, or what it wants to hear first. */
export type Standing =
  | { readonly operation: OperationRow }
  | { readonly waits: StepUpRow; readonly card: BankCardRow };

export const decided = ({ declined }: OperationRow) =>
  declined === null
    ? ({ outcome: 'approved' } as const)
    : ({ outcome: 'declined', reason: declined } as const);

export const answerOf = (parts: StepUpParts | null, standing: Standing): DebitAnswer =>
  'operation' in standing
    ? decided(standing.operation)
    : { outcome: 'step-up-required', stepUp: stepUpOf(parts!, standing.waits, standing.card) };
