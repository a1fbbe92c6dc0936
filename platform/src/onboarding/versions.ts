// Which version of a contract counts when: pure looks at the versions of one merchant.
import type { AgreedTerms, Fault } from './terms.ts';

export interface Version {
  readonly number: number;
  readonly terms: AgreedTerms;
  readonly effectiveFrom: Date;
  readonly agreedAt: Date;
  /** When it began to count; null while it has not. */
  readonly cameAt: Date | null;
  /** Who proposed it, who agreed and why; null for what stood before there were versions. */
  readonly agreement: Agreement | null;
}

export interface Agreement {
  readonly proposalId: bigint;
  readonly proposedBy: string;
  readonly reason: string;
  readonly approvedBy: string;
}

/** replaced: a later agreement came into effect first, so that this one never does. */
export type VersionState = 'in-effect' | 'former' | 'coming' | 'replaced';

/** The version that counts: the newest agreement of those that have come. Null where there are no versions. */
export const versionInEffect = <Of extends Pick<Version, 'number' | 'cameAt'>>(
  versions: readonly Of[],
): Of | null =>
  versions
    .filter(({ cameAt }) => cameAt !== null)
    .reduce<Of | null>(
      (newest, each) => (newest === null || each.number > newest.number ? each : newest),
      null,
    );

export function stateOf(
  version: Pick<Version, 'number' | 'cameAt'>,
  versions: readonly Pick<Version, 'number' | 'cameAt'>[],
): VersionState {
  const present = versionInEffect(versions)?.number ?? 0;
  if (version.number === present) return 'in-effect';
  if (version.cameAt !== null) return 'former';
  return version.number < present ? 'replaced' : 'coming';
}

/**
 * The version that has to begin to count now, or null. Of several whose dates have passed it is the newest agreement: one
 * that is older than what counts already has been replaced by it.
 */
export function versionDue<Of extends Pick<Version, 'number' | 'cameAt' | 'effectiveFrom'>>(
  versions: readonly Of[],
  now: Date,
): Of | null {
  const present = versionInEffect(versions)?.number ?? 0;
  const due = versions.filter((each) => each.effectiveFrom <= now && each.number > present);
  return due.reduce<Of | null>(
    (newest, each) => (newest === null || each.number > newest.number ? each : newest),
    null,
  );
}

/** How far ahead a date may lie. */
const longestAheadMs = 3 * 366 * 86_400_000;

/** A contract changes nothing that has happened. Null: from its approval. */
export function dateFaults(effectiveFrom: Date | null, now: Date): Fault[] {
  if (effectiveFrom === null) return [];
  const at = effectiveFrom.getTime();
  if (at < now.getTime())
    return [
      {
        field: 'effectiveFrom',
        message: `${effectiveFrom.toISOString()} is in the past: a contract counts from a date to come, or from its approval`,
      },
    ];
  return at > now.getTime() + longestAheadMs
    ? [{ field: 'effectiveFrom', message: 'is more than three years ahead' }]
    : [];
}

export interface Waiting {
  readonly id: bigint;
  readonly proposedBy: string;
  readonly approved: boolean | null;
  readonly decidedBy: string | null;
  readonly effectiveFrom: Date | null;
}

/** Why an operator may not decide it so now; null: they may. Who proposed may take it back, but not approve it. */
export function refusalOfDecision(
  proposal: Waiting,
  asked: { readonly operator: string; readonly approved: boolean; readonly now: Date },
): string | null {
  if (proposal.approved !== null)
    return `${proposal.decidedBy} has ${proposal.approved ? 'approved' : 'refused'} proposal ${proposal.id} already`;
  if (!asked.approved) return null;
  if (proposal.proposedBy === asked.operator)
    return `${asked.operator} proposed it: somebody else has to approve`;
  const [late] = dateFaults(proposal.effectiveFrom, asked.now);
  return late === undefined ? null : `${late.message}; refuse it and propose it again`;
}
