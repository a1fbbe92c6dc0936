// Merchants, for the people who take them in: what is agreed with each over time, what waits for a second person, suspension, keys.
import { z } from 'zod';
import { Amount, Currency, everybody, Instant, ObjectId, Ok, operators, Reason, table } from './shapes.ts';

const OfMerchant = z.object({ clientId: z.string().min(1).max(64) });
const Text = (most: number) => z.string().max(most);

/** What a version of a contract says. Amounts are minor units of the settlement currency. */
export const ContractTerms = z.strictObject({
  settlementCurrency: Currency,
  paymentCurrencies: z.array(Currency).max(50),
  rateRule: z.enum(['locked-at-payment']),
  /** Hundredths of a per cent: the discount fee; the spread that shoppers pay; what is taken off where it is paid in another currency. */
  feeBps: z.number().int(),
  spreadBps: z.number().int(),
  settlementSpreadBps: z.number().int(),
  /** Whether a refund gives the fee back, and whether one without funds waits for them. */
  returnsFee: z.boolean(),
  queuesRefunds: z.boolean(),
  refundWindowDays: z.number().int(),
  quoteLifeSeconds: z.number().int(),
  regions: z.array(Text(2)).max(50),
  minAmount: Amount,
  maxAmount: Amount,
  debtLimit: Amount,
  calendar: Text(2),
  timeZone: Text(64),
  /** Working days from cut-off to payout; minutes of the local day. */
  cycleDays: z.number().int(),
  cutOffMinute: z.number().int(),
  payMinute: z.number().int(),
  minPayout: Amount,
  fixedFee: Amount,
  refundFee: Amount,
  taxBps: z.number().int(),
  /** The part of each settlement that is held back, and for how many days. */
  reserveBps: z.number().int(),
  reserveDays: z.number().int(),
  accountName: Text(140),
  accountNumber: Text(64),
  bankBic: Text(11),
  notifyUrl: Text(2048).nullable(),
});
export type ContractTerms = z.infer<typeof ContractTerms>;

export const TermChange = z.object({ field: z.string(), from: z.string(), to: z.string() });

export const ContractVersion = z.object({
  number: z.number(),
  /** replaced: a later agreement came into effect before it. */
  state: z.enum(['in-effect', 'former', 'coming', 'replaced']),
  effectiveFrom: Instant,
  cameAt: Instant.nullable(),
  agreedAt: Instant,
  /** Null for what stood before there were versions. */
  proposedBy: z.string().nullable(),
  approvedBy: z.string().nullable(),
  reason: z.string().nullable(),
  /** Against the version before it. */
  changes: z.array(TermChange),
  terms: ContractTerms,
});
export type ContractVersion = z.infer<typeof ContractVersion>;

export const Proposal = z.object({
  id: z.string(),
  kind: z.enum(['contract', 'resume', 'leave', 'admission']),
  /** The merchant; of an admission its applicant's name alone. */
  clientId: z.string().nullable(),
  name: z.string(),
  effectiveFrom: Instant.nullable(),
  changes: z.array(TermChange),
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Instant,
});
export type Proposal = z.infer<typeof Proposal>;

export const MerchantKeyView = z.object({
  version: z.number(),
  status: z.enum(['active', 'retired']),
  retiresAt: Instant.nullable(),
  bits: z.number(),
  /** SHA-256 of the key (SPKI), hexadecimal: what the merchant compares. */
  fingerprint: z.string(),
});

export const MerchantSummary = z.object({
  clientId: z.string(),
  partner: z.string(),
  name: z.string(),
  displayName: z.string(),
  region: z.string(),
  status: z.enum(['active', 'suspended']),
  holdsPayouts: z.boolean(),
  settlementCurrency: Currency,
  /** Null while no date is set. */
  liveFrom: Instant.nullable(),
});
export type MerchantSummary = z.infer<typeof MerchantSummary>;

export const MerchantView = MerchantSummary.extend({
  keys: z.array(MerchantKeyView),
  terms: ContractTerms,
  /** The number of the version in effect; null while nothing has been changed since it came in. */
  contractVersion: z.number().nullable(),
  waiting: z.array(Proposal),
});
export type MerchantView = z.infer<typeof MerchantView>;

/** From when something counts: an instant or, in the merchant's own zone, the beginning of a day. */
export const From = z.union([Instant, z.iso.date()]);

export const merchantOperations = table({
  merchants: {
    method: 'GET',
    path: '/api/console/merchants',
    roles: operators,
    answer: z.object({ merchants: z.array(MerchantSummary) }),
  },
  merchant: {
    method: 'GET',
    path: '/api/console/merchant',
    roles: operators,
    query: OfMerchant,
    answer: MerchantView,
  },
  contractHistory: {
    method: 'GET',
    path: '/api/console/contract/history',
    roles: everybody,
    query: z.object({ clientId: z.string().max(64).optional() }),
    answer: z.object({
      clientId: z.string(),
      present: ContractTerms,
      versions: z.array(ContractVersion),
      waiting: z.array(Proposal),
    }),
  },
  /** The fields that change, and from when: absent, from its approval. Errors: NOT_ALLOWED with what is wrong, field by field. */
  proposeContract: {
    method: 'POST',
    path: '/api/console/contract/propose',
    roles: ['maker'],
    body: OfMerchant.extend({
      changes: ContractTerms.partial(),
      effectiveFrom: From.optional(),
      reason: Reason,
    }),
    answer: z.object({ id: z.string() }),
  },
  suspendMerchant: {
    method: 'POST',
    path: '/api/console/merchant/suspend',
    roles: ['maker', 'checker'],
    body: OfMerchant.extend({ holdsPayouts: z.boolean().default(false), reason: Reason }),
    answer: Ok,
  },
  proposeResume: {
    method: 'POST',
    path: '/api/console/merchant/resume',
    roles: ['maker'],
    body: OfMerchant.extend({ reason: Reason }),
    answer: z.object({ id: z.string() }),
  },
  /** A public key (PEM or bare base64); former ones count for `overlapHours` more. Errors: NOT_ALLOWED with the exact reason. */
  rotateMerchantKey: {
    method: 'POST',
    path: '/api/console/merchant/key',
    roles: ['merchant', 'maker'],
    fresh: true,
    shopRoles: ['owner', 'developer'],
    body: z.object({
      clientId: z.string().max(64).optional(),
      publicKey: z.string().max(10_000),
      overlapHours: z.number().int().min(0).max(2_160).default(168),
      reason: Reason,
    }),
    answer: z.object({ version: z.number(), fingerprint: z.string() }),
  },
  proposals: {
    method: 'GET',
    path: '/api/console/proposals',
    roles: operators,
    answer: z.object({ proposals: z.array(Proposal) }),
  },
  approveProposal: {
    method: 'POST',
    path: '/api/console/proposals/:id/approve',
    roles: ['checker'],
    fresh: true,
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  refuseProposal: {
    method: 'POST',
    path: '/api/console/proposals/:id/refuse',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
});
