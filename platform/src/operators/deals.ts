// Conversions that people agree with the bank's desk: what is listed, noted and confirmed, from the console and from the command
// line alike. An act and its row in the trail are one transaction.
import type { HandDeals, NewAgreement } from '@tongbao/protocol/console';
import type { HandDeal, Settlement } from '../settlement/index.ts';
import type { Member, Staff } from '../staff/index.ts';

export interface DealActParts {
  readonly staff: Staff;
  readonly settlement: Settlement;
}

/** What waits for people. */
export async function handDeals({ settlement }: Pick<DealActParts, 'settlement'>): Promise<HandDeals> {
  const { deals, toleranceBps } = await settlement.handDeals();
  return { deals: deals.map(viewOf), toleranceBps };
}

const viewOf = ({ deal, agreement }: HandDeal): HandDeals['deals'][number] => ({
  ...{ id: deal.id.toString(), day: deal.day, currency: deal.currency, bought: deal.bought.toString() },
  ...{ homeCurrency: deal.home, expectedCost: deal.cost.toString(), expectedRate: deal.rate },
  since: deal.by_hand_since!.toISOString(),
  agreement:
    agreement === null
      ? null
      : {
          ...{ id: agreement.id.toString(), bankReference: agreement.bank_reference, rate: agreement.rate },
          ...{ cost: agreement.cost.toString(), better: (deal.cost - agreement.cost).toString() },
          ...{ valueDate: agreement.value_date, reason: agreement.reason },
          ...{ proposedBy: agreement.proposed_by, proposedAt: agreement.proposed_at.toISOString() },
        },
});

/** Notes what was agreed with the bank; answers the agreement's id. Rejections: deal-refused. */
export function agreeDeal(
  { staff, settlement }: DealActParts,
  member: Member,
  { id, agreed }: { id: bigint; agreed: NewAgreement },
): Promise<bigint> {
  const { terms, bankReference, valueDate, reason } = agreed;
  const said =
    'rate' in terms
      ? ({ kind: 'rate', rate: terms.rate } as const)
      : ({ kind: 'amounts', bought: BigInt(terms.bought), cost: BigInt(terms.cost) } as const);
  const words = said.kind === 'rate' ? `at ${said.rate}` : `${said.bought} for ${said.cost}`;
  const detail = `${bankReference}, ${words}, value ${valueDate}: ${reason}`;
  return staff.act({ memberId: member.id, act: 'deal.agree', object: `deal/${id}`, detail }, (tx) =>
    settlement.proposeAgreement(tx, {
      ...{ dealId: id, bankReference, terms: said, valueDate, reason },
      operator: member.username,
    }),
  );
}

/** By somebody else than who noted it: books the deal at what was agreed, or refuses. Rejections: deal-refused. */
export async function decideAgreement(
  { staff, settlement }: DealActParts,
  member: Member,
  { id, approved, reason }: { id: bigint; approved: boolean; reason: string },
): Promise<void> {
  const act = approved ? 'deal.approve' : 'deal.refuse';
  await staff.act({ memberId: member.id, act, object: `deal-agreement/${id}`, detail: reason }, (tx) =>
    settlement.decideAgreement(tx, { id, operator: member.username, approved }),
  );
}
