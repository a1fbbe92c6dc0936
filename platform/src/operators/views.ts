// What operators are shown, the same from the console and from the command line: amounts as text, instants in ISO 8601.
import type { Imported, KeptProfile, StatementRow } from '../reconciliation/index.ts';
import type { Declaration } from '../settlement/index.ts';

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
