// agreement: a conversion that people make with the bank's desk, because the bank takes none by file. One person notes what
// was agreed, another one confirms it; the books then move at what was agreed, once.
import type { Transaction } from '../database/index.ts';
import { addDays } from '../system/index.ts';
import {
  type Agreement,
  decideAgreementRow,
  insertAgreementRow,
  lockAgreementRow,
  lockDealRow,
  type OpenDeal,
} from './agreement-store.ts';
import { type AgreedTerms, decideTerms, refused } from './agreement-terms.ts';
import { bookDeal, type TreasuryParts } from './treasury.ts';

export interface ProposedAgreement {
  readonly dealId: bigint;
  readonly bankReference: string;
  readonly terms: AgreedTerms;
  /** YYYY-MM-DD: when the bank moves the money. */
  readonly valueDate: string;
  readonly reason: string;
  readonly operator: string;
}

/** How many days after the day that it closes a deal's value date may lie. */
const mostDaysAhead = 30;

/** Notes what was agreed with the bank. Answers the agreement's id. Rejections: deal-refused. */
export async function proposeAgreement(
  parts: TreasuryParts,
  tx: Transaction,
  asked: ProposedAgreement,
): Promise<bigint> {
  const deal = await lockDealRow(tx, asked.dealId);
  assertOpen(deal, asked.dealId);
  const bankReference = asked.bankReference.trim();
  if (!/^[A-Za-z0-9/?:().,'+ -]{1,35}$/.test(bankReference))
    throw refused('the bank’s reference is 1 to 35 letters, digits and /-?:().,’+', 'bankReference');
  const reason = asked.reason.trim();
  if (reason === '' || reason.length > 500)
    throw refused('an agreement needs a reason of up to 500 characters', 'reason');
  const [first, last] = [deal.day, addDays(deal.day, mostDaysAhead)];
  if (!isDay(asked.valueDate) || asked.valueDate < first || asked.valueDate > last)
    throw refused(`the value date is a day from ${first} to ${last}, not "${asked.valueDate}"`, 'valueDate');
  const { rate, cost } = decideTerms(deal, asked.terms, parts.dealToleranceBps);
  const id = await parts.ids.one();
  const isNew = await insertAgreementRow(tx, {
    ...{ id, deal_id: deal.id, bank_reference: bankReference, rate, cost, value_date: asked.valueDate },
    ...{ expected_rate: deal.rate, expected_cost: deal.cost, reason },
    ...{ proposed_by: asked.operator, proposed_at: parts.clock.now() },
  });
  if (!isNew)
    throw refused(
      `deal ${deal.id} or the bank’s reference ${bankReference} has an agreement already`,
      'bankReference',
    );
  return id;
}

/** Confirms, and books the deal at what was agreed, or refuses. Another person than who noted it. Rejections: deal-refused. */
export async function decideAgreement(
  parts: TreasuryParts,
  tx: Transaction,
  asked: { id: bigint; operator: string; approved: boolean },
): Promise<Agreement> {
  const found = await lockAgreementRow(tx, asked.id);
  if (found === undefined) throw refused(`there is no agreement ${asked.id}`, 'id');
  if (found.approved !== null) throw refused(`agreement ${asked.id} is decided already`, 'id');
  if (found.proposed_by === asked.operator)
    throw refused(`${asked.operator} noted it: somebody else has to decide`, 'operator');
  const at = parts.clock.now();
  const deal = await lockDealRow(tx, found.deal_id);
  assertOpen(deal, found.deal_id);
  await decideAgreementRow(tx, { ...asked, at });
  if (asked.approved) {
    const { cost, rate } = found;
    const booked = await bookDeal(parts, tx, { ...deal, cost, rate, gain: deal.collected - cost }, at);
    if (!booked) throw refused(`deal ${deal.id} is booked already`, 'id');
  }
  return found;
}

function assertOpen(deal: OpenDeal | undefined, id: bigint): asserts deal is OpenDeal {
  if (deal === undefined) throw refused(`there is no deal ${id}`, 'id');
  if (deal.entry_id !== 0n) throw refused(`deal ${id} is booked already`, 'id');
  if (deal.by_hand_since === null)
    throw refused(`deal ${id} is made with the bank by itself: nobody notes it by hand`, 'id');
}

function isDay(text: string): boolean {
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && Temporal.PlainDate.from(text, { overflow: 'reject' }) !== null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}
