// What operators do about customers, from the console and from the command line: each with its row in the trail, in one transaction.
// What they are shown is masked; neither a phone number nor a name stands in the trail.
import {
  type AskedLimits,
  type Caps,
  type Customer,
  type CustomerProposal,
  type Customers,
  capsAt,
  maskName,
  maskPhone,
  phoneOf,
  readProposals,
} from '../customers/index.ts';
import type { Database } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Member, Staff } from '../staff/index.ts';
import type { Clock } from '../system/index.ts';

export interface CustomerActParts {
  readonly staff: Staff;
  readonly customers: Customers;
  readonly database: Database;
  readonly clock: Clock;
}

interface Asked {
  readonly customerId: bigint;
  readonly reason: string;
}

/** By the exact phone number or the wallet's number. Rejections: act-unknown. */
export async function findCustomer(
  parts: CustomerActParts,
  member: Member,
  { key, reason }: { key: string; reason: string },
) {
  const found = await lookUp(parts, key);
  const object = found === null ? 'customer/none' : `customer/${found.id}`;
  const act = { memberId: member.id, act: 'customer.find', object, detail: reason };
  // Also a look-up that found nobody is one.
  const proposals = await parts.staff.act(act, async (tx) =>
    found === null ? [] : readProposals(tx, { customerId: found.id, onlyWaiting: true }),
  );
  if (found === null) throw new Rejection('act-unknown', 'no wallet has this phone number or number');
  return customerView(found, proposals, parts.clock.now());
}

/** A phone number has its plus or is a mainland mobile's; any other row of digits is a wallet's number. */
async function lookUp({ customers }: CustomerActParts, key: string): Promise<Customer | null> {
  const phone = phoneOf(key);
  if (phone !== null) return customers.findByPhone(phone);
  return /^\d{1,18}$/.test(key) ? customers.find(BigInt(key)) : null;
}

export function freezeCustomer(
  { staff, customers }: CustomerActParts,
  member: Member,
  { customerId, reason }: Asked,
): Promise<void> {
  const act = {
    memberId: member.id,
    act: 'customer.freeze',
    object: `customer/${customerId}`,
    detail: reason,
  };
  return staff.act(act, (tx) => customers.oversight.freeze(tx, customerId));
}

/** Answers the proposal's id. */
export function unfreezeCustomer(
  { staff, customers }: CustomerActParts,
  member: Member,
  asked: Asked,
): Promise<bigint> {
  const object = `customer/${asked.customerId}`;
  const act = { memberId: member.id, act: 'customer.unfreeze.propose', object, detail: asked.reason };
  return staff.act(act, (tx) =>
    customers.oversight.proposeUnfreeze(tx, { ...asked, operator: member.username }),
  );
}

const capText = (cap: bigint | null): string => (cap === null ? 'none' : cap.toString());

/** Answers the proposal's id; null where the limits count already. */
export function setCustomerLimits(
  { staff, customers }: CustomerActParts,
  member: Member,
  asked: Omit<AskedLimits, 'operator'>,
): Promise<bigint | null> {
  const from = asked.from === null ? '' : ` from ${asked.from.toISOString()}`;
  const detail = `payment ${capText(asked.payment)}, day ${capText(asked.day)}${from}: ${asked.reason}`;
  const act = { memberId: member.id, act: 'customer.limits', object: `customer/${asked.customerId}`, detail };
  return staff.act(act, (tx) => customers.oversight.setLimits(tx, { ...asked, operator: member.username }));
}

export async function decideCustomerProposal(
  { staff, customers }: CustomerActParts,
  member: Member,
  { id, approved, reason }: { id: bigint; approved: boolean; reason: string },
): Promise<void> {
  const act = approved ? 'customer.approve' : 'customer.refuse';
  const row = { memberId: member.id, act, object: `customer-proposal/${id}`, detail: reason };
  await staff.act(row, (tx) =>
    customers.oversight.decideProposal(tx, { id, approved, operator: member.username }),
  );
}

export const customerProposals = async ({ database }: Pick<CustomerActParts, 'database'>) =>
  (await readProposals(database, { customerId: null, onlyWaiting: true })).map(customerProposalView);

const capsView = ({ payment, day }: Caps) => ({
  ...{ payment: payment?.toString() ?? null, day: day?.toString() ?? null },
});

const customerProposalView = ({ id, customerId, from, ...rest }: CustomerProposal) => ({
  ...{ ...rest, ...capsView(rest), id: id.toString(), customerId: customerId.toString() },
  ...{ from: from.toISOString(), proposedAt: rest.proposedAt.toISOString() },
  decidedAt: rest.decidedAt?.toISOString() ?? null,
});

function customerView(found: Customer, proposals: readonly CustomerProposal[], now: Date) {
  return {
    ...{ id: found.id.toString(), phone: maskPhone(found.phone), name: maskName(found.name) },
    ...{ kycClass: found.kycClass, region: found.region, since: found.createdAt.toISOString() },
    status: found.status === 'active' ? ('active' as const) : ('frozen' as const),
    caps: capsView(capsAt(found.caps, now)),
    comingCaps: (found.caps ?? [])
      .filter(({ from }) => from > now)
      .map((cap) => ({ ...capsView(cap), from: cap.from.toISOString() })),
    ownLimits: capsView(found.ownLimits),
    proposals: proposals.map(customerProposalView),
  };
}
