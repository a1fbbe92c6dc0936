// What operators are shown, the same from the console and from the command line: amounts as text, instants in ISO 8601.
import type { QuarantinedItem } from '../database/index.ts';
import type { Imported, KeptProfile, Reconciliation, StatementRow } from '../reconciliation/index.ts';
import type { Declaration } from '../settlement/index.ts';
import type { Act } from '../staff/index.ts';
import type { PayoutInHand } from './payouts.ts';

export const statementView = (row: StatementRow) => ({
  ...row,
  id: row.id.toString(),
  opening: row.opening?.toString() ?? null,
  closing: row.closing?.toString() ?? null,
  importedAt: row.importedAt.toISOString(),
});

const breaksShown = 1_000;

/** At most 1,000 breaks of a statement; `breakCount` counts all of them. */
export const importedView = ({ id, breaks, ...rest }: Imported) => ({
  ...rest,
  id: id.toString(),
  breakCount: breaks.length,
  breaks: breaks
    .slice(0, breaksShown)
    .map(({ difference, ...found }) => ({ ...found, difference: difference.toString() })),
});

export const profileView = ({ profile, createdAt, ...kept }: KeptProfile) => ({
  ...kept,
  ...{ name: profile.name, profile: { ...profile }, createdAt: createdAt.toISOString() },
});

export const closureView = ({ id, calendar, kind, day, reason, approved, ...by }: Declaration) => ({
  ...{ id: id.toString(), calendar, kind, day, reason, approved },
  proposedBy: by.proposed_by,
  proposedAt: by.proposed_at.toISOString(),
  decidedBy: by.decided_by,
  decidedAt: by.decided_at?.toISOString() ?? null,
});

/** The next page's `before`; null at the end. */
export const nextBefore = (page: readonly { readonly id: bigint }[], limit: number): string | null =>
  page.length < limit ? null : page.at(-1)!.id.toString();

export const waitingView = ({ firstFailedAt, lastFailedAt, ...item }: QuarantinedItem) => ({
  ...item,
  firstFailedAt: firstFailedAt.toISOString(),
  lastFailedAt: lastFailedAt.toISOString(),
});

export const actView = ({ id, actedAt, ...act }: Act) => ({
  ...act,
  id: id.toString(),
  at: actedAt.toISOString(),
});

type Found = Awaited<ReturnType<Reconciliation['breaks']>>[number];

export const breakView = (found: Found) => ({
  ...found,
  id: found.id.toString(),
  difference: found.difference.toString(),
  acts: found.acts.map((act) => ({
    ...{ kind: act.kind, action: act.action, operator: act.operator, reason: act.reason },
    entryId: act.entry_id === 0n ? null : act.entry_id.toString(),
    at: act.acted_at.toISOString(),
  })),
});

/** What is owed to a merchant, and where its payment stands. */
export const payoutView = (row: PayoutInHand) => ({
  ...{ id: row.id.toString(), clientId: row.clientId, currency: row.currency, amount: row.net.toString() },
  ...{ status: row.status, day: row.settlementDay, attempts: row.attempts, refusal: row.refusal },
  payAt: row.payAt?.toISOString() ?? null,
  account: row.account,
  /** Whether `retry` lets it leave again. */
  canRetry: row.status === 'REJECTED' && row.payAt === null,
});
