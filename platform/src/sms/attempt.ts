// What an attempt's outcome makes of a short message: gone, tried again while it is of use, or over. Pure.
import type { MessageAnswer } from '@tongbao/connector-interface';

const secondMs = 1_000;
/** From one attempt to the next. The first is longer than an attempt may take: while one lasts, nobody begins another. */
const gapsMs = [16, 20, 30, 60].map((seconds) => seconds * secondMs);

/** How long after the attempt of this number (1 is the first) the next one is made. */
export const gapAfter = (attempt: number): number => gapsMs[Math.min(attempt, gapsMs.length) - 1]!;

export interface Verdict {
  readonly state: 'sent' | 'refused' | 'expired' | 'again';
  readonly nextTryAt: Date;
}

/** Unknown (null) and later are tried again as long as the message is of use then. */
export function verdictOf(
  answer: MessageAnswer | null,
  of: { readonly attempt: number; readonly at: Date; readonly expiresAt: Date },
): Verdict {
  const nextTryAt = new Date(of.at.getTime() + gapAfter(of.attempt));
  if (answer?.outcome === 'accepted') return { state: 'sent', nextTryAt };
  if (answer?.outcome === 'refused') return { state: 'refused', nextTryAt };
  return { state: nextTryAt < of.expiresAt ? 'again' : 'expired', nextTryAt };
}
