// The sandbox's own interface: credentials, acting for the shopper, the clock, the outbox, the audit.
// Fixed: users' scripts rely on these shapes; fields may be added, none removed or renamed.
import { z } from 'zod';

export const SandboxMerchant = z.object({
  name: z.string(),
  clientId: z.string(),
  /** PKCS#8, bare base64. */
  merchantPrivateKey: z.string(),
  /** The same key as PKCS#1, which the official Python client needs. */
  merchantPrivateKeyPkcs1: z.string(),
  /** SPKI, bare base64: what the merchant verifies answers and notifications with. */
  gatewayPublicKey: z.string(),
  keyVersion: z.number().int(),
  settlementCurrency: z.string().length(3),
  /** Credentials for the classic gateway. */
  classic: z.object({ partner: z.string(), md5Key: z.string(), gatewayUrl: z.string() }),
});
export const SandboxCustomer = z.object({
  name: z.string(),
  phone: z.string(),
  pin: z.string(),
  region: z.string(),
});

/** Who signs in at /console. */
export const SandboxStaff = z.object({
  name: z.string(),
  username: z.string(),
  password: z.string(),
  role: z.enum(['merchant', 'maker', 'checker', 'auditor', 'admin']),
  clientId: z.string().nullable(),
});
/** A demo shop that answers at its address. */
export const Store = z.object({
  name: z.string(),
  url: z.string(),
  clientId: z.string(),
  currency: z.string().length(3),
});
export type Store = z.infer<typeof Store>;

export const Credentials = z.object({
  gatewayUrl: z.string(),
  merchants: z.array(SandboxMerchant),
  customers: z.array(SandboxCustomer),
  staff: z.array(SandboxStaff),
  /** Only where the demo shops were asked for; empty until they have opened. */
  stores: z.array(Store).optional(),
});
export type Credentials = z.infer<typeof Credentials>;

/** The parts of a request to the JSON gateway, and the text that the shop signed for it. */
export const CompareSignedText = z.object({
  clientId: z.string().min(1).max(128),
  /** The header request-time, to the letter. */
  requestTime: z.string().min(1).max(64),
  /** As in the request line. */
  path: z.string().startsWith('/').max(2048),
  /** The body as it was sent. */
  body: z.string().max(256 * 1024),
  signedText: z.string().max(256 * 1024),
});

export const PayForShopper = z
  .object({
    paymentId: z.string().optional(),
    cashierUrl: z.string().optional(),
    /** A customer's phone; the first customer when absent. */
    customer: z.string().optional(),
    decision: z.enum(['approve', 'decline']).default('approve'),
    /** Pay with the balance (default) or with the customer's first bank card. */
    method: z.enum(['balance', 'card']).default('balance'),
  })
  .refine((body) => body.paymentId !== undefined || body.cashierUrl !== undefined, {
    message: 'paymentId or cashierUrl is needed',
  });

/** A shopper's payment code, as his wallet would show it at a till. */
export const ShowPaymentCode = z.object({
  /** A customer's phone; the first customer when absent. */
  customer: z.string().optional(),
  method: z.enum(['balance', 'card']).default('balance'),
});

/** ISO 8601 duration of weeks, days, hours, minutes, seconds: PT15M, P1D, P400D. */
export const Duration = z.string().regex(/^P(?!$)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/);
export const MoveClock = z.union([
  z.object({ advance: Duration }),
  z.object({ set: z.iso.datetime({ offset: true }) }),
]);

export const AuditProof = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
export const AuditAnswer = z.object({
  ok: z.boolean(),
  checkedAt: z.string(),
  proofs: z.array(AuditProof),
  /** What a timer could not work on, and waits for an operator; the newest first. */
  quarantine: z.array(
    z.object({ timer: z.string(), item: z.string(), reason: z.string(), since: z.string() }),
  ),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;

export {
  ChaosQuery,
  ChaosSettings,
  Scorecard,
  type ScorecardRow,
  SetChaos,
  SetNotificationTarget,
  SetSignTypes,
} from './chaos.ts';
export { BreakAct, BreakQuery, CsvProfileQuery, StatementImport } from './reconciliation.ts';
export {
  ChangeSettlementTerms,
  SettlementAnswer,
  SettlementPayee,
  SettlementQuery,
} from './settlement.ts';
export { TillAnswer, TillPayment, TillQuestion, TillReceived, TillShops } from './till.ts';
