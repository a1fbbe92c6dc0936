// Reconciliation in the sandbox: what operators ask. Names stand in for sign-in there.
import { z } from 'zod';

const operator = z.string().regex(/^[\w .@-]{1,100}$/);
const reason = z.string().trim().min(1).max(500);

export const StatementImport = z.object({
  operator,
  /** Without it the content type decides, and for other types the file's content. */
  format: z.enum(['camt', 'mt940', 'csv']).optional(),
  /** For CSV, which names neither: our account at the bank, the bank's name of the statement, and the currency. */
  account: z.string().max(64).default('settlement'),
  statementId: z.string().min(1).max(64).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  /** How the bank writes its CSV; without it the columns are date, reference, amount and currency. */
  profile: z.string().max(40).optional(),
  /** The days that a CSV speaks about; without them those of its rows. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
});
export const CsvProfileQuery = z.object({ operator });
export const BreakQuery = z.object({
  status: z.enum(['open', 'proposed', 'closed']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export const BreakAct = z.strictObject({
  operator,
  reason,
  /** Only with propose: explain moves nothing, suspense and charge post the difference. */
  action: z.enum(['explain', 'suspense', 'charge']).optional(),
});
