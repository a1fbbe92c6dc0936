// What an attempt's outcome makes of a mail: sent, tried again later, or waiting for an operator. Pure.
import type { MessageAnswer } from '@tongbao/connector-interface';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** From one attempt to the next. The first must be longer than an attempt takes: while one lasts, nobody begins another. */
const gapsMs = [1, 5, 15]
  .map((minutes) => minutes * minuteMs)
  .concat([1, 3, 6, 12, 24].map((h) => h * hourMs));

/** A mail that has not gone by then says nothing any more: it is given up, and what it said is removed. */
export const keptMs = 14 * 24 * hourMs;

/** How long after the attempt of this number (1 is the first) the next one is made. */
export const gapAfter = (attempt: number): number => gapsMs[Math.min(attempt, gapsMs.length) - 1]!;

/**
 * held: an operator decides. Unknown (null) and later are tried again, up to a number of attempts; what the server refuses
 * of the mail itself is held at once.
 */
export function verdictOf(answer: MessageAnswer | null, attempt: number): 'sent' | 'again' | 'held' {
  if (answer?.outcome === 'accepted') return 'sent';
  return answer?.outcome === 'refused' || attempt > gapsMs.length ? 'held' : 'again';
}
