// What operators ask and do about customers, as data. Nobody browses: one is found by the exact phone number or wallet number, with a
// reason that stands in the trail; what is shown is masked.
import { z } from 'zod';
import { Amount, Instant, ObjectId, Ok, operators, Reason, table } from './shapes.ts';

/** In minor units of the wallet's currency; null: none. */
export const CustomerCaps = z.object({ payment: Amount.nullable(), day: Amount.nullable() });
export type CustomerCaps = z.infer<typeof CustomerCaps>;

export const CustomerProposal = z.object({
  id: z.string(),
  customerId: z.string(),
  kind: z.enum(['unfreeze', 'limits']),
  payment: Amount.nullable(),
  day: Amount.nullable(),
  from: Instant,
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Instant,
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  approved: z.boolean().nullable(),
});
export type CustomerProposal = z.infer<typeof CustomerProposal>;

export const FoundCustomer = z.object({
  id: z.string(),
  /** Masked. */
  phone: z.string(),
  name: z.string(),
  status: z.enum(['active', 'frozen']),
  kycClass: z.number().int(),
  region: z.string(),
  since: Instant,
  /** What counts now, and what begins later. */
  caps: CustomerCaps,
  comingCaps: z.array(CustomerCaps.extend({ from: Instant })),
  ownLimits: CustomerCaps,
  proposals: z.array(CustomerProposal),
});
export type FoundCustomer = z.infer<typeof FoundCustomer>;

const Cap = z
  .string()
  .regex(/^\d{1,13}$/)
  .nullable();

export const customerOperations = table({
  /** By POST, since each look-up leaves its row. Errors: NOT_FOUND. */
  findCustomer: {
    method: 'POST',
    path: '/api/console/customers/find',
    roles: ['maker', 'checker'],
    body: z.object({ key: z.string().trim().min(1).max(40), reason: Reason }),
    answer: FoundCustomer,
  },
  freezeCustomer: {
    method: 'POST',
    path: '/api/console/customers/:id/freeze',
    roles: ['maker', 'checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  unfreezeCustomer: {
    method: 'POST',
    path: '/api/console/customers/:id/unfreeze',
    roles: ['maker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: z.object({ proposal: z.string() }),
  },
  /** Lower ones count at once; higher ones are a proposal. */
  setCustomerLimits: {
    method: 'POST',
    path: '/api/console/customers/:id/limits',
    roles: ['maker'],
    params: ObjectId,
    body: z.object({ payment: Cap, day: Cap, from: Instant.nullable().default(null), reason: Reason }),
    answer: z.object({ proposal: z.string().nullable() }),
  },
  customerProposals: {
    method: 'GET',
    path: '/api/console/customers/proposals',
    roles: operators,
    answer: z.object({ proposals: z.array(CustomerProposal) }),
  },
  approveCustomerProposal: {
    method: 'POST',
    path: '/api/console/customers/proposals/:id/approve',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  refuseCustomerProposal: {
    method: 'POST',
    path: '/api/console/customers/proposals/:id/refuse',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
});
