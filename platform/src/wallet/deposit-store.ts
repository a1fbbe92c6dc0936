// SQL of deposits: client money that a bank says it keeps for somebody.
import { copyInto } from '../database/index.ts';

export interface Deposit {
  readonly id: bigint;
  readonly bank: string;
  /** The bank's own name of the movement, unique for ever. */
  readonly reference: string;
  /** The wallet that it is for; minor units of its currency. */
  readonly account: bigint;
  readonly currency: string;
  readonly amount: bigint;
  readonly entryId: bigint;
  readonly toldAt: Date;
}

export const depositRows = copyInto<Deposit>('wallet.deposit', {
  id: ['int8', (deposit) => deposit.id],
  bank: ['text', (deposit) => deposit.bank],
  reference: ['text', (deposit) => deposit.reference],
  account_id: ['int8', (deposit) => deposit.account],
  currency: ['text', (deposit) => deposit.currency],
  amount: ['int8', (deposit) => deposit.amount],
  entry_id: ['int8', (deposit) => deposit.entryId],
  told_at: ['timestamptz', (deposit) => deposit.toldAt],
});
