// What the connector must remember of each operation, over crashes and between processes. Kept in the database of whoever uses
// the connector; each call is durable when it has answered.
import type { BankRefusal, BankRequest } from '@tongbao/connector-interface';

/** verification: of an amount of nothing; asks whether the bank takes the card. */
export type OperationKind = 'debit' | 'credit' | 'verification';

/**
 * open: not decided, as far as we know. reversing: it is being taken back, until the switch has said that it is.
 * approved, declined: decided, once.
 */
export type OperationState = 'open' | 'reversing' | 'approved' | 'declined';

export interface Operation {
  /** Unique for ever: the trace number and the retrieval reference are made from it. */
  readonly number: bigint;
  readonly kind: OperationKind;
  readonly cardToken: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly state: OperationState;
  readonly refusal: BankRefusal | null;
  /** When it may have reached the switch for the first time; null: it never has. Its messages bear this time. */
  readonly sentAt: Date | null;
}

type Key = Pick<BankRequest, 'bank' | 'reference'>;

export interface OperationJournal {
  find(key: Key): Promise<Operation | null>;
  /** The operation of a reference, as it was opened first. */
  open(of: Key & Pick<Operation, 'kind' | 'cardToken' | 'currency' | 'amount'>): Promise<Operation>;
  /** Before the first message leaves. Answers when that was, and whether it was now. */
  markSent(number: bigint, at: Date): Promise<{ sentAt: Date; first: boolean }>;
  /** From open to reversing; answers how it stands. */
  beginReversal(number: bigint): Promise<Operation>;
  /** From `from` to a final state, or not at all; answers how it stands. */
  decide(of: {
    number: bigint;
    from: 'open' | 'reversing';
    state: 'approved' | 'declined';
    refusal: BankRefusal | null;
  }): Promise<Operation>;
}
