// What operators do day by day: breaks by two people, held rates by two people, items that wait for a person, rejected payouts, keys.
// Each act and its row in the trail are one transaction. Rejections: act-unknown, act-refused.
import { releaseItem, tell } from '../database/index.ts';
import type { Fx } from '../fx/index.ts';
import type { Reconciliation } from '../reconciliation/index.ts';
import { Rejection } from '../rejection.ts';
import type { Settlement } from '../settlement/index.ts';
import type { Member, Staff } from '../staff/index.ts';
import type { KeyPurpose } from '../system/index.ts';

interface OfStaff {
  readonly staff: Staff;
}

type Propose = Parameters<Reconciliation['propose']>[1];

export function proposeClosing(
  { staff, reconciliation }: OfStaff & { reconciliation: Reconciliation },
  member: Member,
  asked: Omit<Propose, 'operator'>,
): Promise<unknown> {
  const detail = `${asked.action}: ${asked.reason}`;
  const act = { memberId: member.id, act: 'break.propose', object: `break/${asked.breakId}`, detail };
  return staff.act(act, (tx) => reconciliation.propose(tx, { ...asked, operator: member.username }));
}

export function decideClosing(
  { staff, reconciliation }: OfStaff & { reconciliation: Reconciliation },
  member: Member,
  { breakId, act, reason }: { breakId: bigint; act: 'approve' | 'refuse'; reason: string },
): Promise<unknown> {
  const row = { memberId: member.id, act: `break.${act}`, object: `break/${breakId}`, detail: reason };
  return staff.act(row, async (tx) => {
    await reconciliation[act](tx, { breakId, operator: member.username, reason });
  });
}

interface RateAct {
  readonly currency: string;
  readonly date: string;
  readonly reason: string;
}

/** A maker says that a held rate is right. */
export function proposeHeldRate(
  { fx, staff }: OfStaff & { fx: Fx },
  member: Member,
  { currency, date, reason }: RateAct,
): Promise<void> {
  const object = `rate/${currency}/${date}`;
  return staff.act({ memberId: member.id, act: 'rate.propose', object, detail: reason }, async (tx) => {
    if (!(await fx.propose(tx, { currency, date, by: member.username })))
      throw new Rejection('act-unknown', 'no such rate is held');
  });
}

/** A checker, who is somebody else, lets it be quoted. */
export function confirmHeldRate(
  { fx, staff }: OfStaff & { fx: Fx },
  member: Member,
  { currency, date, reason }: RateAct,
): Promise<void> {
  const object = `rate/${currency}/${date}`;
  return staff.act({ memberId: member.id, act: 'rate.confirm', object, detail: reason }, async (tx) => {
    const outcome = await fx.confirm(tx, { currency, date, by: member.username });
    if (outcome === 'not-held') throw new Rejection('act-unknown', 'no such rate is held');
    if (outcome === 'not-proposed')
      throw new Rejection('act-refused', 'nobody has proposed it: a maker does first');
    if (outcome === 'same-person')
      throw new Rejection('act-refused', 'you proposed it: somebody else has to confirm');
  });
}

/** Takes an item off the list, so that its timer works on it again. */
export function releaseWaiting(
  { staff }: OfStaff,
  member: Member,
  { timer, item, reason }: { timer: string; item: string; reason: string },
): Promise<void> {
  const object = `quarantine/${timer}/${item}`;
  return staff.act({ memberId: member.id, act: 'item.release', object, detail: reason }, async (tx) => {
    if (!(await releaseItem(tx, { timer, item })))
      throw new Rejection('act-unknown', 'the item is not on the list');
  });
}

/** Lets a payout that the bank rejected leave once more, under a new reference, to the account that the contract names now. */
export function retryPayout(
  { staff, settlement }: OfStaff & { settlement: Settlement },
  member: Member,
  { batchId, reason }: { batchId: bigint; reason: string },
): Promise<void> {
  const act = { memberId: member.id, act: 'payout.retry', object: `batch/${batchId}`, detail: reason };
  return staff.act(act, (tx) => settlement.retryPayout(tx, batchId));
}

/** A change of the key file: its row in the trail, the file, and the word to all processes, or none of them. */
export function changeKeys<Made>(
  { staff }: OfStaff,
  member: Member,
  of: {
    readonly act: 'keys.rotate' | 'keys.forget';
    readonly purpose: KeyPurpose;
    readonly detail: string;
    /** Changes the file; throws where that cannot be. */
    readonly change: () => Promise<Made>;
  },
): Promise<Made> {
  const { act, purpose, detail } = of;
  return staff.act({ memberId: member.id, act, object: `key/${purpose}`, detail }, async (tx) => {
    await tell(tx, 'keys');
    // The file is last: a file that could not be changed leaves no row that says it was.
    return of.change();
  });
}
