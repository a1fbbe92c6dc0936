// Codes that a shopper shows at a till instead of signing in there: eighteen digits that begin with 28, good for a
// minute and for one order. Kept only as a keyed hash; whoever reads the table cannot pay with it.
import { createHmac } from 'node:crypto';
import type { Money } from '@tongbao/money';
import type { Connection } from '../database/index.ts';
import { Rejection, type RejectionCode } from '../rejection.ts';
import type { Clock, Ids, Randomness, Secrets, Timer } from '../system/index.ts';
import {
  countMiss,
  insertPaymentCode,
  type PaymentCodeRow,
  removeOldCodes,
  restoreUnconfirmed,
  selectCodeByHash,
  selectCodeById,
  selectFirstCodeExpiry,
  selectKnownHash,
  selectMisses,
  spendUnconfirmed,
  takePaymentCode,
  writeRefusal,
} from './payment-code-store.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

export const paymentCodeLimits = {
  lifetimeMs: minute,
  /** Codes that are nobody's, from one merchant in ten minutes; then it has to wait. */
  misses: 100,
  missWindowMs: 10 * minute,
  /**
   * What one customer can pay in a day (Beijing's) without the PIN, CNY minor units. An assumption: ¥1,000 is what the
   * People's Bank allows a day for dynamic codes that fewer than two factors protect (Yinfa [2017] No. 296).
   */
  unconfirmedPerDay: 100_000n,
  /** How long a code is kept after it ran out, so that the wallet can show what became of it. */
  keptMs: day,
} as const;

export interface PaymentCodesParts {
  readonly database: Connection;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomness: Randomness;
  /** 32 random bytes each: what codes are hashed under. */
  readonly secrets: Secrets;
}

/** A code as its owner may see it again; never the digits. */
export interface PaymentCode {
  readonly id: bigint;
  readonly customerId: bigint;
  /** The card it pays with; null for the balance. */
  readonly cardId: bigint | null;
  readonly expiresAt: Date;
  /** The request that took it; null while nobody did. */
  readonly taken: { readonly merchantId: bigint; readonly requestId: string; readonly at: Date } | null;
  /** Why that request was refused. */
  readonly refusal: RejectionCode | null;
}

export interface PaymentCodes {
  /** A fresh code. A former one stays good until it runs out: it may be under the scanner. */
  issue(by: { customerId: bigint; cardId: bigint | null }): Promise<{ code: string; issued: PaymentCode }>;
  /**
   * Takes a code for one request; the same request may take it again while it lives.
   * Rejections: code-wrong (nobody's, or another request has it), code-expired, code-too-many (with retryAt).
   */
  take(asked: { code: string; merchantId: bigint; requestId: string }): Promise<PaymentCode>;
  find(id: bigint): Promise<PaymentCode | null>;
  /** Remembers, for the owner's eyes, why the request that took it was refused; null when it was not after all. */
  setRefusal(id: bigint, refusal: RejectionCode | null): Promise<void>;
  /** Counts a payment towards the day's sum without PIN; false when it would be more than the limit. */
  spendUnconfirmed(by: { customerId: bigint; amount: Money }): Promise<boolean>;
  /** A payment that was counted and then refused. */
  restoreUnconfirmed(by: { customerId: bigint; amount: Money }): Promise<void>;
  /** Removes codes a day after they ran out, at most 1,000 a run. */
  readonly housekeeping: Timer;
}

const rowsPerSweep = 1_000;
const later = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms);
const beijingDay = (instant: Date): string =>
  later(instant, 8 * 60 * minute)
    .toISOString()
    .slice(0, 10);

export function createPaymentCodes(parts: PaymentCodesParts): PaymentCodes {
  const { database, clock, secrets } = parts;
  const hashOf = (code: string, secret = secrets.present): Buffer =>
    createHmac('sha256', secret).update(`payment-code:${code}`).digest();
  /** Under which secret it was shown; the present one for a code that is nobody's. A code is good for a minute. */
  const hashShown = async (code: string): Promise<Buffer> => {
    const hashes = secrets.known.map((secret) => hashOf(code, secret));
    if (hashes.length === 1) return hashes[0]!;
    return (await selectKnownHash(database, hashes)) ?? hashOf(code);
  };
  return {
    issue: (by) => issue(parts, hashOf, by),
    async take({ code, merchantId, requestId }) {
      const now = clock.now();
      const since = later(now, -paymentCodeLimits.missWindowMs);
      if ((await selectMisses(database, merchantId, since)) >= paymentCodeLimits.misses)
        throw new Rejection('code-too-many', 'too many codes of this merchant were nobody’s', {
          retryAt: later(now, paymentCodeLimits.missWindowMs),
        });
      const hash = await hashShown(code);
      const taken = await takePaymentCode(database, { hash, merchantId, requestId, now });
      if (taken !== undefined) return codeOf(taken);
      const found = await selectCodeByHash(database, hash);
      if (found === undefined) await countMiss(database, { merchantId, now, since });
      else if (found.taken_at === null) throw new Rejection('code-expired', 'the payment code has run out');
      throw new Rejection('code-wrong', 'the payment code is nobody’s, or was used');
    },
    async find(id) {
      const row = await selectCodeById(database, id);
      return row === undefined ? null : codeOf(row);
    },
    setRefusal: async (id, refusal) => void (await writeRefusal(database, id, refusal)),
    spendUnconfirmed: ({ customerId, amount }) =>
      spendUnconfirmed(database, {
        customerId,
        day: beijingDay(clock.now()),
        amount: amount.amount,
        atMost: paymentCodeLimits.unconfirmedPerDay,
      }),
    restoreUnconfirmed: async ({ customerId, amount }) =>
      void (await restoreUnconfirmed(database, {
        customerId,
        day: beijingDay(clock.now()),
        amount: amount.amount,
      })),
    housekeeping: {
      name: 'old payment codes',
      async nextDueAt() {
        const first = await selectFirstCodeExpiry(database);
        return first === null ? null : later(first, paymentCodeLimits.keptMs);
      },
      run: (now) =>
        removeOldCodes(database, {
          before: later(now, -paymentCodeLimits.keptMs),
          day: beijingDay(later(now, -paymentCodeLimits.keptMs)),
          rows: rowsPerSweep,
        }),
    },
  };
}

/** Digits that two people happened to get: drawn again; twice in a row does not happen in 10^16. */
const draws = 5;

async function issue(
  { database, clock, ids, randomness }: PaymentCodesParts,
  hashOf: (code: string) => Buffer,
  by: { customerId: bigint; cardId: bigint | null },
): Promise<{ code: string; issued: PaymentCode }> {
  const createdAt = clock.now();
  const expiresAt = later(createdAt, paymentCodeLimits.lifetimeMs);
  const id = await ids.one();
  const eight = () => String(randomness.below(100_000_000)).padStart(8, '0');
  for (let draw = 0; draw < draws; draw += 1) {
    const code = `28${eight()}${eight()}`;
    if (await insertPaymentCode(database, { ...by, id, hash: hashOf(code), createdAt, expiresAt }))
      return { code, issued: { ...by, id, expiresAt, taken: null, refusal: null } };
  }
  throw new Rejection('unavailable', 'no free payment code was found');
}

const codeOf = (row: PaymentCodeRow): PaymentCode => ({
  id: row.id,
  customerId: row.customer_id,
  cardId: row.card_id,
  expiresAt: row.expires_at,
  taken:
    row.taken_at === null
      ? null
      : { merchantId: row.merchant_id!, requestId: row.request_id!, at: row.taken_at },
  refusal: row.refusal as RejectionCode | null,
});
