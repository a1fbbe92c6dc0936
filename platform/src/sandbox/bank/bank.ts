// The stand-in for card banks: it keeps its own books, decides each reference once, and can be told to misbehave as
// real banks do. It knows nothing of the platform but the interface that the wallet gives every bank.
import { type Money, money } from '@tongbao/money';
import type { BankBook } from '../../audit/index.ts';
import type { Connection, Database, Transaction } from '../../database/index.ts';
import type { Clock } from '../../system/index.ts';
import type {
  BankAnswer,
  BankGateway,
  BankRefusal,
  DebitAnswer,
  DebitRequest,
  StepUp,
} from '../../wallet/index.ts';
import { selectExecutedOrders } from './order-store.ts';
import {
  answerOf,
  asksHolder,
  decided,
  isRight,
  mayResend,
  newStepUp,
  phoneOf,
  type Standing,
  type StepUpParts,
  withCode,
} from './step-up.ts';
import {
  insertStepUp,
  type StepUpRow,
  selectStepUp,
  selectStepUpById,
  updateStepUp,
} from './step-up-store.ts';
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
  /** What banks need to ask their cards' holders; absent: they never do. */
  readonly stepUp?: StepUpParts;
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
  /** How the bank asks its holder before a debit of more than `above`; absent: never. */
  readonly stepUp?: { readonly kind: StepUp['kind']; readonly above: bigint };
  readonly holderPhone?: string;
}

/** What a bank's own page shows about a debit; `outcome` is null while it waits for what its holder says. */
export interface BankPage {
  readonly bankName: { readonly zh: string; readonly en: string };
  readonly amount: Money;
  readonly expiresAt: Date;
  readonly returnUrl: string;
  readonly outcome: 'approved' | 'declined' | null;
}

export interface SandboxBank extends BankGateway {
  /** The bank's page, by the question's id; null when there is no such page. */
  page(id: string): Promise<BankPage | null>;
  /** Its holder says yes or no there, once: whatever comes later changes nothing. */
  sayOnPage(said: { id: string; agrees: boolean }): Promise<BankPage | null>;
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
    credit: async (request) => decidedOnly(await operate(parts, 'credit', request)),
    async query(key) {
      await reach(parts, key.bank);
      const operation = await selectOperation(database, key);
      if (operation !== undefined) return decided(operation);
      const waits = await selectStepUp(database, key);
      if (waits === undefined) return { outcome: 'unknown-reference' };
      const standing = await database.transaction((tx) => standingOf(tx, parts, waits));
      return answerOf(parts.stepUp ?? null, standing);
    },
    confirm: ({ code, ...key }) => answered(parts, key, confirming(parts, code)),
    resend: (key) => resend(parts, key),
    abandon: async (key) =>
      decidedOnly(
        await answered(parts, key, async ({ waits }, tx) => ({
          operation: await conclude(tx, parts, { waits, refusal: 'step-up-abandoned' }),
        })),
      ),
    page: (id) => pageOf(parts, id),
    sayOnPage: (said) => sayOnPage(parts, said),
    openBank: async (bank) => void (await insertBankRow(database, bank)),
    issueCard: async ({ bank, token, balance, creditLimit, blocked, stepUp, holderPhone }) =>
      void (await insertBankCardRow(database, {
        ...{ step_up: stepUp?.kind ?? null, step_up_above: stepUp?.above ?? 0n },
        holder_phone: holderPhone ?? null,
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

/** Where nobody is asked the answer is a decision. */
function decidedOnly(answer: DebitAnswer): BankAnswer {
  if (answer.outcome === 'step-up-required') throw new Error('a credit asks nobody');
  return answer;
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
  request: DebitRequest,
): Promise<DebitAnswer> {
  const behaviour = await reach(parts, request.bank);
  let message: string | null = null;
  const standing = await parts.database.transaction(async (tx) => {
    const asked = await decideOnce(tx, { parts, kind, request, behaviour });
    message = asked.message;
    return asked.standing;
  });
  await tell(parts, standing, message);
  if (behaviour === 'answer-lost') throw new Error(`bank ${request.bank} did not answer`);
  return answerOf(parts.stepUp ?? null, standing);
}

/** The code goes to its holder, once what it belongs to is committed. */
async function tell({ stepUp }: SandboxBankParts, standing: Standing, message: string | null): Promise<void> {
  if (message !== null && 'card' in standing) await stepUp!.sendSms(phoneOf(standing.card), message);
}

interface Asked {
  readonly parts: SandboxBankParts;
  readonly kind: 'debit' | 'credit';
  readonly request: DebitRequest;
  readonly behaviour: BankBehaviour;
}

async function decideOnce(
  tx: Transaction,
  { parts, kind, request, behaviour }: Asked,
): Promise<{ standing: Standing; message: string | null }> {
  const { bank, cardToken: token, amount, reference } = request;
  // The card's lock comes first: of two requests with one reference, the second sees what the first decided.
  const card = await lockBankCard(tx, { token, bank });
  const former = await selectOperation(tx, { bank, reference });
  const waits = former === undefined ? await selectStepUp(tx, { bank, reference }) : undefined;
  const known = former ?? (waits === undefined ? undefined : { ...waits, kind: 'debit' });
  if (known !== undefined) {
    const same = known.kind === kind && known.token === token && known.amount === amount.amount;
    if (!same) throw new Error(`bank ${bank} knows the reference ${reference} for something else`);
    return {
      standing: former === undefined ? await standingOf(tx, parts, waits!) : { operation: former },
      message: null,
    };
  }
  const now = parts.clock.now();
  const refusal = behaviour === 'decline' ? 'declined' : refusalOf(card, kind, amount);
  const mustAsk =
    refusal === null && kind === 'debit' && parts.stepUp !== undefined && asksHolder(card!, amount.amount);
  if (mustAsk && request.stepUp !== undefined) {
    const about = { card: card!, reference, amount: amount.amount, returnUrl: request.stepUp.returnUrl, now };
    const { row, message } = newStepUp(parts.stepUp!, about);
    await insertStepUp(tx, row);
    return { standing: { waits: row, card: card! }, message };
  }
  const operation: OperationRow = {
    ...{ bank, reference, kind, token, currency: amount.currency, amount: amount.amount },
    ...{ declined: mustAsk ? 'step-up-needed' : refusal, decided_at: now },
  };
  return { standing: { operation: await book(tx, operation) }, message: null };
}

/** Decides: the operation stands, and what is approved has moved. */
async function book(tx: Transaction, operation: OperationRow): Promise<OperationRow> {
  const { bank, reference, kind, token, currency, amount, declined, decided_at: bookedAt } = operation;
  await insertOperationRow(tx, operation);
  if (declined === null) {
    const toTongbao = kind === 'debit' ? amount : -amount;
    await moveBankCard(tx, token, -toTongbao);
    await bookLine(tx, { bank, name: 'clearing', reference, amount: money(currency, toTongbao), bookedAt });
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

/** A debit that waits for its card's holder, as it stands now: their time may be over. The card is locked. */
async function standingOf(tx: Transaction, parts: SandboxBankParts, waits: StepUpRow): Promise<Standing> {
  const { bank, token } = waits;
  const card = (await lockBankCard(tx, { bank, token }))!;
  const former = await selectOperation(tx, waits);
  if (former !== undefined) return { operation: former };
  if (waits.expires_at > parts.clock.now()) return { waits, card };
  return { operation: await conclude(tx, parts, { waits, refusal: 'step-up-expired' }) };
}

/** The end of a question to a card's holder: the debit is made, or refused. */
const conclude = (
  tx: Transaction,
  { clock }: SandboxBankParts,
  { waits, refusal }: { waits: StepUpRow; refusal: BankRefusal | null },
): Promise<OperationRow> => {
  const { bank, reference, token, currency, amount } = waits;
  const about = { bank, reference, kind: 'debit', token, currency, amount } as const;
  return book(tx, { ...about, declined: refusal, decided_at: clock.now() });
};

type Holder = (open: { waits: StepUpRow; card: BankCardRow }, tx: Transaction) => Promise<Standing>;

/** What the holder does about a question that is still open; otherwise nothing changes. Throws for an id that is not its own. */
async function answered(
  parts: SandboxBankParts,
  key: { bank: string; reference: string; stepUp: string },
  holder: Holder,
): Promise<DebitAnswer> {
  const behaviour = await reach(parts, key.bank);
  const standing = await parts.database.transaction(async (tx) => {
    const row = await selectStepUp(tx, key);
    if (row?.id !== key.stepUp)
      throw new Error(`bank ${key.bank} has asked no such thing about ${key.reference}`);
    const now = await standingOf(tx, parts, row);
    // Read again: the card was locked meanwhile.
    return 'waits' in now ? holder({ ...now, waits: (await selectStepUp(tx, key))! }, tx) : now;
  });
  if (behaviour === 'answer-lost') throw new Error(`bank ${key.bank} did not answer`);
  return answerOf(parts.stepUp ?? null, standing);
}

const confirming =
  (parts: SandboxBankParts, code: string): Holder =>
  async ({ waits, card }, tx) => {
    const amount = money(waits.currency, waits.amount);
    if (isRight(waits, code))
      return { operation: await conclude(tx, parts, { waits, refusal: refusalOf(card, 'debit', amount) }) };
    const fewer = { ...waits, tries_left: waits.tries_left - 1 };
    await updateStepUp(tx, fewer);
    if (fewer.tries_left > 0) return { waits: fewer, card };
    return { operation: await conclude(tx, parts, { waits, refusal: 'step-up-failed' }) };
  };

async function resend(
  parts: SandboxBankParts,
  key: { bank: string; reference: string; stepUp: string },
): Promise<DebitAnswer> {
  let sent: { standing: Standing; message: string } | null = null;
  const answer = await answered(parts, key, async ({ waits, card }, tx) => {
    const now = parts.clock.now();
    if (!mayResend(waits, now)) return { waits, card };
    const { row, message } = withCode(parts.stepUp!, waits, now);
    await updateStepUp(tx, row);
    sent = { standing: { waits: row, card }, message };
    return { waits: row, card };
  });
  const { standing, message } = sent ?? { standing: null, message: null };
  if (standing !== null) await tell(parts, standing, message);
  return answer;
}

/** What the bank's own page shows of a question; null: there is none. */
async function pageOf(parts: SandboxBankParts, id: string): Promise<BankPage | null> {
  const row = await selectStepUpById(parts.database, id);
  if (row === undefined || row.kind !== 'redirect') return null;
  const standing = await parts.database.transaction((tx) => standingOf(tx, parts, row));
  const bank = (await selectBank(parts.database, row.bank))!;
  return {
    ...{ bankName: { zh: bank.name_zh, en: bank.name_en }, amount: money(row.currency, row.amount) },
    ...{ expiresAt: row.expires_at, returnUrl: row.return_url },
    outcome: 'operation' in standing ? decided(standing.operation).outcome : null,
  };
}

async function sayOnPage(
  parts: SandboxBankParts,
  { id, agrees }: { id: string; agrees: boolean },
): Promise<BankPage | null> {
  const row = await selectStepUpById(parts.database, id);
  if (row === undefined || row.kind !== 'redirect') return null;
  await parts.database.transaction(async (tx) => {
    const standing = await standingOf(tx, parts, row);
    if (!('waits' in standing)) return;
    const refusal = agrees
      ? refusalOf(standing.card, 'debit', money(row.currency, row.amount))
      : 'step-up-failed';
    await conclude(tx, parts, { waits: row, refusal });
  });
  return pageOf(parts, id);
}

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
