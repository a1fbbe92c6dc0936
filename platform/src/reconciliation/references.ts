// Which of our references a line means. Banks pass the end-to-end id on in another field, in free text, or only the id of
// the message: where the line's own reference is none of ours, what else it names counts if the amount agrees.
import { isBlank } from './fields.ts';
import type { ExpectedMovement, StatementLine } from './statement.ts';
import { forEach, type Steps } from './steps.ts';

/** The lines, each under the reference of the books that it means; unchanged where it means none. */
export function* withKnownReferences(
  lines: readonly StatementLine[],
  expected: readonly ExpectedMovement[],
): Steps<readonly StatementLine[]> {
  const sums = new Map<string, bigint>();
  yield* forEach(expected, ({ reference, group, currency, amount }) => {
    for (const name of new Set([reference, group]))
      if (!isBlank(name)) sums.set(`${currency} ${name}`, (sums.get(`${currency} ${name}`) ?? 0n) + amount);
  });
  const meant: StatementLine[] = [];
  yield* forEach(lines, (line) => {
    const sumUnder = (name: string) => sums.get(`${line.currency} ${name}`);
    const isKnown = line.parts.length > 0 || sumUnder(line.reference) !== undefined;
    const named = isKnown ? undefined : line.alsoNamed.find((name) => sumUnder(name) === line.amount);
    meant.push(named === undefined ? line : { ...line, reference: named });
  });
  return meant;
}
