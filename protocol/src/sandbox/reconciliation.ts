// Reconciliation in the sandbox: what operators ask. Names stand in for sign-in there.
import { z } from 'zod';

const operator = z.string().regex(/^[\w .@-]{1,100}$/);
const reason = z.string().trim().min(1).max(500);

export const StatementImport = z.object({
  operator,
  /** For CSV, which names neither: our account at the bank, the bank's name of the statement, and the currency. */
  account: z.string().max(64).default('settlement'),
  statementId: z.string().min(1).max(64).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
});
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
