// Settlement in the sandbox: batches with their files, terms, and the bank that pays. `SettlementAnswer` is fixed as
// far as its first nine fields; others may be added.
import { z } from 'zod';

const minor = z.string().regex(/^-?\d{1,19}$/);

export const SettlementQuery = z.object({
  clientId: z.string().min(1).max(64),
  /** Batches older than this one; the newest when absent. */
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

/** Amounts in minor units; fees are negative: net = gross + fees + adjustments (reserves held back and released). */
const SettlementBatch = z.object({
  batchId: z.string(),
  currency: z.string().length(3),
  status: z.enum(['OPEN', 'CLOSED', 'IN_TRANSIT', 'PAID', 'REJECTED']),
  gross: minor,
  fees: minor,
  net: minor,
  count: z.number().int(),
  paidAt: z.string().nullable(),
  files: z.array(z.object({ name: z.string(), url: z.string() })),
  adjustments: minor,
  settlementDay: z.string(),
  cutOffAt: z.string(),
  payAt: z.string().nullable(),
  rollOvers: z.number().int(),
  /** The bank's reason of the last rejection, ISO 20022. */
  refusal: z.string().nullable(),
  payouts: z.array(
    z.object({
      endToEndId: z.string(),
      status: z.enum(['in-transit', 'paid', 'rejected']),
      amount: minor,
      answeredAt: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
export const SettlementAnswer = z.object({ batches: z.array(SettlementBatch) });
export type SettlementAnswer = z.infer<typeof SettlementAnswer>;

const amount = z
  .string()
  .regex(/^\d{1,15}$/)
  .optional();

const addressLine = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u, 'no control characters');

/** What may be changed of a merchant's terms; the platform checks the limits. */
export const ChangeSettlementTerms = z.strictObject({
  clientId: z.string().min(1).max(64),
  cycleDays: z.number().int().optional(),
  cutOffMinute: z.number().int().optional(),
  payMinute: z.number().int().optional(),
  minPayout: amount,
  fixedFee: amount,
  refundFee: amount,
  /** How much the merchant may owe for refunds; the house pays in as much of its own. */
  debtLimit: amount,
  taxBps: z.number().int().optional(),
  reserveBps: z.number().int().optional(),
  reserveDays: z.number().int().optional(),
  // What pain.001 takes: a text that is none would keep everybody's payouts of the currency from leaving.
  accountName: z
    .string()
    .max(140)
    .regex(/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u, 'no control characters')
    .optional(),
  /** Spaces of the printed form and small letters are taken; an IBAN's check digits must be right. */
  accountNumber: z
    .string()
    .max(50)
    .regex(/^[\x20-\x7e]*$/, 'printable ASCII')
    .optional(),
  /** In the structured form that banks ask for; null: none is known. */
  accountAddress: z
    .strictObject({
      street: addressLine(70).optional(),
      building: addressLine(16).optional(),
      postCode: addressLine(16).optional(),
      town: addressLine(35),
      country: z.string().regex(/^[A-Z]{2}$/, 'two letters of ISO 3166'),
    })
    .nullable()
    .optional(),
  bankBic: z
    .string()
    .regex(/^([A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?)?$/, 'a BIC of 8 or 11 characters, or none')
    .optional(),
});

/** How the simulated bank treats an account from now on. */
export const SettlementPayee = z.strictObject({
  account: z.string().regex(/^[A-Z0-9]{1,34}$/),
  behaviour: z.enum(['execute', 'reject']),
  /** ISO 20022 reason of a rejection: AC04 is a closed account. */
  reason: z
    .string()
    .regex(/^[A-Z]{2}\d{2}$/)
    .default('AC04'),
  delaySeconds: z.number().int().min(0).max(2_592_000).default(7200),
});
