// Two people for what changes a merchant: one proposes with a reason, another one decides with a reason. One of a kind waits
// at a time; of two who decide at once the second hears who was first.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { OnboardingParts } from './parts.ts';
import {
  decideProposalRow,
  insertProposalRow,
  lockProposalRow,
  type ProposalKind,
  type ProposalRow,
  readWaitingProposals,
} from './store.ts';
import { refusalOfDecision } from './versions.ts';

export interface NewProposal {
  readonly kind: ProposalKind;
  /** The merchant; of an admission the application. */
  readonly subjectId: bigint;
  readonly content: object;
  /** Null: from its approval. */
  readonly effectiveFrom: Date | null;
  readonly reason: string;
  readonly operator: string;
}

/** Answers the proposal's id. Rejections: onboarding-refused. */
export async function propose(
  { ids, clock }: Pick<OnboardingParts, 'ids' | 'clock'>,
  tx: Transaction,
  of: NewProposal,
): Promise<bigint> {
  const id = await ids.one();
  const row = { id, kind: of.kind, subject_id: of.subjectId, content: of.content, reason: of.reason };
  const by = { effective_from: of.effectiveFrom, proposed_by: of.operator, proposed_at: clock.now() };
  if (await insertProposalRow(tx, { ...row, ...by })) return id;
  const waiting = (await readWaitingProposals(tx, of.subjectId)).find(({ kind }) => kind === of.kind);
  throw new Rejection(
    'onboarding-refused',
    `proposal ${waiting?.id ?? ''} of ${waiting?.proposed_by ?? 'somebody'} waits for a decision: decide it first`,
  );
}

export interface Decision {
  readonly id: bigint;
  readonly operator: string;
  readonly approved: boolean;
  readonly reason: string;
}

/** Writes the decision down; answers the proposal, which the caller carries out. Rejections: onboarding-refused. */
export async function decide(
  { clock }: Pick<OnboardingParts, 'clock'>,
  tx: Transaction,
  asked: Decision,
): Promise<ProposalRow> {
  const found = await lockProposalRow(tx, asked.id);
  if (found === undefined) throw new Rejection('onboarding-refused', `there is no proposal ${asked.id}`);
  const now = clock.now();
  const refusal = refusalOfDecision(
    {
      ...{ id: found.id, proposedBy: found.proposed_by, approved: found.approved },
      ...{ decidedBy: found.decided_by, effectiveFrom: found.effective_from },
    },
    { ...asked, now },
  );
  if (refusal !== null) throw new Rejection('onboarding-refused', refusal);
  await decideProposalRow(tx, { ...asked, at: now });
  return found;
}
