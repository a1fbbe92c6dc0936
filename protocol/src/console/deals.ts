// What the console asks about conversions that people agree with the bank's desk. Amounts of minor units.
import { z } from 'zod';
import { Amount, Currency, Instant, ObjectId, Ok, operators, Reason, table } from './shapes.ts';

const Day = z.iso.date();
/** So many units of the home currency for one of the bought currency. */
const Rate = z.string().regex(/^\d{1,20}(\.\d{1,20})?$/, 'a rate is a decimal like 0.005658');

export const Agreement = z.object({
  id: z.string(),
  bankReference: z.string(),
  rate: z.string(),
  cost: Amount,
  /** What was expected less what was agreed: what it brings more than the day's rate. */
  better: Amount,
  valueDate: Day,
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Instant,
});
export type Agreement = z.infer<typeof Agreement>;

/** A conversion that waits for people. Below zero it is sold. */
export const HandDeal = z.object({
  id: z.string(),
  day: Day,
  currency: Currency,
  bought: Amount,
  homeCurrency: Currency,
  expectedCost: Amount,
  expectedRate: z.string(),
  since: Instant,
  /** What waits for a checker. */
  agreement: Agreement.nullable(),
});
export type HandDeal = z.infer<typeof HandDeal>;
export const HandDeals = z.object({
  deals: z.array(HandDeal),
  /** How far from what is expected an agreement may be. */
  toleranceBps: z.number(),
});
export type HandDeals = z.infer<typeof HandDeals>;

/** The rate, or both amounts as the bank confirmed them. */
const Terms = z.union([z.strictObject({ rate: Rate }), z.strictObject({ bought: Amount, cost: Amount })]);
export const NewAgreement = z.object({
  bankReference: z.string().trim().min(1).max(35),
  terms: Terms,
  valueDate: Day,
  reason: Reason,
});
export type NewAgreement = z.infer<typeof NewAgreement>;

export const dealOperations = table({
  deals: { method: 'GET', path: '/api/console/deals', roles: operators, answer: HandDeals },
  agreeDeal: {
    method: 'POST',
    path: '/api/console/deals/:id/agree',
    roles: ['maker'],
    params: ObjectId,
    body: NewAgreement,
    answer: z.object({ id: z.string() }),
  },
  approveAgreement: {
    method: 'POST',
    path: '/api/console/deal-agreements/:id/approve',
    roles: ['checker'],
    fresh: true,
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  refuseAgreement: {
    method: 'POST',
    path: '/api/console/deal-agreements/:id/refuse',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
});
