// What settlement needs of the bank that pays merchants: ISO 20022 documents in both directions, nothing else.
//
// Whoever calls holds no transaction open meanwhile. A call that throws leaves the outcome unknown, never failed: it is made
// again, under the same id, by this process or by another one after a crash, for as long as it takes.
import type { Money } from '@tongbao/money';

export interface BankDocument {
  /** Counts up; the next fetch begins after it. */
  readonly cursor: bigint;
  /** pain.002, camt.054 … */
  readonly kind: string;
  readonly xml: string;
}

/** Banks of the old and of the new rules of SWIFT and EPC. */
export type Pain001Version = 'pain.001.001.03' | 'pain.001.001.09';

export interface BankOfCurrency {
  readonly bic: string;
  readonly number: string;
  readonly initiation: Pain001Version;
}

export interface SettlementBank {
  /**
   * The bank's BIC, our account's number there for a currency, and the payment message that the bank takes. Throws for a
   * currency in which we have no account there.
   */
  accountFor(currency: string): BankOfCurrency;
  /**
   * Hands a pain.001 in. Under the same message id again it answers as before and does nothing. Throws when it is
   * not known whether the bank has it.
   */
  submit(message: { messageId: string; xml: string }): Promise<void>;
  /**
   * Documents after a cursor, at most `limit`, in order. Asked again with the same cursor, they are the same; one that
   * the bank has sent twice comes once; none ever comes with a cursor below one that was told.
   */
  documents(after: bigint, limit: number): Promise<readonly BankDocument[]>;
  /** When it is worth asking for documents after a cursor; null when nothing is expected. */
  nextDocumentAt(after: bigint): Promise<Date | null>;
  /**
   * Exchanges at a rate agreed for the day: `buy` arrives on our settlement account, `pay` leaves the safeguarding
   * account (both negative: the other way round). Once for each reference. `by-hand`: it takes no such order, and did
   * nothing: people agree the deal with its desk. Throws when it is not known whether it did.
   */
  exchange(deal: { reference: string; buy: Money; pay: Money }): Promise<Exchanged>;
}

export type Exchanged = 'done' | 'by-hand';
