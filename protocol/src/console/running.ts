// What operators ask and do to keep the network running, as data: the state of the system, held rates, what waits for a person.
import { z } from 'zod';
import { Amount, Currency, Instant, Ok, operators, Reason, table } from './shapes.ts';

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
  /** What `tongbao doctor` shows, for the process that answers. */
  system: {
    method: 'GET',
    path: '/api/console/system',
    roles: ['maker', 'checker'],
    answer: z.object({ at: Instant, findings: z.array(Finding) }),
  },
});
