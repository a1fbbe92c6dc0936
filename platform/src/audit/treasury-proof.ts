// The proof of the treasury: both sides of each conversion are worth the same at its stated rate, what was realised is
// what was left, the entry posts exactly that, and no other entry converts anything.
import { convert, money, parseRate } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import { countEntriesByKind, type Entry, type HouseAccounts, readEntries } from '../ledger/index.ts';
import { type Deal, readDealPage } from '../settlement/index.ts';
import type { Clock } from '../system/index.ts';

export interface TreasuryFindings {
  readonly deals: number;
  readonly wrong: string[];
}

const pageSize = 1_000;
const maxFindings = 20;

export async function findTreasuryFaults(
  tx: Transaction,
  options: { house: HouseAccounts; clock: Clock },
): Promise<TreasuryFindings> {
  const wrong: string[] = [];
  let [deals, booked] = [0, 0n];
  for (let after = 0n; ; ) {
    const page = await readDealPage(tx, after, pageSize);
    if (page.length === 0 || wrong.length >= maxFindings) break;
    after = page.at(-1)!.id;
    const entries = await readEntries(
      tx,
      page.flatMap((deal) => (deal.entry_id === 0n ? [] : deal.entry_id)),
    );
    for (const deal of page) {
      deals += 1;
      if (deal.entry_id !== 0n) booked += 1n;
      const fault = dealFault(deal) ?? (await entryFault(deal, entries.get(deal.entry_id), options));
      if (fault !== null) wrong.push(fault);
    }
  }
  const posted = (await countEntriesByKind(tx)).get('fx-conversion') ?? 0n;
  if (posted !== booked) wrong.push(`${posted} entries convert, ${booked} conversions are booked`);
  return { deals, wrong };
}

/** What a conversion says of itself: cost by the rate, half-even; the gain is the difference. Null when it is right. */
export function dealFault(deal: Omit<Deal, 'entry_id' | 'created_at'>): string | null {
  const { id, currency, bought, home, cost, collected, gain, rate } = deal;
  const worth = convert(money(currency, bought), parseRate(currency, home, rate), 'half-even').amount;
  if (worth !== cost)
    return `conversion ${id}: ${bought} ${currency} at ${rate} are ${worth} ${home}, it states ${cost}`;
  return collected - cost === gain
    ? null
    : `conversion ${id}: of ${collected} collected ${cost} were paid, it states a gain of ${gain}`;
}

/** The position's two sides, the two banks, and what was realised: nothing more and nothing less. */
async function entryFault(
  deal: Deal,
  entry: Entry | undefined,
  { house, clock }: { house: HouseAccounts; clock: Clock },
): Promise<string | null> {
  if (deal.entry_id === 0n) return null;
  const now = clock.now();
  const { currency, home } = deal;
  const wanted = new Map<bigint, bigint>([
    [await house.open('settlement-bank', currency, now), -deal.bought],
    [await house.open('fx-position', currency, now), deal.bought],
    [await house.open('safeguarding-bank', home, now), deal.cost],
    [await house.open('fx-position', home, now), -deal.collected],
    [await house.open('fx-gain-loss', home, now), deal.gain],
  ]);
  const moved = [...wanted].filter(([, amount]) => amount !== 0n);
  const same =
    entry?.kind === 'fx-conversion' &&
    entry.subjectId === deal.id &&
    entry.postings.length === moved.length &&
    entry.postings.every((posting) => wanted.get(posting.account) === posting.amount);
  return same ? null : `conversion ${deal.id}: entry ${deal.entry_id} does not post what was exchanged`;
}
