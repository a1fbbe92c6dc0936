// intake: everything that happened and is not in a line yet goes into its merchant's open batch; a merchant without
// one gets a batch with the first cut-off after the earliest item. Nothing is missed, however late its transaction
// commits, and nothing is taken twice: the line's key is the event's.
import type { Transaction } from '../database/index.ts';
import { cutOffAfter, type DeclaredDays } from './calendar.ts';
import { readDeclaredDays } from './declaration-store.ts';
import type { SettlementParts } from './parts.ts';
import {
  insertBatch,
  insertLines,
  lockIntakeRow,
  readDueToClose,
  readTerms,
  selectHomeless,
  updateIntake,
} from './store.ts';

/** Lines in one transaction; a million are several. */
const linesAtOnce = 200_000;
const maxRounds = 1_000;

/** Answers how many lines were added. */
export async function takeIn(parts: SettlementParts): Promise<bigint> {
  let all = 0n;
  for (let round = 0; round < maxRounds; round++) {
    const added = await parts.database.transaction((tx) => takeSome(parts, tx));
    all += added;
    if (added > 0n) parts.onProgress?.({ taken: all });
    if (added < BigInt(linesAtOnce)) return all;
  }
  return all;
}

async function takeSome(parts: SettlementParts, tx: Transaction): Promise<bigint> {
  const now = parts.clock.now();
  const state = await lockIntakeRow(tx);
  const homeless = await selectHomeless(tx, state.fromAt);
  if (homeless.length > 0) {
    const declared = await readDeclaredDays(tx);
    for (const { merchant_id, first_at } of homeless)
      await openBatch(parts, tx, { merchantId: merchant_id, firstAt: first_at, declared });
  }
  const added = await insertLines(tx, state.fromAt, linesAtOnce);
  // Where a cut-off has passed, items wait for the batch after it: they must be looked at again.
  const overdue = (await readDueToClose(tx, now, 1)).length > 0;
  if (added < BigInt(linesAtOnce) && !overdue) await updateIntake(tx, { ...state, at: now });
  return added;
}

/** Opens a merchant's batch with the first cut-off after `firstAt`, unless one is open. */
export async function openBatch(
  parts: SettlementParts,
  tx: Transaction,
  of: { merchantId: bigint; firstAt: Date; declared: DeclaredDays },
): Promise<void> {
  for (const terms of await readTerms(tx, [of.merchantId])) {
    const cutOff = cutOffAfter(of.firstAt, terms, of.declared);
    await insertBatch(tx, {
      id: await parts.ids.one(),
      terms,
      openedAt: parts.clock.now(),
      cutOffAt: cutOff.at,
      settlementDay: cutOff.day,
    });
  }
}
