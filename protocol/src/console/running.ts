// What operators ask and do to keep the network running, as data: the state of the system, held rates, what waits for a person.
import { z } from 'zod';
import { Amount, Before, Currency, Instant, ObjectId, Ok, operators, Page, Reason, table } from './shapes.ts';

/** One thing that the doctor looked at: what there is, and what to do about it. */
export const Finding = z.object({
  /** `postgres.fsync`, with words in the pages. */
  check: z.string(),
  verdict: z.enum(['ok', 'warn', 'fail']),
  found: z.string(),
  todo: z.string().nullable(),
});
export type Finding = z.infer<typeof Finding>;

export const HeldRates = z.object({
  rates: z.array(
    z.object({
      currency: Currency,
      date: z.string(),
      rate: z.string(),
      reason: z.string(),
      /** What the second feed says, where the feeds differ; null where the rate moved too far. */
      other: z.string().nullable(),
      /** Who says that it is right; somebody else confirms it. Null while nobody has. */
      proposedBy: z.string().nullable(),
    }),
  ),
});
export type HeldRates = z.infer<typeof HeldRates>;

/** Items that a timer could not work on; they are left out until somebody releases them. */
export const Quarantine = z.object({
  items: z.array(
    z.object({
      timer: z.string(),
      item: z.string(),
      reason: z.string(),
      failures: z.number().int(),
      firstFailedAt: Instant,
      lastFailedAt: Instant,
    }),
  ),
});
export type Quarantine = z.infer<typeof Quarantine>;

export const BankAnswers = z.object({
  /** The newest answers that said something else than what had been decided. */
  contradicting: z.array(
    z.object({ id: z.string(), bank: z.string(), reference: z.string(), outcome: z.string(), at: Instant }),
  ),
  /** Debits that were made although they had been decided otherwise; they go back to their cards. */
  returns: z.array(
    z.object({
      id: z.string(),
      reference: z.string(),
      currency: Currency,
      amount: Amount,
      at: Instant,
      returnedAt: Instant.nullable(),
      /** Why the bank refused the return last. */
      refusal: z.string().nullable(),
    }),
  ),
});
export type BankAnswers = z.infer<typeof BankAnswers>;

const RateAct = z.object({
  currency: Currency,
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  reason: Reason,
});

/** What is paid, or to be paid, to a merchant: a closed batch. */
export const PayoutInHand = z.object({
  id: z.string(),
  clientId: z.string(),
  currency: Currency,
  amount: Amount,
  status: z.enum(['CLOSED', 'IN_TRANSIT', 'PAID', 'REJECTED']),
  day: z.string(),
  attempts: z.number().int(),
  /** The bank's reason of the last attempt. */
  refusal: z.string().nullable(),
  /** When it leaves by itself; null: it is at the bank, paid, or waits for a person. */
  payAt: Instant.nullable(),
  /** The last four signs of the account in the contract; empty: there is none. */
  account: z.string(),
  canRetry: z.boolean(),
});
export type PayoutInHand = z.infer<typeof PayoutInHand>;

/** A key of the installation, without what is secret of it. */
export const InstallationKey = z.object({
  purpose: z.string(),
  id: z.number().int(),
  /** From when on it is used; null: from the first start. */
  from: Instant.nullable(),
});
export type InstallationKey = z.infer<typeof InstallationKey>;

export const runningOperations = table({
  heldRates: { method: 'GET', path: '/api/console/rates/held', roles: operators, answer: HeldRates },
  proposeRate: {
    method: 'POST',
    path: '/api/console/rates/held/propose',
    roles: ['maker'],
    body: RateAct,
    answer: Ok,
  },
  confirmRate: {
    method: 'POST',
    path: '/api/console/rates/held/confirm',
    roles: ['checker'],
    fresh: true,
    body: RateAct,
    answer: Ok,
  },
  quarantine: { method: 'GET', path: '/api/console/quarantine', roles: operators, answer: Quarantine },
  release: {
    method: 'POST',
    path: '/api/console/quarantine/release',
    roles: ['maker', 'checker'],
    body: z.object({ timer: z.string().min(1).max(100), item: z.string().min(1).max(100), reason: Reason }),
    answer: Ok,
  },
  bankAnswers: { method: 'GET', path: '/api/console/bank-answers', roles: operators, answer: BankAnswers },
  payouts: {
    method: 'GET',
    path: '/api/console/payouts',
    roles: operators,
    query: z.object({ ...Page, before: Before, open: z.enum(['true', 'false']).default('false') }),
    answer: z.object({ payouts: z.array(PayoutInHand), before: z.string().nullable() }),
  },
  /** Once more, under a new reference. Errors: NOT_FOUND, NOT_ALLOWED with the reason in words. */
  retryPayout: {
    method: 'POST',
    path: '/api/console/payouts/:id/retry',
    roles: ['maker', 'checker'],
    fresh: true,
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  keys: {
    method: 'GET',
    path: '/api/console/keys',
    roles: [...operators, 'admin'],
    answer: z.object({ keys: z.array(InstallationKey), file: z.string().nullable() }),
  },
  /** What `tongbao doctor` shows, for the process that answers. */
  system: {
    method: 'GET',
    path: '/api/console/system',
    roles: ['admin', 'maker', 'checker'],
    answer: z.object({ at: Instant, findings: z.array(Finding) }),
  },
});
