// What keeps a wrong rate from being quoted: too old, or too far from the one before. Pure.
import { divide } from '@tongbao/money';
import { daysBetween } from '../system/index.ts';

/** A rate older than this many days is not quoted: Easter's or Christmas's gap, but not a forgotten feed. */
export const defaultStaleAfterDays = 5;
/** A move beyond this share is held until somebody confirms it. */
export const defaultMaxMoveBps = 1_000;
/**
 * How many days back the last accepted rate is looked for. Longer than a rate stays in force, so that neither an
 * outage of the source nor an outlier that the source repeats until the former is stale opens the guard.
 */
export const guardMemoryDays = 30;

export const isStale = (rateDate: string, today: string, staleAfterDays: number): boolean =>
  daysBetween(rateDate, today) > staleAfterDays;

/** Whether a decimal rate differs from the last accepted one by more than `maxMoveBps`. */
export function isOutlier(rate: string, former: string, maxMoveBps: number): boolean {
  const [now, before] = sameScale(rate, former);
  const difference = now > before ? now - before : before - now;
  return divide(difference * 10_000n, before, 'up') > BigInt(maxMoveBps);
}

/** For sorting: negative, zero or positive, as the left decimal is less than, equal to or more than the right. */
export function compareRates(left: string, right: string): number {
  const [one, other] = sameScale(left, right);
  return one < other ? -1 : one > other ? 1 : 0;
}

function sameScale(left: string, right: string): [bigint, bigint] {
  const places = Math.max(fractionOf(left).length, fractionOf(right).length);
  const scaled = (text: string) => BigInt(`${text.split('.')[0]}${fractionOf(text).padEnd(places, '0')}`);
  return [scaled(left), scaled(right)];
}

const fractionOf = (text: string): string => text.split('.')[1] ?? '';
