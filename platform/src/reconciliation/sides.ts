// Which side a reversal is booked on. ISO 20022 and SWIFT give a reversal the side on which it is booked. Some banks repeat
// the side of the entry that is taken back instead. Then only the balances tell: a statement that adds up in that
// reading alone is read so; any other keeps its own sides.
import type { StatementLine } from './statement.ts';

/** Lines as they are written, and which of them are reversals. */
export interface WrittenLine extends StatementLine {
  readonly isReversal: boolean;
}

/** Turns reversals where only that adds up from opening to closing (minor units; null: the bank names none). */
export function sidesByBalance(
  lines: readonly WrittenLine[],
  of: { currency: string; opening: bigint | null; closing: bigint | null },
): StatementLine[] {
  const { opening, closing, currency } = of;
  const moved = (sign: (line: WrittenLine) => bigint) =>
    lines.reduce((all, line) => (line.currency === currency ? all + sign(line) : all), 0n);
  const own = (line: WrittenLine) => line.amount;
  const turned = (line: WrittenLine) => (line.isReversal ? -line.amount : line.amount);
  const movement = opening === null || closing === null ? null : closing - opening;
  const sign = movement !== null && moved(own) !== movement && moved(turned) === movement ? turned : own;
  return lines.map(({ isReversal: _, ...line }, place) => ({ ...line, amount: sign(lines[place]!) }));
}
