// The room put together: accounts, cards, and transfers between them.
import type { Money } from '@tongbao/money';
import type { Connection } from '../database/index.ts';
import { availableOf, openAccount, readBalances, recordEntries } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';
import type { Timer } from '../system/index.ts';
import type { StepUps } from './answer-step-up.ts';
import { askBank, askingTimer } from './ask-bank.ts';
import { answerRows } from './bank-answer-store.ts';
import type { Card } from './card.ts';
import { selectCards, selectCardsOf, updateCardStatus } from './card-store.ts';
import { bankReference, type CardTransfer } from './card-transfer.ts';
import { type CheckCard, type CheckedCard, checkCard, confirmCard, identifyCard } from './check-card.ts';
import { depositRows } from './deposit-store.ts';
import type { CardFace } from './issuer.ts';
import { type ClaimCard, chooseDefaultCard, claimCard, keepCard, removeCard } from './keep-cards.ts';
import type { WalletParts } from './parts.ts';
import { openingPostings } from './postings.ts';
import { type RequestTransfer, requestTransfer, usable } from './request-transfer.ts';
import { selectUnwantedDebits } from './return-store.ts';
import type { OpenStepUp } from './step-up.ts';
import {
  insertAccountRow,
  selectAccount,
  selectAccounts,
  selectOpenTransfers,
  selectTransfer,
  selectTransferMovements,
  selectTransfersOf,
  type TransferPage,
} from './store.ts';
import { stepUpOf, topUpStepUps } from './top-up-step-ups.ts';

/** The currency that a mainland wallet keeps and pays in. */
export const walletCurrency = 'CNY';

export interface WalletBalance {
  readonly account: bigint;
  readonly balance: Money;
  /** The balance less what is held. */
  readonly available: Money;
}

export type NewCard = Omit<Card, 'id' | 'addedAt' | 'isDefault'>;

export interface Wallet {
  /**
   * Opens the customer's account in a currency, or answers the open one: its number in the ledger. A new account may
   * begin with money (minor units) that the safeguarding bank has received for the customer.
   */
  openAccount(account: {
    customerId: bigint;
    currency: string;
    opening: bigint;
    /** The bank that keeps the opening balance, and has booked it under `openingReference`. */
    bank?: string;
  }): Promise<bigint>;
  /** The account's number in the ledger, or null: what payments.authorize debits. */
  accountOf(customerId: bigint, currency: string): Promise<bigint | null>;
  /** Rejections: currency-not-supported (the customer keeps none of it). */
  balanceOf(customerId: bigint, currency: string): Promise<WalletBalance>;
  /** Adds a card that its bank has made known. The same token again changes nothing. */
  addCard(card: NewCard): Promise<void>;
  /** What the first six and more digits of a card's number say; null when no bank of the network has them. */
  identifyCard(digits: string): Promise<CardFace | null>;
  /** Adds the card whose number was typed, or has its phone sent a code. Rejections: see check-card.ts. */
  checkCard(asked: CheckCard): Promise<CheckedCard>;
  readonly confirmCard: (asked: { customerId: bigint; tryId: string; code: string }) => Promise<CheckedCard>;
  /** Adds the card that a bank's page has taken. Rejections: see keep-cards.ts. */
  claimCard(asked: ClaimCard): Promise<{ card: Card; reference: string }>;
  /** Rejections: card-unknown. */
  chooseDefaultCard(customerId: bigint, cardId: bigint): Promise<void>;
  /** The PIN has been checked. Rejections: card-unknown. */
  removeCard(customerId: bigint, cardId: bigint): Promise<Card>;
  setCardStatus(key: { customerId: bigint; cardId: bigint; status: Card['status'] }): Promise<void>;
  /** The customer's cards, the default first, then the oldest, without removed ones; at most 50. */
  cardsOf(customerId: bigint): Promise<Card[]>;
  /** Removed ones too: bills name them. Null when the card is another customer's. */
  findCard(customerId: bigint, cardId: bigint): Promise<Card | null>;
  /** A card to pay with and its bank's clearing account. Rejections: card-unknown, method-not-available. */
  cardForPayment(customerId: bigint, cardId: bigint): Promise<{ card: Card; clearingAccount: bigint }>;
  /** Begins a top-up or a withdrawal; the PIN has been checked. Rejections: see request-transfer.ts. */
  requestTransfer(asked: RequestTransfer): Promise<CardTransfer>;
  /** Null when the customer has no such transfer. */
  findTransfer(customerId: bigint, transferId: bigint): Promise<CardTransfer | null>;
  /** Those of a kind with ids below `before`, newest first, at most `limit` (up to 100). */
  transfersOf(page: TransferPage): Promise<CardTransfer[]>;
  /** What the shopper's bank asks about a top-up that is pending; null: nothing. */
  stepUpOf(transfer: CardTransfer): Promise<OpenStepUp | null>;
  readonly stepUps: StepUps;
  /** The job: asks the bank about a transfer whose time has come. A bank that fails is no error here. */
  askBank(transferId: bigint): Promise<void>;
  /** Asks again about transfers whose time has come. */
  readonly asking: Timer;
}

export function createWallet(parts: WalletParts): Wallet {
  const { database, clock, ids, house } = parts;
  const findCard = async (customerId: bigint, cardId: bigint): Promise<Card | undefined> =>
    (await selectCards(database, [cardId])).find((card) => card.customerId === customerId);
  return {
    openAccount: (account) => openWalletAccount(parts, account),
    accountOf: (customerId, currency) => selectAccount(database, customerId, currency),
    balanceOf: (customerId, currency) => balanceOf(database, customerId, currency),
    addCard: async (card) => {
      const facts = { id: await ids.one(), isDefault: false, addedAt: clock.now() };
      await keepCard(database, { ...card, ...facts });
    },
    identifyCard: (digits) => identifyCard(parts, digits),
    checkCard: (asked) => checkCard(parts, asked),
    confirmCard: (asked) => confirmCard(parts, asked),
    claimCard: (asked) => claimCard(parts, asked),
    chooseDefaultCard: (customerId, cardId) => chooseDefaultCard(parts, customerId, cardId),
    removeCard: (customerId, cardId) => removeCard(parts, customerId, cardId),
    setCardStatus: async (key) => void (await updateCardStatus(database, key)),
    cardsOf: (customerId) => selectCardsOf(database, customerId),
    findCard: async (customerId, cardId) => (await findCard(customerId, cardId)) ?? null,
    async cardForPayment(customerId, cardId) {
      const card = usable(await findCard(customerId, cardId), customerId);
      return {
        card,
        clearingAccount: await house.open('card-clearing', card.currency, clock.now(), card.bank),
      };
    },
    requestTransfer: (asked) => requestTransfer(parts, asked),
    async findTransfer(customerId, transferId) {
      const transfer = await selectTransfer(database, transferId);
      return transfer?.customerId === customerId ? transfer : null;
    },
    transfersOf: (page) => selectTransfersOf(database, { ...page, limit: Math.min(page.limit, 100) }),
    stepUpOf: (transfer) => stepUpOf(parts, transfer),
    stepUps: topUpStepUps(parts),
    askBank: (transferId) => askBank(parts, transferId),
    asking: askingTimer(parts),
  };
}

async function openWalletAccount(
  parts: WalletParts,
  asked: { customerId: bigint; currency: string; opening: bigint; bank?: string },
): Promise<bigint> {
  const { database, clock, ids, house } = parts;
  const { customerId, currency, opening } = asked;
  const openedAt = clock.now();
  const safeguarding = await house.open('safeguarding-bank', currency, openedAt);
  const [entryId, depositId, heardId] = (await ids.take(3)) as [bigint, bigint, bigint];
  return database.transaction(async (tx) => {
    const account = await openAccount(tx, {
      kind: 'customer-wallet',
      ownerId: customerId,
      currency,
      createdAt: openedAt,
    });
    const isNew = await insertAccountRow(tx, { customerId, currency, account, openedAt });
    if (!isNew || opening === 0n) return account;
    const postings = openingPostings({ wallet: account, safeguarding, amount: opening });
    const about = { payerId: customerId, subjectId: customerId, occurredAt: openedAt };
    const told = { bank: asked.bank ?? 'SAFEGUARDING', reference: openingReference(customerId) };
    const heard = {
      id: heardId,
      ...told,
      outcome: 'approved',
      effect: 'applied',
      heardAt: openedAt,
    } as const;
    const deposit = { id: depositId, ...told, account, currency, amount: opening, entryId, toldAt: openedAt };
    await recordEntries(tx, [{ id: entryId, kind: 'opening', ...about, postings }], {
      alongside: [depositRows([deposit]), answerRows([heard])],
    });
    return account;
  });
}

/** What the safeguarding bank books an opening balance under. */
export const openingReference = (customerId: bigint): string => `OPENING-${customerId}`;

async function balanceOf(
  connection: Connection,
  customerId: bigint,
  currency: string,
): Promise<WalletBalance> {
  const account = await selectAccount(connection, customerId, currency);
  if (account === null)
    throw new Rejection('currency-not-supported', `the customer has no account in ${currency}`);
  const balance = (await readBalances(connection, [account])).get(account)!;
  return {
    account,
    balance: { currency, amount: balance.balance },
    available: { currency, amount: availableOf(balance) },
  };
}

/** Cards by id, for a batch verb or a job; those who do not exist are absent. */
export async function readCards(connection: Connection, ids: readonly bigint[]): Promise<Map<bigint, Card>> {
  if (ids.length === 0) return new Map();
  return new Map((await selectCards(connection, ids)).map((card) => [card.id, card]));
}

/** Wallet accounts of several customers, in the order asked; null where somebody keeps none of the currency. */
export const readAccounts = selectAccounts;

/** What the bank knows the pending transfers by: it may have moved money that the ledger has not heard of yet. */
export const readOpenReferences = async (connection: Connection): Promise<string[]> =>
  (await selectOpenTransfers(connection)).map(bankReference);

/** Top-ups and withdrawals at a bank in days (YYYY-MM-DD, UTC, both included), by the references that it knows. */
export const readTransferMovements = async (
  connection: Connection,
  of: { currency: string; bank: string; fromDay: string; toDay: string },
): Promise<{ reference: string; amount: bigint; day: string }[]> => {
  const transfers = await selectTransferMovements(connection, of);
  return [
    ...transfers.map(({ amount, day, ...transfer }) => ({ reference: bankReference(transfer), amount, day })),
    ...(await selectUnwantedDebits(connection, of)),
  ];
};
