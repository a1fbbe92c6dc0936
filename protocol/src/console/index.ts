// The console's API as data: what merchants' users, operators and auditors ask and hear. One table of operations; the
// server authorizes and validates with it, the pages are typed by it. Amounts are strings of minor units; times ISO 8601.
import { z } from 'zod';
import { Receipt } from '../receipt.ts';
import { ownAccountOperations } from './account.ts';
import { bankOperations } from './banks.ts';
import { contractOperations, LockedRate, Sum } from './contract.ts';
import { customerOperations } from './customers.ts';
import { dealOperations } from './deals.ts';
import { runningOperations } from './running.ts';
import { sessionOperations } from './session.ts';
import {
  Amount,
  Before,
  Currency,
  everybody,
  Instant,
  ObjectId,
  Ok,
  operators,
  Page,
  Reason,
  Role,
  ShopRole,
  shopRolesOf,
  table,
} from './shapes.ts';
import { staffOperations } from './staff.ts';

export * from './account.ts';
export * from './banks.ts';
export * from './contract.ts';
export * from './customers.ts';
export * from './deals.ts';
export * from './running.ts';
export * from './session.ts';
export * from './staff.ts';
export { Role, ShopRole, shopRolesOf };

export const Shop = z.object({
  clientId: z.string(),
  name: z.string(),
  currency: Currency,
  timeZone: z.string(),
});
export type Shop = z.infer<typeof Shop>;

export const Batch = z.object({
  batchId: z.string(),
  currency: Currency,
  status: z.enum(['OPEN', 'CLOSED', 'IN_TRANSIT', 'PAID', 'REJECTED']),
  gross: Amount,
  fees: Amount,
  adjustments: Amount,
  net: Amount,
  count: z.number(),
  paidAt: Instant.nullable(),
  settlementDay: z.string(),
  cutOffAt: Instant,
  payAt: Instant.nullable(),
  rollOvers: z.number(),
  refusal: z.string().nullable(),
  payouts: z.array(
    z.object({
      endToEndId: z.string(),
      status: z.string(),
      amount: Amount,
      answeredAt: Instant.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  files: z.array(z.object({ name: z.string(), path: z.string() })),
});
export type Batch = z.infer<typeof Batch>;

export const Overview = z.object({
  shop: Shop,
  balances: z.object({ pending: Amount, payable: Amount, inTransit: Amount, reserve: Amount }),
  /** What the merchant owes for refunds, since when (null: nothing), and how much its contract lets it owe. */
  debt: z.object({ owed: Amount, since: z.string().nullable(), limit: Amount }),
  /** The newest batches by settlement day, oldest first. */
  days: z.array(z.object({ day: z.string(), gross: Amount, net: Amount, count: z.number() })),
});
export type Overview = z.infer<typeof Overview>;

export const Line = z.object({
  key: z.string(),
  kind: z.enum(['PAYMENT', 'REFUND', 'CANCEL', 'RESERVE', 'RESERVE_RELEASED', 'CARRIED_OVER', 'CARRIED_IN']),
  at: Instant,
  gross: Amount,
  fees: Amount,
  net: Amount,
  /** What the order said, and the rate (a plain decimal) that made it the volume; null where both are the same currency. */
  price: Sum.nullable(),
  quotePrice: z.string().nullable(),
  requestId: z.string().nullable(),
  paymentId: z.string().nullable(),
});
export type Line = z.infer<typeof Line>;

/** One thing that happened to a payment. `facts` are shown as they are; `kind` has words in the pages. */
export const Step = z.object({
  at: Instant,
  kind: z.enum([
    'created',
    'quoted',
    'requoted',
    'debit-requested',
    'debit-declined',
    'risk-passed',
    'paid',
    'entry',
    'declined',
    'expired',
    'reversed',
    'cancelled',
    'refund-requested',
    'refund-funded',
    'refunded',
    'refund-failed',
    'notified',
    'settled',
    'payout',
    'statement',
  ]),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
});
export type Step = z.infer<typeof Step>;
export const Timeline = z.object({
  paymentId: z.string(),
  requestId: z.string(),
  clientId: z.string(),
  status: z.string(),
  amount: Sum,
  payerAmount: Sum,
  /** What the merchant gets before fees. The rates of both sides; null where nothing is converted. */
  settlementAmount: Sum,
  payerRate: LockedRate.nullable(),
  settlementRate: LockedRate.nullable(),
  description: z.string(),
  steps: z.array(Step),
});
export type Timeline = z.infer<typeof Timeline>;

export const BreakStatus = z.enum(['open', 'proposed', 'closed']);
export const Break = z.object({
  id: z.string(),
  kind: z.enum([
    'missing',
    'unexpected',
    'amount',
    'currency',
    'date',
    'duplicate',
    'fee',
    'reference',
    'balance',
    'correction',
  ]),
  reference: z.string(),
  field: z.string(),
  expected: z.string(),
  actual: z.string(),
  currency: Currency,
  difference: Amount,
  /** The line's booking date, or the day in the books where the statement has no line; YYYY-MM-DD. */
  day: z.string(),
  /** Our account at the bank, the bank's name of the statement, and the days that it speaks about. */
  account: z.string(),
  statement: z.string(),
  fromDay: z.string(),
  toDay: z.string(),
  status: BreakStatus,
  acts: z.array(
    z.object({
      kind: z.enum(['propose', 'approve', 'refuse', 'supersede']),
      action: z.enum(['explain', 'suspense', 'charge']),
      operator: z.string(),
      reason: z.string(),
      entryId: z.string().nullable(),
      at: Instant,
    }),
  ),
});
export type Break = z.infer<typeof Break>;

export const Treasury = z.object({
  positions: z.array(z.object({ currency: Currency, amount: Amount })),
  days: z.array(
    z.object({
      day: z.string(),
      currency: Currency,
      bought: Amount,
      homeCurrency: Currency,
      cost: Amount,
      gain: Amount,
      booked: z.boolean(),
    }),
  ),
});
export type Treasury = z.infer<typeof Treasury>;

export const Safeguarding = z.object({
  lines: z.array(
    z.object({
      currency: Currency,
      clients: Amount,
      own: Amount,
      /** What merchants owe for refunds: missing at the banks, covered by our own. */
      receivable: Amount,
      safeguarded: Amount,
      inTransit: Amount,
      holds: z.boolean(),
    }),
  ),
  /** Merchants that owe, the oldest debt first. */
  debts: z.array(z.object({ clientId: z.string(), currency: Currency, owed: Amount, since: z.string() })),
});
export type Safeguarding = z.infer<typeof Safeguarding>;

export const Proofs = z.object({
  ok: z.boolean(),
  checkedAt: Instant,
  proofs: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
});
export type Proofs = z.infer<typeof Proofs>;

export const Trail = z.object({
  acts: z.array(
    z.object({
      id: z.string(),
      username: z.string(),
      name: z.string(),
      role: Role,
      act: z.string(),
      object: z.string(),
      detail: z.string(),
      at: Instant,
    }),
  ),
  /** For the next page; null at the end. */
  before: z.string().nullable(),
});
export type Trail = z.infer<typeof Trail>;

export const ConsoleErrorCode = z.enum([
  'NOT_SIGNED_IN',
  'FORBIDDEN',
  'NOT_FOUND',
  'PASSWORD_WRONG',
  'PASSWORD_WEAK',
  'LOCKED',
  'LINK_UNUSABLE',
  'FACTOR_WRONG',
  'FACTOR_MISSING',
  'PROOF_NEEDED',
  'INVALID_REQUEST',
  'NOT_ALLOWED',
  'UNREADABLE',
  'TOO_MANY_REQUESTS',
  'UNAVAILABLE',
]);
export type ConsoleErrorCode = z.infer<typeof ConsoleErrorCode>;
export const ConsoleError = z.object({
  error: z.object({ code: ConsoleErrorCode, message: z.string(), retryAt: Instant.optional() }),
});

const OfShop = z.object({ clientId: z.string().max(64).optional() });
const ClassicSignType = z.enum(['MD5', 'RSA', 'RSA2']);
/** What of a notification's URL its signature covers. */
const NotificationTarget = z.enum(['path', 'path-and-query']);
/** Who of a shop's people looks at what it is paid. */
const moneyAtShop = ['owner', 'finance', 'viewer'] as const;

/** A merchant's user sees his own merchant whatever he asks for; what belongs to others is not found. */
export const consoleOperations = table({
  ...sessionOperations,
  ...ownAccountOperations,
  ...staffOperations,
  shops: {
    method: 'GET',
    path: '/api/console/shops',
    roles: everybody,
    answer: z.object({ shops: z.array(Shop) }),
  },
  /** What of a notification's URL the JSON gateway's signature covers: the path, or the path with its query. */
  notificationTarget: {
    method: 'GET',
    path: '/api/console/notifications/target',
    roles: everybody,
    query: OfShop,
    answer: z.object({ clientId: z.string(), target: NotificationTarget }),
  },
  setNotificationTarget: {
    method: 'POST',
    path: '/api/console/notifications/target',
    roles: ['merchant', 'maker'],
    shopRoles: ['owner', 'developer'],
    body: OfShop.extend({ target: NotificationTarget, reason: Reason }),
    answer: Ok,
  },
  /** How a merchant may sign requests to the classic gateway. */
  signTypes: {
    method: 'GET',
    path: '/api/console/classic/sign-types',
    roles: everybody,
    query: OfShop,
    answer: z.object({ clientId: z.string(), signTypes: z.array(ClassicSignType) }),
  },
  setSignTypes: {
    method: 'POST',
    path: '/api/console/classic/sign-types',
    roles: ['merchant', 'maker'],
    shopRoles: ['owner', 'developer'],
    body: OfShop.extend({ signTypes: z.array(ClassicSignType).min(1).max(3), reason: Reason }),
    answer: Ok,
  },
  overview: {
    method: 'GET',
    path: '/api/console/overview',
    roles: everybody,
    shopRoles: moneyAtShop,
    query: OfShop,
    answer: Overview,
  },
  batches: {
    method: 'GET',
    path: '/api/console/batches',
    roles: everybody,
    shopRoles: moneyAtShop,
    query: OfShop.extend({ ...Page, before: Before }),
    answer: z.object({ batches: z.array(Batch), before: z.string().nullable() }),
  },
  lines: {
    method: 'GET',
    path: '/api/console/batches/:batchId/lines',
    roles: everybody,
    shopRoles: moneyAtShop,
    params: z.object({ batchId: z.string().regex(/^\d{1,18}$/) }),
    query: OfShop.extend({
      after: z
        .string()
        .regex(/^\d{1,18}\.-?\d{1,5}$/)
        .optional(),
    }),
    answer: z.object({ lines: z.array(Line), after: z.string().nullable() }),
  },
  timeline: {
    method: 'GET',
    path: '/api/console/payments/:key',
    roles: everybody,
    params: z.object({ key: z.string().min(1).max(64) }),
    query: OfShop,
    answer: Timeline,
  },
  receipt: {
    method: 'GET',
    path: '/api/console/payments/:key/receipt',
    roles: everybody,
    params: z.object({ key: z.string().min(1).max(64) }),
    query: OfShop,
    answer: Receipt,
  },
  breaks: {
    method: 'GET',
    path: '/api/console/breaks',
    roles: operators,
    query: z.object({ status: BreakStatus.optional(), ...Page }),
    answer: z.object({ breaks: z.array(Break) }),
  },
  proposeClosing: {
    method: 'POST',
    path: '/api/console/breaks/:id/propose',
    roles: ['maker'],
    params: ObjectId,
    body: z.object({ action: z.enum(['explain', 'suspense', 'charge']), reason: Reason }),
    answer: Ok,
  },
  approveClosing: {
    method: 'POST',
    path: '/api/console/breaks/:id/approve',
    roles: ['checker'],
    fresh: true,
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  refuseClosing: {
    method: 'POST',
    path: '/api/console/breaks/:id/refuse',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  ...bankOperations,
  ...contractOperations,
  ...runningOperations,
  ...dealOperations,
  ...customerOperations,
  treasury: { method: 'GET', path: '/api/console/treasury', roles: operators, answer: Treasury },
  safeguarding: { method: 'GET', path: '/api/console/safeguarding', roles: operators, answer: Safeguarding },
  proofs: { method: 'GET', path: '/api/console/proofs', roles: operators, answer: Proofs },
  trail: {
    method: 'GET',
    path: '/api/console/trail',
    roles: [...operators, 'admin'],
    query: z.object({ ...Page, before: Before }),
    answer: Trail,
  },
});
/** Files are streams, not answers: same session, same rules. */
export const consoleFilePath = '/api/console/files/:clientId/:day/:name';
export const consoleFileRight = {
  method: 'GET',
  roles: everybody,
  shopRoles: moneyAtShop,
} as const;
