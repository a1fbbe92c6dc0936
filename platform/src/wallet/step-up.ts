// A debit that waits for what its shopper tells their bank: what is asked, until when, and what they may still do. Pure.
import type { StepUp } from './bank.ts';

export interface OpenStepUp {
  /** The debit's, which the bank knows it by. */
  readonly reference: string;
  readonly bank: string;
  /** Whose card it is: nobody else sees it or answers. */
  readonly customerId: bigint;
  readonly asks: StepUp;
  readonly askedAt: Date;
  /** From then on nobody waits any more: the bank's own end, or the order's if that comes first. */
  readonly deadline: Date;
  /** Codes that were handed on, and asked for, here: whatever the bank counts. */
  readonly codesGiven: number;
  readonly codesAsked: number;
}

/** No bank keeps a shopper longer. */
const longestMs = 15 * 60_000;
/** Codes that one debit may try, and ask for, here; a bank may allow fewer. */
export const codesGivenAtMost = 10;
export const codesAskedAtMost = 5;

export interface StepUpOf {
  readonly reference: string;
  readonly bank: string;
  readonly customerId: bigint;
  /** When what is paid for ends; null where nothing does. */
  readonly endsAt: Date | null;
}

/** What a bank asks now. `former`: what was known of the same debit before. */
export function heardStepUp(
  former: OpenStepUp | undefined,
  { endsAt, ...of }: StepUpOf,
  { asks, now }: { asks: StepUp; now: Date },
): OpenStepUp {
  const askedAt = former?.askedAt ?? now;
  const ends = [asks.expiresAt.getTime(), askedAt.getTime() + longestMs];
  if (endsAt !== null) ends.push(endsAt.getTime());
  // Once told to the shopper it only comes nearer.
  if (former !== undefined) ends.push(former.deadline.getTime());
  return {
    ...of,
    ...{ asks: newest(former?.asks, asks), askedAt, deadline: new Date(Math.min(...ends)) },
    ...{ codesGiven: former?.codesGiven ?? 0, codesAsked: former?.codesAsked ?? 0 },
  };
}

/** An answer that was overtaken by another one gives no try back. */
function newest(former: StepUp | undefined, asks: StepUp): StepUp {
  if (former?.kind !== 'one-time-code' || asks.kind !== 'one-time-code' || former.id !== asks.id) return asks;
  const triesLeft = Math.min(former.triesLeft, asks.triesLeft);
  return { ...asks, triesLeft };
}

const lookEveryMs = 15_000;

/** When the bank is to be asked again though nobody looked: for what was said on its page, and at the end. */
export function nextLookAt({ asks, deadline }: OpenStepUp, now: Date): Date {
  if (asks.kind === 'one-time-code') return deadline;
  return new Date(Math.min(deadline.getTime(), now.getTime() + lookEveryMs));
}

export const isOver = ({ deadline }: OpenStepUp, now: Date): boolean => deadline <= now;

/** Why this customer cannot answer here now; null: they can. Somebody else's step-up is none. */
export function answerFault(
  open: OpenStepUp | undefined,
  of: { customerId: bigint; stepUpId: string; now: Date },
): 'step-up-unknown' | 'code-expired' | null {
  if (open === undefined || open.customerId !== of.customerId) return 'step-up-unknown';
  return open.asks.id !== of.stepUpId || isOver(open, of.now) ? 'code-expired' : null;
}

/** The same for a code: its form is the bank's, and its tries are bounded here too. */
export function codeFault(open: OpenStepUp, code: string): 'code-wrong' | 'code-too-many' | null {
  if (open.asks.kind !== 'one-time-code' || code.length !== open.asks.length) return 'code-wrong';
  return open.codesGiven >= codesGivenAtMost ? 'code-too-many' : null;
}

export function mayAskForCode(open: OpenStepUp, now: Date): boolean {
  const { asks, codesAsked } = open;
  if (asks.kind !== 'one-time-code' || asks.resendAt === null) return false;
  return asks.resendAt <= now && codesAsked < codesAskedAtMost;
}
