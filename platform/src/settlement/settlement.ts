// The door of the room, put together: terms, batches, and the timers that close, release and pay.

import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Timer } from '../system/index.ts';
import { decideAgreement, type ProposedAgreement, proposeAgreement } from './agreement.ts';
import { type Agreement, type OpenDeal, readAgreements, readHandDeals } from './agreement-store.ts';
import { assertBankAccount, electronicForm } from './bank-account.ts';
import type { Batch, SettlementTerms } from './batch.ts';
import { closeDue, closingTimer, releaseDue, releasingTimer } from './close.ts';
import { type Declaration, type DeclarationPage, readDeclarationPage } from './declaration-store.ts';
import { decide, type ProposedDeclaration, propose } from './declare.ts';
import { takeIn } from './intake.ts';
import { bookOwnFunds, type OwnFunds } from './own-funds.ts';
import type { SettlementParts } from './parts.ts';
import { bankTimer, payDue, payoutTimer, readBank } from './payout.ts';
import {
  type PayoutRow,
  readLastCursor,
  readNextPayout,
  readNextUnapplied,
  readNextUnsent,
  readPayouts,
  retryRejected,
} from './payout-store.ts';
import { retryPayout } from './retry.ts';
import { readBatchesOf, readNextCutOff, readNextRelease, readParty, readSums } from './store.ts';
import { readTerms, selectTerms, updateTerms } from './terms-store.ts';

import { createTreasury, type Position, positionsOf, type TreasuryParts } from './treasury.ts';
import { type Deal, readNewestDeals } from './treasury-store.ts';

type ChangeableTerms = Omit<SettlementTerms, 'merchantId' | 'currency'>;

export interface BatchWithPayouts extends Batch {
  readonly payouts: readonly PayoutRow[];
}

export interface HandDeal {
  readonly deal: OpenDeal;
  readonly agreement: Agreement | null;
}

export interface Settlement {
  /** The terms of a merchant; the defaults where nothing was agreed. */
  terms(merchantId: bigint): Promise<SettlementTerms>;
  /**
   * Changes terms. Fees count from the next batch, the rest at once; a new account lets rejected batches leave again.
   * Rejections: amount-out-of-limits for a value that the terms do not allow, bank-account-invalid for the account.
   */
  changeTerms(merchantId: bigint, changes: Partial<ChangeableTerms>): Promise<SettlementTerms>;
  /** The same in the caller's transaction. */
  changeTermsIn(
    tx: Transaction,
    merchantId: bigint,
    changes: Partial<ChangeableTerms>,
  ): Promise<SettlementTerms>;
  /** Throws what `changeTerms` would refuse; changes nothing. */
  assertTerms(terms: Omit<SettlementTerms, 'merchantId'>): void;
  /** The same for an account alone, in electronic form. */
  assertAccount(account: Pick<SettlementTerms, 'accountName' | 'accountNumber' | 'bankBic'>): void;
  /**
   * Proposes a closed day, a weekend day on which banks work, or a year whose closed days are entered. Answers its id.
   * Rejections: declaration-refused.
   */
  proposeDeclaration(tx: Transaction, declaration: ProposedDeclaration): Promise<bigint>;
  /** Another person approves or refuses it; what is approved moves cut-offs and pay days that lie on a closed day. */
  decideDeclaration(
    tx: Transaction,
    decision: { id: bigint; operator: string; approved: boolean },
  ): Promise<Declaration>;
  /** Lets a payout that the bank rejected, or that a timer could not work on, leave again. Rejections: act-unknown, act-refused. */
  retryPayout(tx: Transaction, batchId: bigint): Promise<void>;
  /** Newest first. */
  declarations(page: DeclarationPage): Promise<Declaration[]>;
  /** Puts what has happened into open batches; the timers do it by themselves. */
  takeIn(): Promise<bigint>;
  /** A merchant's batches with ids below `before`, newest first; open ones with their sums so far. */
  batchesOf(page: { merchantId: bigint; before: bigint; limit: number }): Promise<BatchWithPayouts[]>;
  /** What stands open between the currencies, and the newest conversions, a row for each currency and day. */
  treasury(limit: number): Promise<{ positions: Position[]; deals: Deal[] }>;
  /** Conversions that people agree with the bank's desk, and what they have noted. */
  handDeals(): Promise<{ deals: HandDeal[]; toleranceBps: number }>;
  /** Notes what was agreed with the bank; answers its id. Rejections: deal-refused. */
  proposeAgreement(tx: Transaction, agreement: ProposedAgreement): Promise<bigint>;
  /** Another person confirms it, which books the deal, or refuses it. Rejections: deal-refused. */
  decideAgreement(
    tx: Transaction,
    decision: { id: bigint; operator: string; approved: boolean },
  ): Promise<Agreement>;
  /** Books own money that the house has paid in, so that what merchants may owe is covered. */
  bookOwnFunds(received: OwnFunds): Promise<void>;
  readonly timers: readonly Timer[];
}

const greatestId = 2n ** 63n - 1n;
export const newestBatches = greatestId;
/** Between cut-offs the open batches are brought up to date as often as this, by the platform's clock. */
const intakeEveryMs = 60_000;

export function createSettlement(parts: TreasuryParts): Settlement {
  const { database } = parts;
  return {
    terms: async (merchantId) => known(await selectTerms(database, merchantId)),
    changeTerms: (merchantId, changes) =>
      database.transaction((tx) => changeTerms(parts, tx, { merchantId, changes })),
    changeTermsIn: (tx, merchantId, changes) => changeTerms(parts, tx, { merchantId, changes }),
    assertTerms,
    assertAccount: assertBankAccount,
    proposeDeclaration: (tx, declaration) => propose(parts, tx, declaration),
    decideDeclaration: (tx, decision) => decide(parts, tx, decision),
    retryPayout: (tx, batchId) => retryPayout(parts, tx, batchId),
    declarations: (page) => readDeclarationPage(database, page),
    takeIn: () => takeIn(parts),
    bookOwnFunds: (received) => bookOwnFunds(parts, received),
    async batchesOf(page) {
      await readParty(database, page.merchantId);
      const batches = await readBatchesOf(database, page);
      const payouts = await readPayouts(
        database,
        batches.map((batch) => batch.id),
      );
      return Promise.all(
        batches.map(async (batch) => ({
          ...(batch.status === 'OPEN' ? await withSums(parts, batch) : batch),
          payouts: payouts.filter((payout) => payout.batch_id === batch.id),
        })),
      );
    },
    treasury: async (limit) => ({
      positions: await positionsOf(parts, database),
      deals: await readNewestDeals(database, limit),
    }),
    handDeals: () => handDeals(parts),
    proposeAgreement: (tx, agreement) => proposeAgreement(parts, tx, agreement),
    decideAgreement: (tx, decision) => decideAgreement(parts, tx, decision),
    timers: [
      closing(parts),
      createTreasury(parts),
      releasing(parts),
      paying(parts),
      ...(parts.bank.execution === null ? [] : [parts.bank.execution]),
      reading(parts),
    ],
  };
}

async function handDeals({ database, dealToleranceBps: toleranceBps }: TreasuryParts) {
  const deals = await readHandDeals(database);
  const noted = await readAgreements(
    database,
    deals.map((deal) => deal.id),
  );
  const agreementOf = (id: bigint) => noted.find((agreement) => agreement.deal_id === id) ?? null;
  return { deals: deals.map((deal) => ({ deal, agreement: agreementOf(deal.id) })), toleranceBps };
}

function known(terms: SettlementTerms | undefined): SettlementTerms {
  if (terms === undefined) throw new Rejection('merchant-unknown');
  return terms;
}

async function changeTerms(
  { clock }: SettlementParts,
  tx: Transaction,
  { merchantId, changes }: { merchantId: bigint; changes: Partial<ChangeableTerms> },
): Promise<SettlementTerms> {
  const former = known((await readTerms(tx, [merchantId]))[0]);
  const asked = { ...former, ...changes };
  const accountNumber = electronicForm(asked.accountNumber);
  const terms = { ...asked, accountNumber, bankBic: electronicForm(asked.bankBic) };
  assertTerms(terms);
  const newAccount = terms.accountNumber !== former.accountNumber || terms.bankBic !== former.bankBic;
  await updateTerms(tx, terms);
  const { currency } = terms;
  if (newAccount) await retryRejected(tx, { merchantId, currency, payAt: clock.now() });
  return terms;
}

async function withSums(parts: SettlementParts, batch: Batch): Promise<Batch> {
  const { lines, gross, fee, fixedFee, refundFee, tax, adjustments } = await readSums(
    parts.database,
    batch.id,
  );
  const fees = fee + fixedFee + refundFee + tax;
  return { ...batch, lines, gross, fees, adjustments, net: gross + fees + adjustments };
}

function assertTerms(terms: Omit<SettlementTerms, 'merchantId'>): void {
  const limits: readonly [keyof typeof terms, number, number][] = [
    ['cycleDays', 0, 60],
    ['cutOffMinute', 1, 1440],
    ['payMinute', 0, 1439],
    ['taxBps', 0, 5000],
    ['reserveBps', 0, 5000],
    ['reserveDays', terms.reserveBps > 0 ? 1 : 0, 400],
  ];
  for (const [field, least, most] of limits) {
    const value = terms[field] as number;
    if (!Number.isInteger(value) || value < least || value > most)
      refuse(field, `must be a whole number from ${least} to ${most}`);
  }
  if (terms.minPayout < 1n) refuse('minPayout', 'must be at least one minor unit');
  if (terms.fixedFee < 0n) refuse('fixedFee', 'must not be negative');
  if (terms.refundFee < 0n) refuse('refundFee', 'must not be negative');
  assertBankAccount(terms);
}

function refuse(field: string, message: string): never {
  throw new Rejection('amount-out-of-limits', `${field} ${message}`, { field });
}

function closing(parts: SettlementParts): Timer {
  const { database, isolation } = parts;
  let takenAt = 0;
  return {
    name: closingTimer,
    async nextDueAt() {
      await takeIn(parts);
      return readNextCutOff(database, await isolation.held(closingTimer));
    },
    async run(now) {
      const next = await readNextCutOff(database, await isolation.held(closingTimer));
      const due = next !== null && next <= now;
      // Looked at each second, taken in each minute: so that a large day does not wait for its end.
      if (!due && Math.abs(now.getTime() - takenAt) < intakeEveryMs) return 0;
      takenAt = now.getTime();
      return closeDue(parts, now);
    },
  };
}

function releasing(parts: SettlementParts): Timer {
  const { database, isolation } = parts;
  const nextDueAt = async () => readNextRelease(database, await isolation.held(releasingTimer));
  return {
    name: releasingTimer,
    nextDueAt,
    async run(now) {
      const next = await nextDueAt();
      return next === null || next > now ? 0 : releaseDue(parts, now);
    },
  };
}

const paying = (parts: SettlementParts): Timer => ({
  name: payoutTimer,
  nextDueAt: async () =>
    earlier(
      await readNextPayout(parts.database, await parts.isolation.held(payoutTimer)),
      await readNextUnsent(parts.database),
    ),
  run: (now) => payDue(parts, now),
});

const reading = (parts: SettlementParts): Timer => ({
  name: bankTimer,
  nextDueAt: async () =>
    earlier(
      await readNextUnapplied(parts.database, await parts.isolation.held(bankTimer)),
      await parts.bank.nextDocumentAt(await readLastCursor(parts.database)),
    ),
  run: (now) => readBank(parts, now),
});

const earlier = (left: Date | null, right: Date | null): Date | null =>
  left === null ? right : right === null || left < right ? left : right;
