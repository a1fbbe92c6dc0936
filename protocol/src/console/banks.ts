// What the console asks about banks: their statements, how they write CSV, and the days on which they are closed.
import { z } from 'zod';
import { Amount, Before, Currency, Instant, ObjectId, Ok, operators, Page, Reason, table } from './shapes.ts';

export const StatementKind = z.enum(['statement', 'intraday', 'notification']);
const Day = z.iso.date();
/** A bank's statement as it was kept. Amounts of minor units; null where the file names none. */
export const BankStatement = z.object({
  id: z.string(),
  account: z.string(),
  statement: z.string(),
  kind: StatementKind,
  version: z.number(),
  /** Another version counts: the bank corrected this one. */
  replaced: z.boolean(),
  currency: Currency,
  fromDay: Day,
  toDay: Day,
  opening: Amount.nullable(),
  closing: Amount.nullable(),
  lines: z.number(),
  matched: z.number(),
  /** Entries that the bank announced and had not booked. */
  notBooked: z.number(),
  openBreaks: z.number(),
  importedAt: Instant,
  importedBy: z.string(),
});
export type BankStatement = z.infer<typeof BankStatement>;

/** What became of one statement of a file. */
export const ImportedStatement = BankStatement.pick({
  ...{ id: true, account: true, statement: true, kind: true, version: true, fromDay: true, toDay: true },
  ...{ lines: true, matched: true, notBooked: true },
}).extend({
  /** It was here before: nothing was done. */
  known: z.boolean(),
  breakCount: z.number(),
});
export type ImportedStatement = z.infer<typeof ImportedStatement>;

/** What a file does not say of itself; the file is the body, byte for byte. */
const StatementUpload = z.object({
  /** The file's name, for the trail. */
  name: z.string().trim().min(1).max(200),
  format: z.enum(['camt', 'mt940', 'csv']).optional(),
  encoding: z.string().max(40).optional(),
  /** The card bank whose clearing account the file is about. */
  bank: z
    .string()
    .regex(/^[A-Z0-9]{1,20}$/)
    .optional(),
  // For CSV.
  account: z.string().trim().min(1).max(64).optional(),
  statementId: z.string().trim().min(1).max(64).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  profile: z.string().max(40).optional(),
  from: Day.optional(),
  to: Day.optional(),
});

/** How a bank writes its CSV: docs/guides/bank-files.md. The server checks it and says what is wrong in words. */
const CsvProfile = z.record(z.string(), z.unknown());
export const CsvProfiles = z.object({
  profiles: z.array(
    z.object({
      name: z.string(),
      version: z.number(),
      profile: CsvProfile,
      createdAt: Instant,
      createdBy: z.string(),
    }),
  ),
});
export type CsvProfiles = z.infer<typeof CsvProfiles>;

/** The first rows of a sample, read by a profile that is not kept. */
export const TriedSample = z.object({
  count: z.number(),
  fromDay: Day,
  toDay: Day,
  lines: z.array(
    z.object({
      number: z.string(),
      day: Day,
      reference: z.string(),
      currency: Currency,
      amount: Amount,
      charge: Amount,
    }),
  ),
});
export type TriedSample = z.infer<typeof TriedSample>;
/** Bytes of a sample at most; Base64 makes them a third longer. */
export const mostSampleBytes = 256 * 1024;

export const ClosureKind = z.enum(['closed', 'working', 'year']);
export const Closure = z.object({
  id: z.string(),
  /** ISO 3166 country; EU for TARGET. */
  calendar: z.string(),
  kind: ClosureKind,
  /** Of a year its first of January. */
  day: Day,
  reason: z.string(),
  proposedBy: z.string(),
  proposedAt: Instant,
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  /** Null while nobody has decided. */
  approved: z.boolean().nullable(),
});
export type Closure = z.infer<typeof Closure>;
export const Closures = z.object({
  closures: z.array(Closure),
  before: z.string().nullable(),
  /** The calendars that there are, and the years that are published. */
  calendars: z.array(z.object({ calendar: z.string(), first: z.number(), last: z.number() })),
});
export type Closures = z.infer<typeof Closures>;

export const bankOperations = table({
  statements: {
    method: 'GET',
    path: '/api/console/statements',
    roles: operators,
    query: z.object({
      ...Page,
      before: Before,
      account: z.string().max(64).optional(),
      kind: StatementKind.optional(),
      /** Only those with breaks that nobody has closed. */
      open: z.literal('yes').optional(),
    }),
    answer: z.object({ statements: z.array(BankStatement), before: z.string().nullable() }),
  },
  /** The body is the file. Errors: UNREADABLE with the line and the element; then nothing of the file is kept. */
  importStatements: {
    method: 'POST',
    path: '/api/console/statements',
    roles: ['maker', 'checker'],
    query: StatementUpload,
    answer: z.object({ statements: z.array(ImportedStatement) }),
  },
  csvProfiles: { method: 'GET', path: '/api/console/csv-profiles', roles: operators, answer: CsvProfiles },
  /** Adds a profile, or a new version of it. Errors: UNREADABLE with the field. */
  addCsvProfile: {
    method: 'POST',
    path: '/api/console/csv-profiles',
    roles: ['maker'],
    body: z.object({ profile: CsvProfile, reason: Reason }),
    answer: z.object({ name: z.string(), version: z.number() }),
  },
  /** Reads a sample by a profile; nothing is kept. Errors: UNREADABLE with the field, or the line and the column. */
  tryCsvProfile: {
    method: 'POST',
    path: '/api/console/csv-profiles/try',
    roles: operators,
    body: z.object({
      profile: CsvProfile,
      sample: z.base64().max(Math.ceil(mostSampleBytes / 3) * 4),
      currency: Currency.optional(),
    }),
    answer: TriedSample,
  },
  closures: {
    method: 'GET',
    path: '/api/console/closures',
    roles: operators,
    query: z.object({ ...Page, before: Before, status: z.enum(['waiting', 'decided']).default('waiting') }),
    answer: Closures,
  },
  proposeClosure: {
    method: 'POST',
    path: '/api/console/closures',
    roles: ['maker'],
    body: z.object({ calendar: z.string().max(10), kind: ClosureKind, day: Day, reason: Reason }),
    answer: z.object({ id: z.string() }),
  },
  approveClosure: {
    method: 'POST',
    path: '/api/console/closures/:id/approve',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
  refuseClosure: {
    method: 'POST',
    path: '/api/console/closures/:id/refuse',
    roles: ['checker'],
    params: ObjectId,
    body: z.object({ reason: Reason }),
    answer: Ok,
  },
});
