// What is agreed with a merchant, whole, as a version keeps it: prices, limits, calendar, settlement, the account that is paid.
// Amounts are minor units of the settlement currency, written as texts, so that a version can be kept and shown as it is.
import { isCurrency } from '@tongbao/money';
import type { Agreed, RateRule } from '../merchants/index.ts';
import { Rejection } from '../rejection.ts';
import type { SettlementTerms } from '../settlement/index.ts';

export interface AgreedTerms {
  readonly settlementCurrency: string;
  readonly paymentCurrencies: readonly string[];
  readonly rateRule: RateRule;
  readonly feeBps: number;
  readonly spreadBps: number;
  readonly settlementSpreadBps: number;
  readonly returnsFee: boolean;
  readonly queuesRefunds: boolean;
  readonly refundWindowDays: number;
  readonly quoteLifeSeconds: number;
  readonly regions: readonly string[];
  readonly minAmount: string;
  readonly maxAmount: string;
  readonly debtLimit: string;
  readonly calendar: string;
  readonly timeZone: string;
  readonly cycleDays: number;
  readonly cutOffMinute: number;
  readonly payMinute: number;
  readonly minPayout: string;
  readonly fixedFee: string;
  readonly refundFee: string;
  readonly taxBps: number;
  readonly reserveBps: number;
  readonly reserveDays: number;
  readonly accountName: string;
  readonly accountNumber: string;
  readonly bankBic: string;
  readonly notifyUrl: string | null;
}

export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** What is wrong with it besides the account and the calendar's years, field by field; a pure look. */
export function faultsOf(terms: AgreedTerms): Fault[] {
  const found: Fault[] = [];
  const say = (field: keyof AgreedTerms, message: string) => found.push({ field, message });
  for (const [field, least, most] of numbers) {
    const value = terms[field];
    if (!Number.isInteger(value) || value < least || value > most)
      say(field, `must be a whole number from ${least} to ${most}`);
  }
  for (const [field, least] of amounts)
    if (!/^\d{1,15}$/.test(terms[field]) || BigInt(terms[field]) < least)
      say(field, `must be a whole number of minor units from ${least} to 10^15 - 1`);
  if (found.every(({ field }) => !/Amount$/.test(field)) && BigInt(terms.maxAmount) < BigInt(terms.minAmount))
    say('maxAmount', 'must not be below minAmount');
  if (terms.reserveBps > 0 && terms.reserveDays === 0) say('reserveDays', 'a reserve needs days');
  if (!isCurrency(terms.settlementCurrency))
    say('settlementCurrency', `there is no currency ${terms.settlementCurrency}`);
  const { length } = terms.paymentCurrencies;
  if (length < 1 || length > 50) say('paymentCurrencies', 'must be 1 to 50 currencies');
  for (const code of terms.paymentCurrencies)
    if (!isCurrency(code)) say('paymentCurrencies', `there is no currency ${code}`);
  if (terms.regions.length < 1 || terms.regions.length > 50 || !terms.regions.every(isCountry))
    say('regions', 'must be 1 to 50 countries of two letters, like CN');
  if (!isZone(terms.timeZone)) say('timeZone', `there is no time zone ${terms.timeZone}`);
  return found;
}

type NumberField = {
  [Key in keyof AgreedTerms]: AgreedTerms[Key] extends number ? Key : never;
}[keyof AgreedTerms];
const numbers: readonly [NumberField, least: number, most: number][] = [
  ['feeBps', 0, 2000],
  ['spreadBps', 0, 1000],
  ['settlementSpreadBps', 0, 1000],
  ['refundWindowDays', 0, 3650],
  ['quoteLifeSeconds', 60, 86_400],
  ['cycleDays', 0, 60],
  ['cutOffMinute', 1, 1440],
  ['payMinute', 0, 1439],
  ['taxBps', 0, 5000],
  ['reserveBps', 0, 5000],
  ['reserveDays', 0, 400],
];
const amounts = [
  ['minAmount', 1n],
  ['maxAmount', 1n],
  ['debtLimit', 0n],
  ['minPayout', 1n],
  ['fixedFee', 0n],
  ['refundFee', 0n],
] as const;

export const isCountry = (code: string): boolean => /^[A-Z]{2}$/.test(code);

function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** Throws onboarding-refused that names each field. */
export function assertNoFaults(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  const words = faults.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new Rejection('onboarding-refused', words, { field: first.field });
}

/** The part that the merchants room keeps. */
export const contractOf = (terms: AgreedTerms): Agreed => ({
  settlementCurrency: terms.settlementCurrency,
  paymentCurrencies: terms.paymentCurrencies,
  settlementSpreadBps: terms.settlementSpreadBps,
  feeBps: terms.feeBps,
  spreadBps: terms.spreadBps,
  returnsFee: terms.returnsFee,
  regions: terms.regions,
  calendar: terms.calendar,
  timeZone: terms.timeZone,
  minAmount: BigInt(terms.minAmount),
  maxAmount: BigInt(terms.maxAmount),
  refundWindowDays: terms.refundWindowDays,
  debtLimit: BigInt(terms.debtLimit),
  queuesRefunds: terms.queuesRefunds,
  quoteLifeMs: terms.quoteLifeSeconds * 1000,
  notifyUrl: terms.notifyUrl,
});

type Settled = Omit<
  SettlementTerms,
  'merchantId' | 'currency' | 'accountAddress' | 'contractVersion' | 'isHeld'
>;

/** The part that the settlement room keeps. */
export const settlementOf = (terms: AgreedTerms): Settled => ({
  calendar: terms.calendar,
  timeZone: terms.timeZone,
  cycleDays: terms.cycleDays,
  cutOffMinute: terms.cutOffMinute,
  payMinute: terms.payMinute,
  minPayout: BigInt(terms.minPayout),
  fixedFee: BigInt(terms.fixedFee),
  refundFee: BigInt(terms.refundFee),
  taxBps: terms.taxBps,
  reserveBps: terms.reserveBps,
  reserveDays: terms.reserveDays,
  accountName: terms.accountName,
  accountNumber: terms.accountNumber,
  bankBic: terms.bankBic,
});

/** Both parts as they stand: what the first change is made to. */
export const termsAsTheyStand = (
  agreed: Agreed & { readonly rateRule: RateRule },
  settled: SettlementTerms,
): AgreedTerms => ({
  settlementCurrency: agreed.settlementCurrency,
  paymentCurrencies: agreed.paymentCurrencies,
  rateRule: agreed.rateRule,
  feeBps: agreed.feeBps,
  spreadBps: agreed.spreadBps,
  settlementSpreadBps: agreed.settlementSpreadBps,
  returnsFee: agreed.returnsFee,
  queuesRefunds: agreed.queuesRefunds,
  refundWindowDays: agreed.refundWindowDays,
  quoteLifeSeconds: Math.floor(agreed.quoteLifeMs / 1000),
  regions: agreed.regions,
  minAmount: agreed.minAmount.toString(),
  maxAmount: agreed.maxAmount.toString(),
  debtLimit: agreed.debtLimit.toString(),
  calendar: agreed.calendar,
  timeZone: agreed.timeZone,
  cycleDays: settled.cycleDays,
  cutOffMinute: settled.cutOffMinute,
  payMinute: settled.payMinute,
  minPayout: settled.minPayout.toString(),
  fixedFee: settled.fixedFee.toString(),
  refundFee: settled.refundFee.toString(),
  taxBps: settled.taxBps,
  reserveBps: settled.reserveBps,
  reserveDays: settled.reserveDays,
  accountName: settled.accountName,
  accountNumber: settled.accountNumber,
  bankBic: settled.bankBic,
  notifyUrl: agreed.notifyUrl,
});

export interface TermChange {
  readonly field: keyof AgreedTerms;
  readonly from: string;
  readonly to: string;
}

/** What a version changes, in the order of the fields. */
export function changesBetween(former: AgreedTerms, next: AgreedTerms): TermChange[] {
  const shown = (terms: AgreedTerms, field: keyof AgreedTerms): string => {
    const value = terms[field];
    return Array.isArray(value) ? value.join(', ') : String(value ?? '');
  };
  return (Object.keys(next) as (keyof AgreedTerms)[])
    .map((field) => ({ field, from: shown(former, field), to: shown(next, field) }))
    .filter(({ from, to }) => from !== to);
}

/** Stands as the date from which a merchant is live while none is set. */
export const notLive = new Date('9999-01-01T00:00:00Z');
