// intake: everything that happened and is not in a line yet goes into its merchant's open batch; a merchant without
// one gets a batch with the first cut-off after the earliest item. Nothing is missed, however late its transaction
// commits, and nothing is taken twice: the line's key is the event's.
import { isInfrastructureError, type Transaction } from '../database/index.ts';
import { cutOffAfter, type DeclaredDays } from './calendar.ts';
import { readDeclaredDays } from './declaration-store.ts';
import type { SettlementParts } from './parts.ts';
import {
  insertBatch,
  insertLines,
  lockIntakeRow,
  readDueToClose,
  selectHomeless,
  selectWaiting,
  updateIntake,
} from './store.ts';
import { readTerms } from './terms-store.ts';

/** Lines in one transaction; a million are several. */
const linesAtOnce = 200_000;
const maxRounds = 1_000;

const timerName = 'settlement intake';

/** Answers how many lines were added. */
export async function takeIn(parts: SettlementParts): Promise<bigint> {
  let all = 0n;
  for (let round = 0; round < maxRounds; round++) {
    const added = await takeSome(parts, await openBatches(parts));
    all += added;
    if (added > 0n) parts.onProgress?.({ taken: all });
    if (added < BigInt(linesAtOnce)) return all;
  }
  return all;
}

/** A batch for each merchant that needs one, if it can have one: whose terms allow none goes to the quarantine list. */
async function openBatches({ database, isolation, ...parts }: SettlementParts): Promise<boolean> {
  const held = await isolation.held(timerName);
  const homeless = await selectHomeless(database, held);
  if (homeless.length === 0) return true;
  const declared = await readDeclaredDays(database);
  const opened = await isolation.each(timerName, homeless, {
    key: ({ merchant_id }) => merchant_id.toString(),
    work: ({ merchant_id: merchantId, first_at: firstAt }) =>
      database.batch((tx) => openBatch(parts, tx, { merchantId, firstAt, declared })),
  });
  return opened === homeless.length;
}

/** All merchants' items together; where that fails, each merchant's by itself, so that only the one at fault waits. */
async function takeSome(parts: SettlementParts, allHaveBatches: boolean): Promise<bigint> {
  const { database, isolation } = parts;
  const held = await isolation.held(timerName);
  try {
    return await database.batch((tx) => takeLines(parts, tx, { except: held, allHaveBatches }));
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    let added = 0n;
    await isolation.each(timerName, await selectWaiting(database, held), {
      key: (merchantId) => merchantId.toString(),
      work: async (only) => {
        added += await database.batch((tx) => takeLines(parts, tx, { except: held, only, allHaveBatches }));
      },
    });
    return added;
  }
}

async function takeLines(
  { clock }: SettlementParts,
  tx: Transaction,
  of: { except: readonly string[]; only?: bigint; allHaveBatches: boolean },
): Promise<bigint> {
  const now = clock.now();
  const state = await lockIntakeRow(tx);
  const added = await insertLines(tx, { fromAt: state.fromAt, limit: linesAtOnce, ...of });
  // What waits must be looked at again: items of merchants on the quarantine list or without a batch, and where a cut-off
  // has passed, those for the batch after it.
  const isWhole =
    of.only === undefined && of.except.length === 0 && of.allHaveBatches && added < BigInt(linesAtOnce);
  const isOverdue = (await readDueToClose(tx, { by: now, limit: 1 })).length > 0;
  if (isWhole && !isOverdue) await updateIntake(tx, { ...state, at: now });
  return added;
}

/** Opens a merchant's batch with the first cut-off after `firstAt`, unless one is open. */
export async function openBatch(
  parts: Pick<SettlementParts, 'ids' | 'clock'>,
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
