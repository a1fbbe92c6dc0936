// Matching, pure: lines and movements meet 1:1, 1:n and n:1 by reference, by the group they were sent in, and last by
// amount and date where the bank passed no reference on. What does not meet is a break that names the field.
import { formatMajor, money } from '@tongbao/money';
import { addDays, daysBetween } from '../system/index.ts';
import { isBlank } from './fields.ts';
import { withKnownReferences } from './references.ts';
import type { Break, BreakKind, ExpectedMovement, Statement, StatementLine } from './statement.ts';
import { atOnce, forEach, type Steps } from './steps.ts';

export interface Reconciled {
  /** Lines that agree with the books, alone or together. */
  readonly matched: number;
  readonly breaks: readonly Break[];
}

export interface MatchRules {
  /** Days between our booking and the bank's. */
  readonly dateWindowDays: number;
  /** The account's balance in the books before the statement; null where it is not compared. */
  readonly openingInBooks: bigint | null;
  /** References that former statements of the account had already. */
  readonly seen: ReadonlySet<string>;
  /** References that a former statement's break already says to be missing. */
  readonly reportedMissing: ReadonlySet<string>;
}

const show = (currency: string, amount: bigint): string => formatMajor(money(currency, amount));
const sumOf = (items: readonly { readonly amount: bigint }[]): bigint =>
  items.reduce((all, item) => all + item.amount, 0n);
const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

function* groupBy<Item>(items: Iterable<Item>, key: (item: Item) => string): Steps<Map<string, Item[]>> {
  const groups = new Map<string, Item[]>();
  yield* forEach(items, (item) => {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  });
  return groups;
}

export const reconcile = (
  written: Statement,
  expected: readonly ExpectedMovement[],
  rules: MatchRules,
): Reconciled => atOnce(reconcileSteps(written, expected, rules));

/** The same in steps. */
export function* reconcileSteps(
  written: Statement,
  expected: readonly ExpectedMovement[],
  rules: MatchRules,
): Steps<Reconciled> {
  const statement = { ...written, lines: yield* withKnownReferences(written.lines, expected) };
  const work = new Matching(statement, rules);
  // Sets keep their order and forget at once: a day of a bank has tens of thousands of lines.
  const lines = new Set(statement.lines);
  const movements = new Set(expected);
  const drop = (usedLines: readonly StatementLine[], usedMovements: readonly ExpectedMovement[]) => {
    for (const line of usedLines) lines.delete(line);
    for (const movement of usedMovements) movements.delete(movement);
  };
  const left: Left = { lines, movements, drop, windowDays: rules.dateWindowDays };
  yield* forEach(statement.lines, (line) => {
    if (isBlank(line.reference) || !rules.seen.has(line.reference)) return;
    work.again(line);
    lines.delete(line);
  });
  yield* meetByReference(work, { ...left, expected, written: statement.lines });
  yield* meetByAmount(work, left);
  // What we booked just before or after the statement's days may be on its neighbours.
  const { fromDay, toDay } = statement;
  yield* forEach(statement.continues === true ? [] : movements, (movement) => {
    if (movement.day >= fromDay && movement.day <= toDay && !rules.seen.has(movement.reference))
      if (!rules.reportedMissing.has(movement.reference)) work.missing(movement);
  });
  yield* forEach(lines, (line) => work.unexpected(line));
  work.balances();
  return { matched: work.matched, breaks: work.breaks };
}

/** By the references of a batch's parts, then by the line's own, then by the group that movements were sent in. */
function* meetByReference(
  work: Matching,
  of: Left & { expected: readonly ExpectedMovement[]; written: readonly StatementLine[] },
): Steps<void> {
  const { lines, movements, drop } = of;
  const byOwnReference = new Map<string, ExpectedMovement>();
  yield* forEach(of.expected, (movement) => byOwnReference.set(movement.reference, movement));
  yield* forEach(of.written, (line) => {
    const own = line.parts.flatMap((part) => byOwnReference.get(part) ?? []);
    if (own.length === 0 || !lines.has(line)) return;
    work.together(own, [line]);
    drop([line], own);
  });
  const byReference = yield* groupBy(lines, (line) => line.reference);
  for (const name of ['reference', 'group'] as const)
    yield* forEach(yield* groupBy(movements, (movement) => movement[name]), ([shared, own]) => {
      if (isBlank(shared)) return;
      const found = (byReference.get(shared) ?? []).filter((line) => lines.has(line));
      if (found.length === 0) return;
      work.together(own, found);
      drop(found, own);
    });
}

interface Left {
  readonly lines: Set<StatementLine>;
  readonly movements: Set<ExpectedMovement>;
  readonly drop: (lines: readonly StatementLine[], movements: readonly ExpectedMovement[]) => void;
  readonly windowDays: number;
}

/** What is left meets by amount and day where one line and one movement have nobody else: anything else is a guess. */
function* meetByAmount(work: Matching, { lines, movements, drop, windowDays }: Left): Steps<void> {
  const key = (each: { currency: string; amount: bigint }, day: string) =>
    `${each.currency} ${each.amount} ${day}`;
  const linesByDay = yield* groupBy(lines, (line) => key(line, line.day));
  const movementsByDay = yield* groupBy(movements, (movement) => key(movement, movement.day));
  // A statement has few days and many lines.
  const known = new Map<string, string[]>();
  const around = (day: string): string[] => {
    let days = known.get(day);
    if (days === undefined) {
      days = Array.from({ length: 2 * windowDays + 1 }, (_, place) => addDays(day, place - windowDays));
      known.set(day, days);
    }
    return days;
  };
  /** At most two: more than one is as good as many, and a day may have thousands of equal amounts. */
  const near = <Item>(groups: Map<string, Item[]>, of: StatementLine | ExpectedMovement, left: Set<Item>) => {
    const found: Item[] = [];
    for (const day of around(of.day))
      for (const item of groups.get(key(of, day)) ?? [])
        if (left.has(item) && found.push(item) === 2) return found;
    return found;
  };
  yield* forEach([...lines], (line) => {
    const [only, another] = near(movementsByDay, line, movements);
    if (only === undefined || another !== undefined) return;
    if (near(linesByDay, only, lines).length !== 1) return;
    work.byAmount(only, line);
    drop([line], [only]);
  });
}

class Matching {
  readonly breaks: Break[] = [];
  matched = 0;
  readonly #statement: Statement;
  readonly #rules: MatchRules;

  constructor(statement: Statement, rules: MatchRules) {
    this.#statement = statement;
    this.#rules = rules;
  }

  #say(kind: BreakKind, of: Omit<Break, 'kind'>): void {
    this.breaks.push({ kind, ...of });
  }

  /** Movements and lines that name the same thing: 1:1, 1:n or n:1. */
  together(movements: readonly ExpectedMovement[], lines: readonly StatementLine[]): void {
    const [movement] = movements as [ExpectedMovement];
    const wanted = sumOf(movements);
    if (movements.length === 1 && lines.length > 1) {
      const exact = lines.filter((line) => line.amount === wanted && line.currency === movement.currency);
      // Once is right; what is booked besides it under the same reference is booked twice.
      if (exact.length > 0) {
        this.#pair(movement, exact[0]!);
        for (const line of lines) if (line !== exact[0]) this.#duplicate(movement, line);
        return;
      }
    }
    if (movements.length === 1 && lines.length === 1) {
      this.#pair(movement, lines[0]!);
      return;
    }
    const strange = lines.filter((line) => line.currency !== movement.currency);
    if (strange.length > 0) {
      for (const line of strange) this.#currency(movement, line);
      return;
    }
    if (sumOf(lines) !== wanted) {
      const { day } = lines[0]!;
      this.#amount(movement, wanted, { amount: sumOf(lines), charge: sumOf(chargesOf(lines)), day });
      return;
    }
    const late = lines.find((line) => this.#late(movement, line));
    if (late === undefined) this.matched += lines.length;
    else this.#date(movement, late);
  }

  #pair(movement: ExpectedMovement, line: StatementLine): void {
    if (line.currency !== movement.currency) this.#currency(movement, line);
    else if (line.amount !== movement.amount) this.#amount(movement, movement.amount, line);
    else if (this.#late(movement, line)) this.#date(movement, line);
    else if (line.charge !== 0n) this.#fee(movement, line, 0n);
    else this.matched += 1;
  }

  #late(movement: ExpectedMovement, line: StatementLine): boolean {
    return Math.abs(daysBetween(movement.day, line.day)) > this.#rules.dateWindowDays;
  }

  #currency(movement: ExpectedMovement, line: StatementLine): void {
    const { reference, currency } = movement;
    const sides = {
      expected: `${currency} ${show(currency, movement.amount)}`,
      actual: `${line.currency} ${show(line.currency, line.amount)}`,
    };
    const difference = -movement.amount;
    this.#say('currency', { reference, field: 'currency', ...sides, currency, difference, day: line.day });
  }

  #amount(movement: ExpectedMovement, wanted: bigint, found: Found): void {
    const { reference, currency } = movement;
    const difference = found.amount - wanted;
    if (found.charge > 0n && -difference === found.charge) {
      this.#fee(movement, found, difference);
      return;
    }
    // The same figure on the other side is no amount that is wrong but a direction.
    const field = found.amount === -wanted ? 'direction' : 'amount';
    const word = (amount: bigint) =>
      field === 'amount'
        ? show(currency, amount)
        : `${amount < 0n ? 'debit' : 'credit'} ${show(currency, absolute(amount))}`;
    const sides = { expected: word(wanted), actual: word(found.amount) };
    this.#say('amount', { reference, field, ...sides, currency, difference, day: found.day });
  }

  #fee(
    movement: { reference: string; currency: string },
    found: Omit<Found, 'amount'>,
    difference: bigint,
  ): void {
    const { reference, currency } = movement;
    const { charge, day } = found;
    const sides = { expected: show(currency, 0n), actual: show(currency, charge) };
    this.#say('fee', { reference, field: 'charge', ...sides, currency, difference, day });
  }

  #date(movement: ExpectedMovement, line: StatementLine): void {
    const { reference, currency, day } = movement;
    this.#say('date', {
      reference,
      field: 'bookingDate',
      expected: day,
      actual: line.day,
      currency,
      difference: 0n,
      day: line.day,
    });
  }

  #duplicate(movement: ExpectedMovement, line: StatementLine): void {
    const { reference } = movement;
    const { currency } = line;
    this.#say('duplicate', {
      reference,
      field: 'entry',
      expected: 'booked once',
      actual: `again as ${line.number}: ${show(currency, line.amount)}`,
      currency,
      difference: line.amount,
      day: line.day,
    });
  }

  again(line: StatementLine): void {
    const { reference, currency, amount, day } = line;
    this.#say('duplicate', {
      day,
      reference,
      field: 'entry',
      expected: 'on a former statement',
      actual: `again as ${line.number}: ${show(currency, amount)}`,
      currency,
      difference: amount,
    });
  }

  /** Same amount, same days: a match where the bank passed no reference on, a break where it passed another. */
  byAmount(movement: ExpectedMovement, line: StatementLine): void {
    if (isBlank(line.reference)) {
      this.matched += 1;
      return;
    }
    const { reference, currency } = movement;
    const sides = { expected: reference, actual: line.reference };
    const { day } = line;
    this.#say('reference', { reference, field: 'reference', ...sides, currency, difference: 0n, day });
  }

  missing(movement: ExpectedMovement): void {
    const { reference, currency, amount } = movement;
    this.#say('missing', {
      reference,
      field: 'entry',
      expected: `${show(currency, amount)} on ${movement.day}`,
      actual: 'not on the statement',
      currency,
      difference: -amount,
      day: movement.day,
    });
  }

  unexpected(line: StatementLine): void {
    const { currency, amount, day } = line;
    const reference = line.reference === '' ? line.number : line.reference;
    // What the reader split off a batch as the bank's charge.
    if (line.charge !== 0n && amount === -line.charge) {
      this.#fee({ reference, currency }, line, amount);
      return;
    }
    this.#say('unexpected', {
      day,
      reference,
      field: 'entry',
      expected: 'nothing in the books',
      actual: `${show(currency, amount)} on ${line.day}`,
      currency,
      difference: amount,
    });
  }

  balances(): void {
    const { opening, closing, currency, statementId, lines, fromDay, toDay } = this.#statement;
    const { openingInBooks } = this.#rules;
    const say = (field: string, expected: bigint, actual: bigint) =>
      this.#say('balance', {
        reference: statementId,
        field,
        expected: show(currency, expected),
        actual: show(currency, actual),
        currency,
        difference: actual - expected,
        day: field === 'openingBalance' ? fromDay : toDay,
      });
    if (opening !== null && openingInBooks !== null && opening !== openingInBooks)
      say('openingBalance', openingInBooks, opening);
    const began = opening ?? openingInBooks;
    if (began === null || closing === null) return;
    const reached = began + sumOf(lines.filter((line) => line.currency === currency));
    if (closing !== reached) say('closingBalance', reached, closing);
  }
}

/** What a line, or several together, say. */
type Found = Pick<StatementLine, 'amount' | 'charge' | 'day'>;

const chargesOf = (lines: readonly StatementLine[]) => lines.map((line) => ({ amount: line.charge }));
