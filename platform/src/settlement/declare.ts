// declare: what operators add to the published calendars. One person proposes a day, another one decides; what is approved
// counts at once, also for batches whose cut-off or pay day lies ahead on a day that is now closed.

import { quarantine, type Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { localDayOf } from '../system/index.ts';
import type { SettlementTerms } from './batch.ts';
import {
  type CutOff,
  calendarsOf,
  cutOffAfter,
  type DeclaredDays,
  isWorkingDay,
  payoutAt,
  publishedYears,
} from './calendar.ts';
import { closingTimer } from './close.ts';
import {
  type Declaration,
  type DeclarationKind,
  decideDeclarationRow,
  insertDeclarationRow,
  lockDeclarationRow,
  lockMovableBatches,
  type MovableBatch,
  moveCutOffRow,
  movePayDayRow,
  readDeclaredDays,
} from './declaration-store.ts';
import type { SettlementParts } from './parts.ts';
import { readTerms } from './terms-store.ts';

export interface ProposedDeclaration {
  readonly calendar: string;
  readonly kind: DeclarationKind;
  /** YYYY-MM-DD; of a year any of its days. */
  readonly day: string;
  readonly reason: string;
  readonly operator: string;
}

/** Answers the declaration's id. Rejections: declaration-refused with the reason in words. */
export async function propose(
  parts: SettlementParts,
  tx: Transaction,
  asked: ProposedDeclaration,
): Promise<bigint> {
  const day = dayOf(asked);
  if (!publishedYears().some(({ calendar }) => calendar === asked.calendar))
    throw refused(`there is no calendar ${asked.calendar}`, 'calendar');
  const reason = asked.reason.trim();
  if (reason === '' || reason.length > 500)
    throw refused('a declaration needs a reason of up to 500 characters', 'reason');
  const id = await parts.ids.one();
  const row = { id, calendar: asked.calendar, kind: asked.kind, day, reason };
  if (!(await insertDeclarationRow(tx, { ...row, operator: asked.operator, at: parts.clock.now() })))
    throw refused(`${asked.calendar} ${day} has been proposed or declared already`, 'day');
  return id;
}

/** A day that exists, and that the declaration changes: a closed day is no weekend, a working day is one. */
function dayOf({ kind, day }: ProposedDeclaration): string {
  let date: Temporal.PlainDate;
  try {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError(day);
    date = Temporal.PlainDate.from(day, { overflow: 'reject' });
  } catch {
    throw refused(`${day} is not a day: write YYYY-MM-DD`, 'day');
  }
  if (kind === 'year') return `${date.year}-01-01`;
  if (kind === 'working' && date.dayOfWeek < 6) throw refused(`${day} is no Saturday or Sunday`, 'day');
  return date.toString();
}

/** Approves or refuses. Another person than the one who proposed it. Rejections: declaration-refused. */
export async function decide(
  parts: SettlementParts,
  tx: Transaction,
  asked: { id: bigint; operator: string; approved: boolean },
): Promise<Declaration> {
  const found = await lockDeclarationRow(tx, asked.id);
  if (found === undefined) throw refused(`there is no declaration ${asked.id}`, 'id');
  if (found.approved !== null) throw refused(`declaration ${asked.id} is decided already`, 'id');
  if (found.proposed_by === asked.operator)
    throw refused(`${asked.operator} proposed it: somebody else has to decide`, 'operator');
  const at = parts.clock.now();
  await decideDeclarationRow(tx, { ...asked, at });
  if (asked.approved && found.kind === 'closed') await moveBatches(parts, tx, found);
  return found;
}

/** Batches that were to be cut off or paid on a day that is closed now move to the next working day. */
async function moveBatches(parts: SettlementParts, tx: Transaction, closed: Declaration): Promise<void> {
  const declared = await readDeclaredDays(tx);
  const batches = await lockMovableBatches(tx, parts.clock.now());
  const terms = await readTerms(tx, [...new Set(batches.map((batch) => batch.merchant_id))]);
  for (const batch of batches) {
    const own = terms.find(
      (each) => each.merchantId === batch.merchant_id && each.currency === batch.currency,
    );
    if (own === undefined || !calendarsOf(own.calendar, own.currency).includes(closed.calendar)) continue;
    let moved: Moved;
    try {
      moved = movedBy(batch, own, { closed, declared });
    } catch (error) {
      // Terms that allow no day stop no other batch: this one waits for an operator at its own cut-off too.
      const reason = (error as Error).message;
      await quarantine(tx, { timer: closingTimer, item: batch.id.toString(), reason, at: parts.clock.now() });
      continue;
    }
    if (moved.cutOff !== undefined) await moveCutOffRow(tx, { id: batch.id, ...moved.cutOff });
    if (moved.payAt !== undefined) await movePayDayRow(tx, { id: batch.id, payAt: moved.payAt });
  }
}

interface Moved {
  readonly cutOff?: CutOff;
  readonly payAt?: Date;
}

function movedBy(
  batch: MovableBatch,
  terms: SettlementTerms,
  { closed, declared }: { closed: Declaration; declared: DeclaredDays },
): Moved {
  if (batch.status === 'OPEN') {
    const cutOff = cutOffAgain(batch, terms, declared);
    return cutOff === null ? {} : { cutOff };
  }
  if (localDayOf(batch.pay_at!, terms.timeZone) !== closed.day) return {};
  return { payAt: payoutAt({ at: batch.cut_off_at, day: batch.settlement_day }, terms, declared) };
}

function cutOffAgain(batch: MovableBatch, terms: SettlementTerms, declared: DeclaredDays): CutOff | null {
  const calendars = calendarsOf(terms.calendar, terms.currency);
  if (isWorkingDay(batch.settlement_day, calendars, declared)) return null;
  return cutOffAfter(new Date(batch.cut_off_at.getTime() - 1), terms, declared);
}

const refused = (message: string, field: string) => new Rejection('declaration-refused', message, { field });
