// treasury: at the end of each working day in Shanghai the house buys, at the day's middle rate, what it owes in
// merchants' currencies with what it collected. What that brings more, or less, than the rates that payments were locked
// at is realised on an account of its own.
import { allocate, convert, money, parseRate, type Rate, toDecimal } from '@tongbao/money';
import type { Connection, Transaction } from '../database/index.ts';
import { type Fx, RatesUnavailable } from '../fx/index.ts';
import {
  type HouseAccounts,
  type Posting,
  postingsOf,
  readBalances,
  recordEntries,
} from '../ledger/index.ts';
import { addDays, houseZone, instantOf, localDayOf, type Timer } from '../system/index.ts';
import { answerRows, type HeardAnswer } from '../wallet/index.ts';
import { CalendarUnknown, cutOffAfter, type DeclaredDays } from './calendar.ts';
import { readDeclaredDays } from './declaration-store.ts';
import type { SettlementParts } from './parts.ts';
import {
  type Deal,
  delayDealRow,
  finishDealRow,
  insertDealRow,
  leaveDealToPeople,
  lockTreasury,
  readCurrencies,
  readOpenDeals,
  readTreasury,
  readUnderWay,
  writeTreasury,
} from './treasury-store.ts';

export type TreasuryParts = SettlementParts & {
  readonly fx: Fx;
  /** How far from what was expected a deal may be that people agreed with the bank. */
  readonly dealToleranceBps: number;
};

const home = 'CNY';
const rateDecimals = 10;
const timeZone = houseZone;
const endOfDay = {
  calendar: 'CN',
  currency: home,
  timeZone,
  cutOffMinute: 1440,
  payMinute: 0,
  cycleDays: 0,
} as const;

/** What stands open between the currencies: negative is owed, positive was collected. */
export interface Position {
  readonly currency: string;
  readonly amount: bigint;
}

export interface DealTerms {
  readonly currency: string;
  readonly bought: bigint;
  readonly cost: bigint;
  readonly collected: bigint;
  readonly gain: bigint;
}

/**
 * The deals that close all positions at these rates (one unit of a currency in the home currency), costs half-even.
 * Positions are kept by currency, not by pair: what was gained over all of them is shared by the deals' size.
 */
export function decideDeals(positions: readonly Position[], rates: ReadonlyMap<string, Rate>): DealTerms[] {
  const foreign = positions.filter(
    ({ currency, amount }) => currency !== home && amount !== 0n && rates.has(currency),
  );
  const unpriced = positions.some(
    ({ currency, amount }) => currency !== home && amount !== 0n && !rates.has(currency),
  );
  const deals = foreign.map(({ currency, amount }) => ({
    currency,
    bought: -amount,
    cost: convert(money(currency, -amount), rates.get(currency)!, 'half-even').amount,
  }));
  const costs = deals.reduce((all, deal) => all + deal.cost, 0n);
  const collected = positions.find((position) => position.currency === home)?.amount ?? 0n;
  const sizes = deals.map((deal) => (deal.cost < 0n ? -deal.cost : deal.cost));
  // With a position that has no rate today, part of what was collected is for it: nothing can be realised yet.
  const whole = unpriced || sizes.every((size) => size === 0n) ? 0n : collected - costs;
  const gains = whole === 0n ? sizes.map(() => 0n) : allocate(money(home, whole), sizes).map((g) => g.amount);
  return deals.map((deal, index) => ({
    ...deal,
    gain: gains[index]!,
    collected: deal.cost + gains[index]!,
  }));
}

/** What is left to close: a deal that waits for the bank or for people closes its part when it is booked. */
export function lessUnderWay(
  positions: readonly Position[],
  deals: readonly Pick<Deal, 'currency' | 'home' | 'bought' | 'collected'>[],
): Position[] {
  return positions.map(({ currency, amount }) => ({
    currency,
    amount: deals.reduce(
      (left, deal) =>
        left +
        (deal.currency === currency ? deal.bought : 0n) -
        (deal.home === currency ? deal.collected : 0n),
      amount,
    ),
  }));
}

/** The position's two legs, the banks' two accounts, and what was realised. */
export function dealPostings(
  deal: Pick<Deal, 'bought' | 'cost' | 'collected' | 'gain'>,
  accounts: Record<'position' | 'homePosition' | 'settlementBank' | 'safeguardingBank' | 'gainLoss', bigint>,
): Posting[] {
  return postingsOf([
    { account: accounts.settlementBank, amount: -deal.bought },
    { account: accounts.position, amount: deal.bought },
    { account: accounts.safeguardingBank, amount: deal.cost },
    { account: accounts.homePosition, amount: -deal.collected },
    { account: accounts.gainLoss, amount: deal.gain },
  ]);
}

export async function positionsOf(
  parts: { house: HouseAccounts },
  connection: Connection,
): Promise<Position[]> {
  const currencies = [...new Set([home, ...(await readCurrencies(connection))])];
  const accounts = new Map<string, bigint>();
  for (const currency of currencies) {
    const account = await parts.house.find('fx-position', currency);
    if (account !== null) accounts.set(currency, account);
  }
  // One statement: all positions as they stood at one instant.
  const balances = await readBalances(connection, [...accounts.values()]);
  return currencies.map((currency) => ({
    currency,
    amount: balances.get(accounts.get(currency) ?? 0n)?.balance ?? 0n,
  }));
}

export function createTreasury(parts: TreasuryParts): Timer {
  const { database, clock, isolation } = parts;
  async function nextDueAt(): Promise<Date | null> {
    const { at, open } = await readTreasury(database, await isolation.held(timerName));
    if (open !== null) return open;
    if (at !== null) return at;
    const positions = await positionsOf(parts, database);
    if (positions.every(({ currency, amount }) => currency === home || amount === 0n)) return null;
    const next = dayEndAfter(clock.now(), await readDeclaredDays(database));
    await writeTreasury(database, next);
    return next;
  }
  return {
    name: timerName,
    nextDueAt,
    async run(now) {
      const due = await nextDueAt();
      if (due === null || due > now) return 0;
      const decided =
        (await readTreasury(database, await isolation.held(timerName))).open === null
          ? await decideDay(parts, now)
          : 0;
      return decided + (await dealOpen(parts, now));
    },
  };
}

/**
 * The end of the working day. Where the calendar does not reach, every day counts: a day without rates closes nothing, and
 * positions that stay open are a risk.
 */
function dayEndAfter(instant: Date, declared: DeclaredDays): Date {
  try {
    return cutOffAfter(instant, endOfDay, declared).at;
  } catch (error) {
    if (!(error instanceof CalendarUnknown)) throw error;
    return instantOf(addDays(localDayOf(instant, timeZone), 1), 0, timeZone);
  }
}

async function decideDay(parts: TreasuryParts, now: Date): Promise<number> {
  const { at: planned } = await readTreasury(parts.database, []);
  if (planned === null) return 0;
  // The day that ends, not the one that begins.
  const instant = new Date(planned.getTime() - 1);
  const rates = await ratesOf(parts, instant);
  return parts.database.batch(async (tx) => {
    if ((await lockTreasury(tx))?.getTime() !== planned.getTime()) return 0;
    await writeTreasury(tx, null);
    const deals = decideDeals(lessUnderWay(await positionsOf(parts, tx), await readUnderWay(tx)), rates);
    for (const deal of deals) {
      await insertDealRow(tx, {
        ...deal,
        id: await parts.ids.one(),
        day: localDayOf(instant, timeZone),
        home,
        rate: toDecimal(rates.get(deal.currency)!, rateDecimals, 'half-even'),
        created_at: now,
      });
    }
    // Even with nothing to do it has done something: there is a day less to look at.
    return deals.length + 1;
  });
}

/**
 * What each currency costs at the end of a day. A day of which nobody knows any rate closes nothing, and holds nothing up:
 * its positions are closed with the next day's.
 */
async function ratesOf(parts: TreasuryParts, instant: Date): Promise<Map<string, Rate>> {
  const rates = new Map<string, Rate>();
  const table = await parts.fx.rateTableAt(instant).catch((error: unknown) => {
    if (error instanceof RatesUnavailable) return null;
    throw error;
  });
  if (table === null) return rates;
  for (const currency of await readCurrencies(parts.database)) {
    const mid = table.mid(currency, home);
    // The rate that the conversion states is the one it was made at: whoever reads the books can work it out again.
    if (mid !== null)
      rates.set(currency, parseRate(currency, home, toDecimal(mid.rate, rateDecimals, 'half-even')));
  }
  return rates;
}

const timerName = 'treasury';
const retryMs = 60_000;

async function dealOpen(parts: TreasuryParts, now: Date): Promise<number> {
  const { database, isolation } = parts;
  const held = new Set(await isolation.held(timerName));
  const open = (await readOpenDeals(database)).filter(({ id }) => !held.has(id.toString()));
  let done = 0;
  await isolation.each(timerName, open, {
    key: ({ id }) => id.toString(),
    work: async (deal) => {
      try {
        const outcome = await parts.bank.exchange({
          reference: referenceOf(deal),
          buy: money(deal.currency, deal.bought),
          pay: money(deal.home, deal.cost),
        });
        if (outcome === 'by-hand') {
          await leaveDealToPeople(database, deal.id, now);
          return;
        }
      } catch (error) {
        parts.onBankFailed(error);
        await delayDealRow(database, deal.id, new Date(now.getTime() + retryMs));
        return;
      }
      await parts.database.batch((tx) => bookDeal(parts, tx, deal, now));
      done += 1;
    },
  });
  return done;
}

/** What the bank knows the conversion by. */
const referenceOf = ({ id }: Pick<Deal, 'id'>): string => `FX${id}`;

/** Books a deal that was made, at what it says. False when somebody else has. */
export async function bookDeal(
  parts: TreasuryParts,
  tx: Transaction,
  deal: Deal,
  now: Date,
): Promise<boolean> {
  const { house } = parts;
  const accounts = {
    position: await house.open('fx-position', deal.currency, now),
    homePosition: await house.open('fx-position', deal.home, now),
    settlementBank: await house.open('settlement-bank', deal.currency, now),
    safeguardingBank: await house.open('safeguarding-bank', deal.home, now),
    gainLoss: await house.open('fx-gain-loss', deal.home, now),
  };
  const [id, heardId] = (await parts.ids.take(2)) as [bigint, bigint];
  const heard: HeardAnswer = {
    ...{ id: heardId, bank: 'settlement', reference: referenceOf(deal) },
    ...{ outcome: 'approved', effect: 'applied', heardAt: now },
  };
  const about = { payerId: 0n, subjectId: deal.id, occurredAt: now };
  const entry = { id, kind: 'fx-conversion', ...about, postings: dealPostings(deal, accounts) } as const;
  if (!(await finishDealRow(tx, deal, id))) return false;
  await recordEntries(tx, [entry], { alongside: [answerRows([heard])] });
  return true;
}
