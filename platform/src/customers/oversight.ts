// What operators do about a customer: freeze (one person, at once), unfreeze (two people), limits (a lower one at once, a higher one
// by two people). All of it in the transaction of the act. Rejections: act-unknown, act-refused.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids } from '../system/index.ts';
import { type Caps, capsAt, capsFault, needsTwo } from './caps.ts';
import { type AccountEventKind, insertEventRow } from './event-store.ts';
import {
  type CustomerProposal,
  decideProposalRow,
  insertCapRow,
  insertProposalRow,
  lockCustomer,
  lockProposalRow,
  type ProposalKind,
} from './oversight-store.ts';
import { selectCustomers, updateStatus } from './store.ts';

export interface OversightParts {
  readonly clock: Clock;
  readonly ids: Ids;
}

interface ByOperator {
  readonly customerId: bigint;
  readonly reason: string;
  readonly operator: string;
}

export interface AskedLimits extends ByOperator, Caps {
  /** Null: at once. */
  readonly from: Date | null;
}

const refused = (message: string) => new Rejection('act-refused', message);

async function lockKnown(tx: Transaction, id: bigint): Promise<'active' | 'blocked'> {
  const status = await lockCustomer(tx, id);
  if (status === null) throw new Rejection('act-unknown', `there is no wallet ${id}`);
  return status;
}

async function tellHim(parts: OversightParts, tx: Transaction, customerId: bigint, kind: AccountEventKind) {
  const id = await parts.ids.one();
  await insertEventRow(tx, { id, customerId, kind, detail: '', occurredAt: parts.clock.now() });
}

/** They are signed out everywhere at once, and can neither sign in nor pay; money that is owed to them still arrives. */
export async function freeze(parts: OversightParts, tx: Transaction, customerId: bigint): Promise<void> {
  if ((await lockKnown(tx, customerId)) === 'blocked') throw refused('the wallet is frozen already');
  await updateStatus(tx, customerId, 'blocked');
  await tellHim(parts, tx, customerId, 'account-frozen');
}

/** Answers the proposal's id. */
export async function proposeUnfreeze(
  parts: OversightParts,
  tx: Transaction,
  asked: ByOperator,
): Promise<bigint> {
  if ((await lockKnown(tx, asked.customerId)) === 'active') throw refused('the wallet is not frozen');
  return propose(parts, tx, { ...asked, kind: 'unfreeze', payment: null, day: null, from: null });
}

/** Answers the proposal's id where a second person has to decide; null where it counts already. */
export async function setLimits(
  parts: OversightParts,
  tx: Transaction,
  asked: AskedLimits,
): Promise<bigint | null> {
  const now = parts.clock.now();
  const from = asked.from ?? now;
  const fault = capsFault({ ...asked, from }, now);
  if (fault !== null) throw refused(fault);
  await lockKnown(tx, asked.customerId);
  const [customer] = await selectCustomers(tx, [asked.customerId]);
  const present = capsAt(customer!.caps, from);
  if (present.payment === asked.payment && present.day === asked.day)
    throw refused('these limits are set already');
  if (needsTwo(present, asked)) return propose(parts, tx, { ...asked, kind: 'limits' });
  await record(parts, tx, { ...asked, from });
  return null;
}

async function record(
  parts: OversightParts,
  tx: Transaction,
  of: Omit<AskedLimits, 'reason'> & { from: Date },
) {
  const { customerId, payment, day, from, operator: setBy } = of;
  const id = await parts.ids.one();
  await insertCapRow(tx, { id, customerId, payment, day, from, setBy, setAt: parts.clock.now() });
  await tellHim(parts, tx, customerId, 'account-limits');
}

async function propose(
  parts: OversightParts,
  tx: Transaction,
  asked: AskedLimits & { kind: ProposalKind },
): Promise<bigint> {
  const id = await parts.ids.one();
  const proposedAt = parts.clock.now();
  const { operator: proposedBy, from, ...rest } = asked;
  if (!(await insertProposalRow(tx, { ...rest, id, from: from ?? proposedAt, proposedBy, proposedAt })))
    throw refused('somebody has proposed that already: it waits for a decision');
  return id;
}

/** Why somebody may not decide it, in words; null: they may. Pure. */
export function decisionFault(found: CustomerProposal, operator: string): string | null {
  if (found.decidedBy !== null)
    return `${found.decidedBy} has ${found.approved === true ? 'approved' : 'refused'} it already`;
  return found.proposedBy === operator ? 'you proposed it: somebody else has to decide' : null;
}

export async function decideProposal(
  parts: OversightParts,
  tx: Transaction,
  asked: { id: bigint; approved: boolean; operator: string },
): Promise<CustomerProposal> {
  const found = await lockProposalRow(tx, asked.id);
  if (found === null) throw new Rejection('act-unknown', `there is no proposal ${asked.id}`);
  const fault = decisionFault(found, asked.operator);
  if (fault !== null) throw refused(fault);
  const now = parts.clock.now();
  await decideProposalRow(tx, { id: asked.id, by: asked.operator, at: now, approved: asked.approved });
  if (!asked.approved) return found;
  const { customerId, kind } = found;
  const status = await lockKnown(tx, customerId);
  if (kind === 'limits')
    await record(parts, tx, {
      ...found,
      operator: found.proposedBy,
      from: new Date(Math.max(found.from.getTime(), now.getTime())),
    });
  else if (status === 'blocked') {
    await updateStatus(tx, customerId, 'active');
    await tellHim(parts, tx, customerId, 'account-unfrozen');
  }
  return found;
}
