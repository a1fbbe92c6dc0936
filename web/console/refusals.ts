// What stopped somebody at the entrance or at a proof, in words.
import { codeOf, type Say, time } from './ask.ts';

export function entranceRefusal(say: Say, error: unknown): string {
  const code = codeOf(error);
  if (code === 'PASSWORD_WRONG') return say('passwordWrong');
  if (code === 'PASSWORD_WEAK') return say('passwordWeak');
  if (code === 'LINK_UNUSABLE') return say('linkUnusable');
  if (code === 'FACTOR_WRONG') return say('factorWrong');
  const until = (error as { retryAt?: string }).retryAt;
  if (code === 'LOCKED' && until !== undefined) return say('lockedUntil', { time: time(until) });
  return say('failedText');
}
