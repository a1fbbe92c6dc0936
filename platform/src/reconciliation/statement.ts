// The nouns: a bank's statement as we understand it, what our books expect of it, and a break between the two.

export interface StatementLine {
  /** The bank's own number of the line. */
  readonly number: string;
  /** End-to-end id, or whatever the bank passed on; empty when it passed nothing. */
  readonly reference: string;
  /** End-to-end ids of what the bank booked in this one sum; empty for a line of its own. */
  readonly parts: readonly string[];
  /** What else the line names that could be a reference of ours; looked at where `reference` is none of them. */
  readonly alsoNamed: readonly string[];
  readonly currency: string;
  /** Minor units; positive came to us. */
  readonly amount: bigint;
  /** A charge that the bank names in the line, minor units, positive; zero without one. */
  readonly charge: bigint;
  /** The booking date, YYYY-MM-DD, as the bank wrote it. */
  readonly day: string;
}

/**
 * statement: the final word on its days (camt.053, MT940, CSV). intraday and notification (camt.052, camt.054, MT942)
 * tell before that: what they say comes again on a statement, so they are kept and never counted.
 */
export type StatementKind = 'statement' | 'intraday' | 'notification';

export interface Statement {
  readonly kind: StatementKind;
  readonly account: string;
  readonly statementId: string;
  /** The bank's number of the statement in its series and of the page in the statement; '' where it names none. */
  readonly sequence: string;
  readonly currency: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** Null where the format has no balances, or the bank left it out. */
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly lines: readonly StatementLine[];
  /** True on a page that another one follows: what is not on it may be on that one. */
  readonly continues?: boolean;
  /** Entries that the bank announces and has not booked: pending, information, future. They are no lines. */
  readonly notBooked: number;
}

/** A movement that the books have on the account. */
export interface ExpectedMovement {
  readonly reference: string;
  /** What several movements may be booked under in one sum; empty for none. */
  readonly group: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly day: string;
}

export type BreakKind =
  | 'missing'
  | 'unexpected'
  | 'amount'
  | 'currency'
  | 'date'
  | 'duplicate'
  | 'fee'
  | 'reference'
  | 'balance'
  | 'correction';

/** A difference, with the field and both values in words that an operator reads. */
export interface Break {
  readonly kind: BreakKind;
  readonly reference: string;
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
  readonly currency: string;
  /** Bank less books, minor units of the currency. */
  readonly difference: bigint;
  /** The line's booking date, or the day in the books where the statement has no line; YYYY-MM-DD. */
  readonly day: string;
}
