// The stand-in for card banks: it keeps its own books, decides each reference once, and can be told to misbehave as
// real banks do. It knows nothing of the platform but the interface that the wallet gives every bank.
import { type Money, money } from '@tongbao/money';
import type { BankBook } from '../../audit/index.ts';
import type { Connection, Database, Transaction } from '../../database/index.ts';
import type { Clock } from '../../system/index.ts';
import type { BankAnswer, BankGateway, BankRefusal, BankRequest } from '../../wallet/index.ts';
import { selectExecutedOrders } from './order-store.ts';
import {
  type BankBehaviour,
  type BankCardRow,
  bookLine,
  insertBankCardRow,
  insertBankRow,
  insertOperationRow,
  lockBankCard,
  moveBankCard,
  type OperationRow,
  type StatementLine,
  type StatementLineRow,
  selectAccounts,
  selectBank,
  selectBankCard,
  selectBanks,
  selectBookedUnder,
  selectExecuted,
  selectLines,
  selectOperation,
  updateBehaviour,
} from './store.ts';

export interface SandboxBankParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Waits so many milliseconds of real time: how a slow bank is slow. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface SimulatedBank {
  readonly code: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly behaviour: BankBehaviour;
  readonly slowMs: number;
}

export interface SimulatedCard {
  readonly bank: string;
  readonly token: string;
  /** What the holder has, minor units; and how far below zero a credit card may go. */
  readonly balance: Money;
  readonly creditLimit: bigint;
  readonly blocked: boolean;
}

export interface SandboxBank extends BankGateway {
  /** Opens a bank unless it is there; it behaves normally. */
  openBank(bank: Pick<SimulatedBank, 'code' | 'name'>): Promise<void>;
  /** Issues a card unless its token is known. */
  issueCard(card: SimulatedCard): Promise<void>;
  /** A card as the bank knows it now; null when it does not. */
  findCard(key: { bank: string; token: string }): Promise<SimulatedCard | null>;
  banks(): Promise<SimulatedBank[]>;
  /** How a bank behaves from now on; `slowMs` (0–60,000) stays as it was when null. False when there is no such bank. */
  setBehaviour(bank: { code: string; behaviour: BankBehaviour; slowMs: number | null }): Promise<boolean>;
  /** Client money arrives in Tongbao's safeguarding account; booked once for each reference. */
  receive(deposit: { bank: string; amount: Money; reference: string }): Promise<void>;
  /** Up to 1,000 lines of one of Tongbao's accounts after a line (from 0), as the bank booked them. */
  statement(page: {
    bank: string;
    name: StatementLine['name'];
    currency: string;
    afterLine: number;
  }): Promise<StatementLineRow[]>;
}

export function createSandboxBank(parts: SandboxBankParts): SandboxBank {
  const { database, clock } = parts;
  return {
    debit: (request) => operate(parts, 'debit', request),
    credit: (request) => operate(parts, 'credit', request),
    async query(key) {
      await reach(parts, key.bank);
      const decided = await selectOperation(database, key);
      return decided === undefined ? { outcome: 'unknown-reference' } : answerOf(decided);
    },
    openBank: async (bank) => void (await insertBankRow(database, bank)),
    issueCard: async ({ bank, token, balance, creditLimit, blocked }) =>
      void (await insertBankCardRow(database, {
        bank,
        token,
        currency: balance.currency,
        balance: balance.amount,
        credit_limit: creditLimit,
        blocked,
      })),
    async findCard(key) {
      const row = await selectBankCard(database, key);
      if (row === undefined) return null;
      const balance = money(row.currency, row.balance);
      return {
        bank: row.bank,
        token: row.token,
        balance,
        creditLimit: row.credit_limit,
        blocked: row.blocked,
      };
    },
    banks: async () =>
      (await selectBanks(database)).map((row) => ({
        code: row.code,
        name: { zh: row.name_zh, en: row.name_en },
        behaviour: row.behaviour,
        slowMs: row.slow_ms,
      })),
    setBehaviour: (bank) => updateBehaviour(database, bank),
    async receive({ bank, amount, reference }) {
      await database.transaction((tx) =>
        bookLine(tx, { bank, name: 'safeguarding', reference, amount, bookedAt: clock.now() }),
      );
    },
    statement: (page) => selectLines(database, page),
  };
}

/** Goes to the bank as it behaves now. Throws when it is down, or does not exist. */
async function reach(parts: SandboxBankParts, code: string): Promise<BankBehaviour> {
  const bank = await selectBank(parts.database, code);
  if (bank === undefined) throw new Error(`there is no bank ${code}`);
  if (bank.behaviour === 'down') throw new Error(`bank ${code} cannot be reached`);
  if (bank.behaviour === 'slow') await parts.pause(bank.slow_ms);
  return bank.behaviour;
}

async function operate(
  parts: SandboxBankParts,
  kind: 'debit' | 'credit',
  request: BankRequest,
): Promise<BankAnswer> {
  const behaviour = await reach(parts, request.bank);
  const decided = await parts.database.transaction((tx) =>
    decideOnce(tx, { parts, kind, request, behaviour }),
  );
  if (behaviour === 'answer-lost') throw new Error(`bank ${request.bank} did not answer`);
  return answerOf(decided);
}

interface Asked {
  readonly parts: SandboxBankParts;
  readonly kind: 'debit' | 'credit';
  readonly request: BankRequest;
  readonly behaviour: BankBehaviour;
}

async function decideOnce(
  tx: Transaction,
  { parts, kind, request, behaviour }: Asked,
): Promise<OperationRow> {
  const { bank, cardToken: token, amount, reference } = request;
  // The card's lock comes first: of two requests with one reference, the second sees what the first decided.
  const card = await lockBankCard(tx, { token, bank });
  const former = await selectOperation(tx, { bank, reference });
  if (former !== undefined) {
    const same = former.kind === kind && former.token === token && former.amount === amount.amount;
    if (!same) throw new Error(`bank ${bank} knows the reference ${reference} for something else`);
    return former;
  }
  const declined = behaviour === 'decline' ? 'declined' : refusalOf(card, kind, amount);
  const operation: OperationRow = {
    bank,
    reference,
    kind,
    token,
    currency: amount.currency,
    amount: amount.amount,
    declined,
    decided_at: parts.clock.now(),
  };
  await insertOperationRow(tx, operation);
  if (declined === null) {
    const toTongbao = kind === 'debit' ? amount.amount : -amount.amount;
    await moveBankCard(tx, token, -toTongbao);
    await bookLine(tx, {
      bank,
      name: 'clearing',
      reference,
      amount: money(amount.currency, toTongbao),
      bookedAt: operation.decided_at,
    });
  }
  return operation;
}

/** Why the bank refuses, or null. A blocked card still takes money back: refunds go where the payment came from. */
function refusalOf(
  card: BankCardRow | undefined,
  kind: 'debit' | 'credit',
  amount: Money,
): BankRefusal | null {
  if (card === undefined) return 'card-unknown';
  if (card.currency !== amount.currency || amount.amount <= 0n) return 'declined';
  if (kind === 'credit') return null;
  if (card.blocked) return 'card-blocked';
  return card.balance + card.credit_limit < amount.amount ? 'insufficient-funds' : null;
}

const answerOf = (decided: OperationRow): BankAnswer =>
  decided.declined === null ? { outcome: 'approved' } : { outcome: 'declined', reason: decided.declined };

/**
 * The banks' own books, to be compared with the ledger in the same snapshot. `waitingFor` are the references that the
 * platform has asked card banks for and not heard of; `payouts` those that the settlement bank was told to pay, `deals`
 * those that it was told to exchange.
 */
export async function readBankBooks(
  connection: Connection,
  waitingFor: readonly string[],
  { payouts, deals }: { payouts: readonly string[]; deals: readonly string[] } = { payouts: [], deals: [] },
): Promise<BankBook[]> {
  const executed = new Map(
    (await selectExecuted(connection, waitingFor)).map(({ currency, moved }) => [currency, moved]),
  );
  const paid = new Map(
    (await selectExecutedOrders(connection, payouts)).map(({ currency, amount }) => [currency, amount]),
  );
  const dealt = new Map(
    (await selectBookedUnder(connection, deals)).map(({ name, currency, amount }) => [
      `${name}:${currency}`,
      amount,
    ]),
  );
  return (await selectAccounts(connection)).map(({ name, currency, balance }) => {
    const exchanged = dealt.get(`${name}:${currency}`) ?? 0n;
    const book = { currency, amount: -balance };
    if (name === 'safeguarding') return { ...book, kind: 'safeguarding-bank', inTransit: 0n - exchanged };
    return name === 'settlement'
      ? { ...book, kind: 'settlement-bank', inTransit: (paid.get(currency) ?? 0n) - exchanged }
      : { ...book, kind: 'card-clearing', inTransit: -(executed.get(currency) ?? 0n) };
  });
}

/** What the banks moved to Tongbao's clearing accounts under these references (from it: negative), by currency. */
export const readBankExecuted = async (
  connection: Connection,
  references: readonly string[],
): Promise<Map<string, bigint>> =>
  new Map((await selectExecuted(connection, references)).map(({ currency, moved }) => [currency, moved]));
