// The nouns: a bank's statement as we understand it, what our books expect of it, and a break between the two.

export interface StatementLine {
  /** The bank's own number of the line. */
  readonly number: string;
  /** End-to-end id, or whatever the bank passed on; empty when it passed nothing. */
  readonly reference: string;
  readonly currency: string;
  /** Minor units; positive came to us. */
  readonly amount: bigint;
  /** A charge that the bank names in the line, minor units, positive; zero without one. */
  readonly charge: bigint;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
}

export interface Statement {
  readonly account: string;
  readonly statementId: string;
  readonly currency: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** Null where the format has no balances. */
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly lines: readonly StatementLine[];
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
  | 'balance';

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
}
