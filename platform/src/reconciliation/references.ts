// Which of our references a line means. Banks pass the end-to-end id on in another field, in free text, or only the id of
// the message: where the line's own reference is none of ours, what else it names counts if the amount agrees.
import { isBlank } from './fields.ts';
import type { ExpectedMovement, StatementLine } from './statement.ts';

/** The lines, each under the reference of the books that it means; unchanged where it means none. */
export function withKnownReferences(
  lines: readonly StatementLine[],
  expected: readonly ExpectedMovement[],
): readonly StatementLine[] {
  const sums = new Map<string, bigint>();
  for (const { reference, group, currency, amount } of expected)
    for (const name of new Set([reference, group]))
      if (!isBlank(name)) sums.set(`${currency} ${name}`, (sums.get(`${currency} ${name}`) ?? 0n) + amount);
  return lines.map((line) => {
    const sumUnder = (name: string) => sums.get(`${line.currency} ${name}`);
    if (line.parts.length > 0 || sumUnder(line.reference) !== undefined) return line;
    const named = line.alsoNamed.find((name) => sumUnder(name) === line.amount);
    return named === undefined ? line : { ...line, reference: named };
  });
}
