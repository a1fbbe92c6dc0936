// Recomputes settlement from payments and refunds alone. Written from docs/guides/settlement.md; it imports nothing of
// the platform, has its own arithmetic and its own list of days on which banks were closed.

/** A payment or refund as the shop's own books have it; amounts in minor units. */
export interface Movement {
  readonly kind: 'PAYMENT' | 'REFUND';
  readonly requestId: string;
  readonly amount: bigint;
  /** The discount fee: charged for a payment, returned with a refund. */
  readonly fee: bigint;
  readonly at: Date;
}

export interface Agreement {
  /** Hours that the shop's clock is ahead of UTC in that month. */
  readonly zoneHours: number;
  readonly closedDays: readonly string[];
  /** Saturdays and Sundays on which banks work instead of another day. */
  readonly workedDays?: readonly string[];
  readonly cycleDays: number;
  readonly cutOffMinute: number;
  readonly minPayout: bigint;
  readonly fixedFee: bigint;
  readonly refundFee: bigint;
  readonly taxBps: bigint;
  readonly reserveBps: bigint;
  readonly reserveDays: number;
}

export interface ExpectedBatch {
  readonly day: string;
  readonly payDay: string;
  readonly rollOvers: number;
  readonly lines: number;
  readonly gross: bigint;
  readonly fees: bigint;
  readonly adjustments: bigint;
  readonly net: bigint;
  readonly requestIds: readonly string[];
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const afterDay = (day: string): string => dateText(Date.parse(`${day}T12:00:00Z`) + dayMs);

type BankDays = Pick<Agreement, 'closedDays' | 'workedDays'>;

function bankDay(day: string, { closedDays: closed, workedDays }: BankDays): boolean {
  if (workedDays?.includes(day)) return true;
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !closed.includes(day);
}

function bankDayFrom(day: string, of: BankDays): string {
  let candidate = day;
  while (!bankDay(candidate, of)) candidate = afterDay(candidate);
  return candidate;
}

const cutOffOf = (day: string, of: Agreement): number =>
  Date.parse(`${day}T00:00:00Z`) + of.cutOffMinute * 60_000 - of.zoneHours * hourMs;

/** The day whose cut-off is the first after an instant. */
function settlementDayOf(at: number, of: Agreement): string {
  let day = bankDayFrom(dateText(at + of.zoneHours * hourMs), of);
  while (cutOffOf(day, of) <= at) day = bankDayFrom(afterDay(day), of);
  return day;
}

/** Basis points, to the nearest unit, ties to the even one. */
function basisPoints(amount: bigint, bps: bigint): bigint {
  const negative = amount < 0n;
  const scaled = (negative ? -amount : amount) * bps;
  const below = scaled / 10_000n;
  const rest = scaled - below * 10_000n;
  const up = rest > 5_000n || (rest === 5_000n && below % 2n === 1n);
  const rounded = up ? below + 1n : below;
  return negative ? -rounded : rounded;
}

interface Item {
  readonly at: number;
  readonly requestId: string | null;
  readonly gross: bigint;
  readonly fees: bigint;
  readonly adjustment: bigint;
}

function itemOf(movement: Movement, of: Agreement): Item {
  const payment = movement.kind === 'PAYMENT';
  const fees = payment ? -movement.fee - of.fixedFee : movement.fee - of.refundFee;
  return {
    at: movement.at.getTime(),
    requestId: movement.requestId,
    gross: payment ? movement.amount : -movement.amount,
    fees: fees + basisPoints(fees, of.taxBps),
    adjustment: 0n,
  };
}

/** The closed batches that the movements must lead to by `until`, oldest first, and what stays open. */
export function recompute(
  movements: readonly Movement[],
  of: Agreement,
  until: Date,
): { closed: ExpectedBatch[]; open: bigint } {
  const waiting: Item[] = movements.map((movement) => itemOf(movement, of)).sort((a, b) => a.at - b.at);
  const closed: ExpectedBatch[] = [];
  let batch: Item[] = [];
  let rollOvers = 0;
  let day = waiting.length === 0 ? null : settlementDayOf(waiting[0]!.at, of);
  while (day !== null && cutOffOf(day, of) <= until.getTime()) {
    const cutOff = cutOffOf(day, of);
    while (waiting.length > 0 && waiting[0]!.at < cutOff) batch.push(waiting.shift()!);
    const sum = (field: (item: Item) => bigint) => batch.reduce((all, item) => all + field(item), 0n);
    const earned = sum((item) => item.gross + item.fees);
    const before = earned + sum((item) => item.adjustment);
    const reserve = earned > 0n ? basisPoints(earned, of.reserveBps) : 0n;
    if (batch.length > 0 && before - reserve > 0n && before - reserve >= of.minPayout) {
      let payDay = day;
      for (let left = of.cycleDays; left > 0; left--) payDay = bankDayFrom(afterDay(payDay), of);
      closed.push({
        day,
        payDay,
        rollOvers,
        lines: batch.length + (reserve > 0n ? 1 : 0),
        gross: sum((item) => item.gross),
        fees: sum((item) => item.fees),
        adjustments: sum((item) => item.adjustment) - reserve,
        net: before - reserve,
        requestIds: batch.flatMap((item) => item.requestId ?? []).sort(),
      });
      if (reserve > 0n) {
        const release = cutOff + of.reserveDays * dayMs;
        const back = { at: release, requestId: null, gross: 0n, fees: 0n, adjustment: reserve };
        waiting.push(back);
        waiting.sort((a, b) => a.at - b.at);
      }
      batch = [];
      rollOvers = 0;
    } else if (batch.length > 0) rollOvers += 1;
    const next = batch.length > 0 ? cutOff : waiting[0]?.at;
    day = next === undefined ? null : settlementDayOf(Math.max(next, cutOff), of);
  }
  const left = [...batch, ...waiting.filter((item) => item.at <= until.getTime())];
  return { closed, open: left.reduce((all, item) => all + item.gross + item.fees + item.adjustment, 0n) };
}

/** Reads a report file: columns by name, the last line `<END>`. Its quoting is undone. */
export function readReport(text: string): Record<string, string>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.pop() !== '<END>') throw new Error('the file has no <END>');
  const cells = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      (match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '',
    );
  const [header = [], ...rows] = lines.map(cells);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

/** Minor units of a major-unit text with so many decimals. Empty is zero. */
export function minorOf(text: string, decimals: number): bigint {
  if (text === '') return 0n;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null || (match[3] ?? '').length !== decimals) throw new Error(`"${text}" is not an amount`);
  const value = BigInt(`${match[2]}${match[3] ?? ''}`);
  return match[1] === '-' ? -value : value;
}
