// What a shopper does about their bank's question: gives the code, asks for another one, looks whether it is over, gives up. The
// same for an order and for a top-up. No transaction is open while the bank is asked, and the code is kept nowhere: it
// goes from the request to the bank.
import type { Database } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock } from '../system/index.ts';
import { type BankAnswer, type BankGateway, type DebitAnswer, putToShopper } from './bank.ts';
import { answerFault, codeFault, mayAskForCode, type OpenStepUp } from './step-up.ts';
import { countAskedCode, countGivenCode, readStepUps, takeLook } from './step-up-store.ts';

/** What waits for the shopper: a payment's debit, or a top-up. */
export interface StepUpParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly bank: BankGateway;
  /** Records what the bank said about the debit. */
  readonly hear: (reference: string, answer: DebitAnswer) => Promise<void>;
  /** The bank is asked by the timer from then on: so that a process that dies now leaves nothing that nobody asks about. */
  readonly askFrom: (reference: string, at: Date) => Promise<void>;
  /** Asks the bank about it, if it is due. */
  readonly ask: (reference: string) => Promise<void>;
  /** What counts where the bank cannot be told that the shopper has given up; null: then they have not. */
  readonly unheard: BankAnswer | null;
  readonly onBankFailed: (error: unknown, reference: string) => Promise<void>;
}

export interface StepUpAnswer {
  readonly reference: string;
  readonly customerId: bigint;
  /** The one that the page showed. */
  readonly stepUpId: string;
}

export interface StepUps {
  /**
   * Rejections: code-wrong (with the tries left), code-expired (also: another question is open now), code-too-many,
   * payment-in-progress (they were not asked anything), unavailable: the outcome is not known, look again.
   */
  giveCode(given: StepUpAnswer & { readonly code: string }): Promise<void>;
  /** Rejections: code-too-many (with the time from which there is another), code-expired, unavailable. */
  resend(asked: StepUpAnswer): Promise<void>;
  /** The shopper will not answer. Rejections: code-expired, unavailable. */
  abandon(asked: StepUpAnswer): Promise<void>;
  /** Asks the bank, unless somebody did within the last seconds. Does nothing where nothing waits. */
  look(asked: Omit<StepUpAnswer, 'stepUpId'>): Promise<void>;
}

/** A process that dies while the bank works leaves the rest to the timer, after this. */
const askAgainMs = 10_000;
const lookEveryMs = 2_000;

export function createStepUps(parts: StepUpParts): StepUps {
  const { database, clock, bank } = parts;

  async function opened(asked: StepUpAnswer): Promise<OpenStepUp> {
    const open = (await readStepUps(database, [asked.reference])).get(asked.reference);
    const fault = answerFault(open, { ...asked, now: clock.now() });
    if (fault === 'step-up-unknown')
      throw new Rejection('payment-in-progress', 'the bank asks this customer nothing');
    if (fault !== null) throw new Rejection(fault, 'this is not asked any more');
    return open!;
  }

  /** Says something to the bank and records its answer. Rejections: unavailable. */
  async function say(open: OpenStepUp, saying: () => Promise<DebitAnswer>): Promise<DebitAnswer> {
    await parts.askFrom(open.reference, new Date(clock.now().getTime() + askAgainMs));
    let answer: DebitAnswer;
    try {
      const said = await saying();
      answer = await putToShopper({ bank, mayAsk: true }, open, said);
    } catch (error) {
      await parts.onBankFailed(error, open.reference);
      throw new Rejection('unavailable', 'the bank has not answered');
    }
    await parts.hear(open.reference, answer);
    return answer;
  }
  const keyOf = ({ bank: of, reference, asks }: OpenStepUp) => ({ bank: of, reference, stepUp: asks.id });

  return {
    async giveCode({ code, ...given }) {
      const open = await opened(given);
      const fault = codeFault(open, code);
      if (fault === 'code-wrong')
        throw new Rejection(fault, 'not of the form', { attemptsLeft: triesOf(open) });
      if (fault !== null || !(await countGivenCode(database, open.reference)))
        throw new Rejection('code-too-many', 'too many codes were given');
      const answer = await say(open, () => bank.confirm({ ...keyOf(open), code }));
      if (answer.outcome !== 'step-up-required') return;
      const attemptsLeft = answer.stepUp.kind === 'one-time-code' ? answer.stepUp.triesLeft : 0;
      throw new Rejection('code-wrong', 'the bank expects another code', { attemptsLeft });
    },
    async resend(asked) {
      const open = await opened(asked);
      const resendAt = open.asks.kind === 'one-time-code' ? open.asks.resendAt : null;
      if (!mayAskForCode(open, clock.now()) || !(await countAskedCode(database, open.reference)))
        throw new Rejection(
          'code-too-many',
          'not yet, or not again',
          resendAt === null ? {} : { retryAt: resendAt },
        );
      await say(open, () => bank.resend(keyOf(open)));
    },
    async abandon(asked) {
      const open = await opened(asked);
      try {
        await say(open, () => bank.abandon(keyOf(open)));
      } catch (error) {
        if (parts.unheard === null || !(error instanceof Rejection)) throw error;
        await parts.hear(open.reference, parts.unheard);
      }
    },
    async look({ reference, customerId }) {
      const open = (await readStepUps(database, [reference])).get(reference);
      if (open === undefined || open.customerId !== customerId) return;
      const now = clock.now();
      const notAfter = new Date(now.getTime() - lookEveryMs);
      if (!(await takeLook(database, { reference, now, notAfter }))) return;
      await parts.askFrom(reference, now);
      await parts.ask(reference);
    },
  };
}

const triesOf = ({ asks }: OpenStepUp): number => (asks.kind === 'one-time-code' ? asks.triesLeft : 0);
