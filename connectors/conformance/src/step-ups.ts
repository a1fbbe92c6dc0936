// The kit for banks that ask the shopper before they charge their card. Nothing moves before they have answered, once afterwards, and
// never when they were late, gave up, or answered about something else.
import type {
  BankGateway,
  CodeStepUp,
  DebitAnswer,
  DebitRequest,
  StepUp,
} from '@tongbao/connector-interface';
import { type CardBankDriver, reference } from './card-bank-driver.ts';
import { failing, nothing, steps } from './failing.ts';
import { holds, type Row, throws } from './row.ts';

type Started = BankGateway & { close(): Promise<void> };
type Kind = StepUp['kind'];

const returnUrl = 'https://wallet.example/back';

/** A debit whose bank asks in this way; null when it never does. */
function asked(driver: CardBankDriver, kind: Kind, amount: bigint): DebitRequest | null {
  const card = driver.stepUp?.cards[kind];
  if (card === undefined) return null;
  return { ...card, amount: { currency: 'CNY', amount }, reference: reference(), stepUp: { returnUrl } };
}

function required(answer: DebitAnswer, when: string): StepUp {
  if (answer.outcome !== 'step-up-required') throw new Error(`${when} the bank says ${said(answer)}`);
  return answer.stepUp;
}

function code(stepUp: StepUp): CodeStepUp {
  if (stepUp.kind !== 'one-time-code') throw new Error('the bank asks for no code');
  return stepUp;
}

const said = (answer: { outcome: string; reason?: string }): string => answer.reason ?? answer.outcome;

/** The debit, as far as the bank's question. */
async function begun(bank: Started, debit: DebitRequest) {
  const stepUp = required(await bank.debit(debit), 'asked for a debit');
  const { bank: at, reference: of } = debit;
  return { stepUp, key: { bank: at, reference: of, stepUp: stepUp.id } };
}

async function taken(driver: CardBankDriver, amount: bigint, when: string): Promise<void> {
  const found = await driver.taken();
  holds(found === amount, `${when} the cards were charged ${found}, not ${amount}`);
}

/** Another code of the same length. */
const other = (right: string): string => right.replace(/\d/g, (digit) => `${(Number(digit) + 1) % 10}`);

interface StepUpCase {
  readonly driver: CardBankDriver;
  readonly bank: Started;
  readonly debit: DebitRequest;
}

/** A row that begins with one debit in this way. */
const row = (
  about: Omit<Row<CardBankDriver>, 'run'> & { kind: Kind; play: (of: StepUpCase) => Promise<string> },
): Row<CardBankDriver> => {
  const { kind, play, ...of } = about;
  return {
    ...of,
    async run(driver) {
      const debit = asked(driver, kind, 500n);
      if (debit === null) return null;
      const bank = await driver.start(nothing);
      try {
        return await play({ driver, bank, debit });
      } finally {
        await bank.close();
      }
    },
  };
};

const askingRows: readonly Row<CardBankDriver>[] = [
  row({
    name: 'code',
    kind: 'one-time-code',
    title: 'the bank asks for a code, and gets the right one',
    why: 'A charge before the shopper has answered is one that they never agreed to.',
    remedy: 'step-up-required moves nothing; the confirmation makes the debit.',
    async play({ driver, bank, debit }) {
      const { stepUp, key } = await begun(bank, debit);
      await taken(driver, 0n, 'before the answer');
      const again = required(await bank.debit(debit), 'asked again');
      holds(again.id === stepUp.id, 'asked again, the bank asks something else');
      const confirmed = await bank.confirm({ ...key, code: await driver.stepUp!.code(debit.reference) });
      holds(confirmed.outcome === 'approved', `to the right code the bank says ${said(confirmed)}`);
      const found = await bank.query(debit);
      holds(found.outcome === 'approved', `the query says ${found.outcome}`);
      holds((await bank.debit(debit)).outcome === 'approved', 'asked again, it is not approved');
      await taken(driver, 500n, 'after the code');
      return 'charged once, after the code';
    },
  }),
  row({
    name: 'code-wrong',
    kind: 'one-time-code',
    title: 'wrong codes, one after the other, and then the right one',
    why: 'Six digits are guessed by whoever may try for ever.',
    remedy: 'Count tries, answer with fewer of them, and decline for good when there are none.',
    async play({ driver, bank, debit }) {
      const { stepUp, key } = await begun(bank, debit);
      const right = await driver.stepUp!.code(debit.reference);
      let left = code(stepUp).triesLeft;
      holds(left >= 1 && left <= 10, `the bank gives ${left} tries`);
      for (; left > 1; left--) {
        const answer = await bank.confirm({ ...key, code: other(right) });
        const now = code(required(answer, 'to a wrong code')).triesLeft;
        holds(now === left - 1, `after a wrong code ${now} tries are left of ${left}`);
      }
      const last = await bank.confirm({ ...key, code: other(right) });
      holds(said(last) === 'step-up-failed', `to the last wrong code the bank says ${said(last)}`);
      const late = await bank.confirm({ ...key, code: right });
      holds(late.outcome === 'declined', 'the right code is taken after too many wrong ones');
      await taken(driver, 0n, 'after wrong codes');
      return 'declined for good';
    },
  }),
  row({
    name: 'code-lost',
    kind: 'one-time-code',
    title: 'the code was right, and the answer to it is lost',
    why: 'The card is charged, and nobody has heard of it.',
    remedy: 'Throw; a query finds it, and the same code again is answered, not done again.',
    async play({ driver, bank, debit }) {
      const { key } = await begun(bank, debit);
      const right = await driver.stepUp!.code(debit.reference);
      await driver.behave('answer-lost');
      holds(await throws(bank.confirm({ ...key, code: right })), 'an answer that was lost was answered');
      await driver.behave('normal');
      const found = await bank.query(debit);
      holds(found.outcome === 'approved', `the query says ${found.outcome}`);
      const again = await bank.confirm({ ...key, code: right });
      holds(again.outcome === 'approved', `confirmed again, the bank says ${said(again)}`);
      await taken(driver, 500n, 'after a lost answer');
      return 'found, and charged once';
    },
  }),
  row({
    name: 'code-late',
    kind: 'one-time-code',
    title: 'the right code, after the time for it is over',
    why: 'The order has been paid in another way by then.',
    remedy: 'From `expiresAt` on the debit is declined, whatever comes.',
    async play({ driver, bank, debit }) {
      const { stepUp, key } = await begun(bank, debit);
      const right = await driver.stepUp!.code(debit.reference);
      await driver.stepUp!.passTo(stepUp.expiresAt);
      const late = await bank.confirm({ ...key, code: right });
      holds(said(late) === 'step-up-expired', `to a late code the bank says ${said(late)}`);
      const found = await bank.query(debit);
      holds(found.outcome === 'declined', `the query says ${found.outcome}`);
      await taken(driver, 0n, 'after a late code');
      return 'declined, nothing was charged';
    },
  }),
  row({
    name: 'code-doubled',
    kind: 'one-time-code',
    title: 'the right code eight times at once, and once more by a new process',
    why: 'An impatient finger, two devices, a request that was sent again.',
    remedy: 'The reference is the operation, however it is confirmed.',
    async play({ driver, bank, debit }) {
      const { key } = await begun(bank, debit);
      const given = { ...key, code: await driver.stepUp!.code(debit.reference) };
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => bank.confirm(given)));
      const wrong = answers.find((each) => each.status === 'fulfilled' && each.value.outcome !== 'approved');
      holds(wrong === undefined, 'the same code is answered in two ways');
      const second = await driver.start(nothing);
      const again = await second.confirm(given);
      await second.close();
      holds(again.outcome === 'approved', `confirmed again, the bank says ${said(again)}`);
      await taken(driver, 500n, 'confirmed nine times,');
      return 'charged once';
    },
  }),
  row({
    name: 'code-foreign',
    kind: 'one-time-code',
    title: 'the id of one debit’s question, given for another one',
    why: 'Who may confirm something small must not confirm something else with it.',
    remedy: 'Throw for an id that is not the reference’s; nothing is counted and nothing moves.',
    async play({ driver, bank, debit }) {
      const mine = await begun(bank, debit);
      const theirs = await begun(bank, { ...debit, reference: reference() });
      const right = await driver.stepUp!.code(debit.reference);
      const mixed = { ...mine.key, stepUp: theirs.key.stepUp, code: right };
      const answer = await bank.confirm(mixed).catch(() => null);
      holds(answer?.outcome !== 'approved', 'a foreign id confirms a debit');
      await taken(driver, 0n, 'by a foreign id');
      return 'nothing was done';
    },
  }),
  row({
    name: 'code-again',
    kind: 'one-time-code',
    title: 'another code is asked for: too early, and in time',
    why: 'An SMS gets lost; a button that sends one each time is a weapon and a bill.',
    remedy: 'Send nothing before `resendAt`; afterwards the new code counts, and not the old one.',
    async play({ driver, bank, debit }) {
      const { stepUp, key } = await begun(bank, debit);
      const { resendAt } = code(stepUp);
      if (resendAt === null) return 'it sends one code only';
      const first = await driver.stepUp!.code(debit.reference);
      required(await bank.resend(key), 'asked too early for a code');
      holds((await driver.stepUp!.code(debit.reference)) === first, 'a code was sent too early');
      await driver.stepUp!.passTo(resendAt);
      required(await bank.resend(key), 'asked for another code');
      const second = await driver.stepUp!.code(debit.reference);
      holds(second !== first, 'no other code was sent');
      holds(
        (await bank.confirm({ ...key, code: first })).outcome !== 'approved',
        'the old code still counts',
      );
      const answer = await bank.confirm({ ...key, code: second });
      holds(answer.outcome === 'approved', `to the new code the bank says ${said(answer)}`);
      await taken(driver, 500n, 'after the new code');
      return 'the new one counts';
    },
  }),
  {
    name: 'code-restart',
    title: 'the process dies at each step of a confirmation; a new one goes on',
    why: 'What only the process knew is gone: which question was the shopper’s, and whether it was answered.',
    remedy: 'Keep the step-up before it is told; find by a query what became of it.',
    async run(driver) {
      for (let at = 1; at <= steps; at++) {
        const debit = asked(driver, 'one-time-code', 10n);
        if (debit === null) return null;
        const before = await driver.start(nothing);
        const { key } = await begun(before, debit);
        await before.close();
        const given = { ...key, code: await driver.stepUp!.code(debit.reference) };
        const failure = failing(at, true);
        const first = await driver.start(failure.step);
        const failed = await throws(first.confirm(given));
        const reached = failure.hit();
        await first.close().catch(nothing);
        const second = await driver.start(nothing);
        const found = await second.query(debit);
        const { outcome }: { outcome: string } =
          found.outcome === 'step-up-required' ? await second.confirm(given) : found;
        holds(outcome === 'approved', `died at step ${at}: then the bank says ${outcome}`);
        await second.close();
        await taken(driver, BigInt(at) * 10n, `died at step ${at}: in all`);
        if (reached) continue;
        holds(!failed, 'a confirmation failed though nothing did');
        holds(at > 1, 'the driver never calls `step`');
        return `died at each of ${at - 1} steps, charged once each`;
      }
      throw new Error(`a confirmation takes more than ${steps} steps`);
    },
  },
];

const pageRows: readonly Row<CardBankDriver>[] = [
  row({
    name: 'page',
    kind: 'redirect',
    title: 'the bank sends the shopper to its page: they agree, and elsewhere they do not',
    why: 'That a browser came back proves nothing: only the bank knows what they said.',
    remedy: 'Learn the outcome by a query, and only so.',
    async play({ driver, bank, debit }) {
      const agreed = await begun(bank, debit);
      await taken(driver, 0n, 'before the answer');
      const there = await bank.query(debit);
      holds(there.outcome === 'step-up-required', `while they are there the query says ${there.outcome}`);
      await driver.stepUp!.visit(agreed.stepUp, 'approve');
      const found = await bank.query(debit);
      holds(found.outcome === 'approved', `when they have agreed the query says ${found.outcome}`);
      await driver.stepUp!.visit(agreed.stepUp, 'decline').catch(nothing);
      holds((await bank.debit(debit)).outcome === 'approved', 'a second answer has changed the first');
      const refused = { ...debit, reference: reference() };
      const { stepUp } = await begun(bank, refused);
      await driver.stepUp!.visit(stepUp, 'decline');
      const no = await bank.query(refused);
      holds(no.outcome === 'declined', `when they have refused the query says ${no.outcome}`);
      await taken(driver, 500n, 'after one yes and one no');
      return 'charged for the yes only';
    },
  }),
  row({
    name: 'page-late',
    kind: 'redirect',
    title: 'the shopper agrees on the bank’s page after the time for it is over',
    why: 'A tab that was left open until tomorrow.',
    remedy: 'From `expiresAt` on the debit is declined, whatever comes.',
    async play({ driver, bank, debit }) {
      const { stepUp } = await begun(bank, debit);
      await driver.stepUp!.passTo(stepUp.expiresAt);
      await driver.stepUp!.visit(stepUp, 'approve').catch(nothing);
      const found = await bank.query(debit);
      holds(found.outcome === 'declined', `after a late yes the query says ${found.outcome}`);
      await taken(driver, 0n, 'after a late yes');
      return 'declined, nothing was charged';
    },
  }),
];

const eitherRow = (
  about: Omit<Row<CardBankDriver>, 'run'> & { play: (of: StepUpCase) => Promise<string> },
): Row<CardBankDriver> => {
  const kinds: readonly Kind[] = ['one-time-code', 'redirect'];
  return {
    ...about,
    async run(driver) {
      const kind = kinds.find((each) => driver.stepUp?.cards[each] !== undefined);
      return kind === undefined ? null : row({ ...about, kind }).run(driver);
    },
  };
};

/** For banks with a page and without one. */
const eitherRows: readonly Row<CardBankDriver>[] = [
  eitherRow({
    name: 'abandoned',
    title: 'the shopper goes away, and comes back when it is too late',
    why: 'They pay in another way now; the first one must not come true afterwards.',
    remedy: 'Abandoned is declined for good, unless it had been decided: then it is answered as it was.',
    async play({ driver, bank, debit }) {
      const { stepUp, key } = await begun(bank, debit);
      const answer = await bank.abandon(key);
      holds(answer.outcome === 'declined', `abandoned, the bank says ${answer.outcome}`);
      if (stepUp.kind === 'redirect') await driver.stepUp!.visit(stepUp, 'approve').catch(nothing);
      else await bank.confirm({ ...key, code: await driver.stepUp!.code(debit.reference) }).catch(nothing);
      const found = await bank.query(debit);
      holds(found.outcome === 'declined', `afterwards the query says ${found.outcome}`);
      holds((await bank.debit(debit)).outcome === 'declined', 'asked again, it is not declined');
      await taken(driver, 0n, 'after it was abandoned');
      return 'declined for good';
    },
  }),
  eitherRow({
    name: 'nobody-there',
    title: 'a debit without a shopper who could be asked',
    why: 'A question that nobody sees keeps the money of an order waiting for nothing.',
    remedy: 'Where the request offers no step-up, decline with `step-up-needed`.',
    async play({ driver, bank, debit }) {
      const { stepUp: _offered, ...alone } = debit;
      const answer = await bank.debit(alone);
      holds(said(answer) === 'step-up-needed', `the bank says ${said(answer)}`);
      await taken(driver, 0n, 'without a shopper');
      return 'declined, not asked';
    },
  }),
];

/** What a bank without a page can be held to. */
export const codeRows: readonly Row<CardBankDriver>[] = [...askingRows, ...eitherRows];

export const stepUpRows: readonly Row<CardBankDriver>[] = [...codeRows, ...pageRows];
