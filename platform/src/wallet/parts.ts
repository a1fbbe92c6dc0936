// What the room's verbs are given by whoever puts the platform together.
import type { Registry } from '@tongbao/connector-interface';
import type { Database, Isolation, Transaction } from '../database/index.ts';
import type { HouseAccounts } from '../ledger/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import type { BankGateway } from './bank.ts';
import type { CardTransfer } from './card-transfer.ts';
import type { CardIssuers } from './issuer.ts';

export interface WalletParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
  readonly bank: BankGateway;
  readonly isolation: Isolation;
  /** Where a bank's page sends the shopper's browser when they have answered there about a top-up; absent: no bank may ask anybody. */
  readonly returnUrl?: (transferId: bigint) => string;
  /** Banks that have a page of their own for numbers of cards. */
  readonly issuers?: CardIssuers;
  /** Who knows cards, where their numbers are typed into the wallet. With neither of them no card can be added. */
  readonly registry?: Pick<Registry, 'cardFace' | 'checkCard' | 'confirmCard'> | undefined;
  /** Told when it could not be asked. */
  readonly onRegistryFailed?: (error: unknown) => void;
  /** Leaves, in the given transaction, a job that calls `askBank(transferId)` after the commit. */
  readonly enqueueAsk: (tx: Transaction, transferId: bigint) => Promise<void>;
  /** Told when a bank could not be asked; the transfer stays pending. */
  readonly onBankFailed: (error: unknown, transfer: CardTransfer) => void;
}
