// Banks as networks make them: a request that never arrives, an answer that does not, one that arrives twice, one that
// arrives when others have asked and decided since. Behind them stand the sandbox's banks with their own books, which no
// fault touches.

import type { SettlementBank } from '../../platform/src/settlement/index.ts';
import type { BankAnswer, BankGateway, DebitAnswer } from '../../platform/src/wallet/index.ts';
import type { BankFate } from './commands.ts';

/** What a caller adds to a call: absent where an answer cannot be late, or must not be false. */
interface Treatment<T> {
  /** Gives the answer back when the caller is woken. */
  readonly hold?: (answer: T) => Promise<T>;
  /** A false answer in the place of the true one; null for none. */
  readonly deny?: () => T | null;
}

export interface Fates {
  /** What happens to the next calls, in turn; afterwards all goes well. */
  plan(fates: readonly BankFate[]): void;
  /** The fate of the next call. */
  readonly next: BankFate;
  readonly happened: Map<BankFate, number>;
  run<T>(call: () => Promise<T>, treatment?: Treatment<T>): Promise<T>;
}

export function createFates(): Fates {
  let planned: BankFate[] = [];
  const happened = new Map<BankFate, number>();
  return {
    happened,
    plan(fates) {
      planned = [...fates];
    },
    get next() {
      return planned[0] ?? 'well';
    },
    async run(call, { hold, deny } = {}) {
      const fate = planned.shift() ?? 'well';
      const note = (what: BankFate) => void happened.set(what, (happened.get(what) ?? 0) + 1);
      if (fate === 'lost-before' || fate === 'down') {
        note(fate);
        throw new Error('the bank cannot be reached');
      }
      if (fate === 'doubled') await call();
      const answer = await call();
      if (fate === 'late' && hold !== undefined) {
        note(fate);
        return hold(answer);
      }
      if (fate === 'late' || fate === 'lost-after') {
        note('lost-after');
        throw new Error('the bank did not answer in time');
      }
      const denial = fate === 'denied' ? (deny?.() ?? null) : null;
      note(fate === 'denied' && denial === null ? 'well' : fate);
      return denial ?? answer;
    },
  };
}

/** Answers that are on their way to a process that stands still. */
export interface LateAnswers {
  /** Until it is woken. `asked`: a debit's reference; null for money that goes back to a card. */
  hold<T>(answer: T, asked: string | null): Promise<T>;
  /** Whether the bank took the money under this reference, and its answer is on its way. */
  isOnItsWay(reference: string): boolean;
  /** Resolves when the next answer is held. */
  heldNext(): Promise<void>;
  /** All that is held arrives, and nothing more is held until the work is done. */
  wakeWhile(work: () => Promise<unknown>): Promise<void>;
}

export function createLateAnswers(): LateAnswers {
  const held: { readonly reference: string | null; readonly release: () => void }[] = [];
  let tell = () => {};
  let awake = false;
  return {
    hold: (answer, asked) =>
      new Promise((resolve) => {
        if (awake) return resolve(answer);
        const took = (answer as { outcome?: string }).outcome === 'approved';
        held.push({ reference: took ? asked : null, release: () => resolve(answer) });
        tell();
      }),
    isOnItsWay: (reference) => held.some((each) => each.reference === reference),
    heldNext: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
    async wakeWhile(work) {
      awake = true;
      for (const { release } of held.splice(0)) release();
      try {
        await work();
      } finally {
        awake = false;
      }
    },
  };
}

/** `isSlow`: whether it is the process that may stand still while an answer is on its way to it. */
export function faultyBank(
  bank: BankGateway,
  of: { readonly fates: Fates; readonly late: LateAnswers; readonly isSlow: boolean },
): BankGateway {
  const { fates, late, isSlow } = of;
  const holding = <T>(debit: string | null): Treatment<T> =>
    isSlow ? { hold: (answer) => late.hold(answer, debit) } : {};
  const denying = (reference: string) => ({
    deny: (): BankAnswer | null =>
      late.isOnItsWay(reference) ? { outcome: 'declined', reason: 'declined' } : null,
  });
  return {
    ...bank,
    debit: (request) =>
      fates.run(() => bank.debit(request), {
        ...holding<DebitAnswer>(request.reference),
        ...denying(request.reference),
      }),
    credit: (request) => fates.run(() => bank.credit(request), holding(null)),
    query: (key) => fates.run(() => bank.query(key), { ...holding(null), ...denying(key.reference) }),
  };
}

export const faultySettlementBank = (bank: SettlementBank, fates: Fates): SettlementBank => ({
  accountFor: bank.accountFor,
  submit: (message) => fates.run(() => bank.submit(message)),
  documents: (after, limit) => fates.run(() => bank.documents(after, limit)),
  nextDocumentAt: bank.nextDocumentAt,
  exchange: (deal) => fates.run(() => bank.exchange(deal)),
  execution: bank.execution,
});
