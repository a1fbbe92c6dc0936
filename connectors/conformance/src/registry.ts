// The kit for registries of people and cards: a doubt is never a no, the same question is asked once, an answer about
// something else decides nothing, and a card's number comes back from nowhere.
import type { CardQuestion, Registry } from '@tongbao/connector-interface';
import { nothing, type Step } from './failing.ts';
import { holds, type Row } from './row.ts';

/**
 * vague: no-match without saying what. unknown: it says that it does not know. code: a card needs a code.
 * other-request, other-card, number-as-token, cut, flood, broken, half: answers that fit no question.
 */
export type RegistryMood =
  | 'normal'
  | 'vague'
  | 'unknown'
  | 'down'
  | 'answer-lost'
  | 'late'
  | 'code'
  | RegistryNonsense;
export type RegistryNonsense =
  | 'other-request'
  | 'other-card'
  | 'number-as-token'
  | 'cut'
  | 'flood'
  | 'broken'
  | 'half';

const nonsense: readonly RegistryNonsense[] = [
  'other-request',
  'other-card',
  'number-as-token',
  'cut',
  'flood',
  'broken',
  'half',
];

/** The connector and the registry behind it, in a world of their own for each row. */
export interface RegistryDriver {
  start(step: Step): Promise<Registry & { close(): void }>;
  /** Whom and which card the registry knows; each element is right. */
  readonly known: Omit<CardQuestion, 'requestId'>;
  /** The same with this element wrong, in a right form. */
  readonly wrong: Readonly<Record<'name' | 'resident-id' | 'phone' | 'card-number', string>>;
  /** The code that the card's phone is sent. */
  readonly code: string;
  /** How the registry behaves from now on; false where this one cannot. */
  behave(mood: RegistryMood): Promise<boolean>;
  /** How many questions the registry has worked on: the same id counts once. */
  counted(): Promise<number>;
  close(): Promise<void>;
}

let counter = 0;
const requestId = (): string => `KIT-REQUEST-${++counter}`;

const fields = {
  name: 'name',
  'resident-id': 'residentId',
  phone: 'phone',
  'card-number': 'cardNumber',
} as const;
const elements = ['name', 'resident-id', 'phone', 'card-number'] as const;

/** What the call threw; fails the row if it answered. Nothing that was asked may stand in it. */
async function thrown(asked: Promise<unknown>, { known }: RegistryDriver, when: string): Promise<string> {
  const error = await asked.then(
    (answer) => {
      holds(false, `${when}: it answered ${(answer as { outcome?: string } | null)?.outcome ?? 'something'}`);
    },
    (problem: Error) => problem,
  );
  const words = wordsOf(error);
  for (const secret of [known.cardNumber, known.residentId])
    holds(!words.includes(secret), `${when}: the error repeats what was asked`);
  return words;
}

/** All that a log would write of an error. */
function wordsOf(error: unknown): string {
  const seen: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    seen.push(at.message, at.stack ?? '', JSON.stringify(at));
  return seen.join('\n');
}

export const registryRows: readonly Row<RegistryDriver>[] = [
  {
    name: 'match',
    title: 'a person and a card that are known, and each element wrong in turn',
    why: 'A wrong yes opens somebody else’s account; a wrong no turns an honest person away.',
    remedy: 'Say match for the four that belong together, and no-match for anything else.',
    async run(driver) {
      const registry = await driver.start(nothing);
      const { known } = driver;
      for (const phone of [known.phone, null]) {
        const person = await registry.checkPerson({ ...known, requestId: requestId(), phone });
        holds(person.outcome === 'match', `a person who is known: ${person.outcome}`);
        holds(person.sources.length > 0, 'a match that nobody has confirmed');
      }
      const whole = await registry.checkCard({ ...known, requestId: requestId() });
      holds(whole.outcome === 'match', `a card that is known: ${whole.outcome}`);
      holds(whole.card.last4 === known.cardNumber.slice(-4), 'the last four digits are another card’s');
      const again = await registry.checkCard({ ...known, requestId: requestId() });
      holds(again.outcome === 'match' && again.card.token === whole.card.token, 'a card has two tokens');
      const face = await registry.cardFace(known.cardNumber.slice(0, 6));
      holds(face?.bank === whole.card.bank, 'the first digits say another bank');
      for (const element of elements) {
        const asked = { ...known, [fields[element]]: driver.wrong[element], requestId: requestId() };
        const told = await registry.checkCard(asked);
        holds(told.outcome === 'no-match', `a wrong ${element}: ${told.outcome}`);
        holds(
          told.wrong.every((each) => each === element),
          `a wrong ${element}: it says ${told.wrong}`,
        );
      }
      registry.close();
      return 'matches, and four kinds of no';
    },
  },
  {
    name: 'vague',
    title: 'a registry that does not say which element is wrong',
    why: 'To tell a stranger which of four is wrong helps them to find the others.',
    remedy: 'Say nothing that the registry has not said.',
    async run(driver) {
      if (!(await driver.behave('vague'))) return null;
      const registry = await driver.start(nothing);
      const told = await registry.checkCard({
        ...driver.known,
        phone: driver.wrong.phone,
        requestId: requestId(),
      });
      holds(told.outcome === 'no-match', `a wrong phone: ${told.outcome}`);
      holds(told.wrong.length === 0, `it says ${told.wrong}, and nobody has said so`);
      registry.close();
      return 'a no, and nothing more';
    },
  },
  {
    name: 'once',
    title: 'one question eight times at once, and again by a new process',
    why: 'Each question costs money and is a trace in somebody’s file.',
    remedy: 'Hand the id on as it is; the registry counts an id once.',
    async run(driver) {
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      const answers = await Promise.all(Array.from({ length: 8 }, () => registry.checkCard(asked)));
      registry.close();
      const other = await driver.start(nothing);
      answers.push(await other.checkCard(asked));
      other.close();
      holds(
        answers.every(({ outcome }) => outcome === 'match'),
        'the same question is answered in two ways',
      );
      const counted = await driver.counted();
      holds(counted === 1, `counted ${counted} times`);
      return 'counted once';
    },
  },
  {
    name: 'other',
    title: 'another question under an id that was used',
    why: 'An answer about one person is none about another.',
    remedy: 'Throw; it is a mistake of ours that people must see.',
    async run(driver) {
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      await registry.checkCard(asked);
      await thrown(registry.checkCard({ ...asked, name: driver.wrong.name }), driver, 'another name');
      registry.close();
      return 'refused';
    },
  },
  {
    name: 'unknown',
    title: 'the registry does not know at the moment, and does later',
    why: 'Who is told no for a registry’s bad hour has lost one of few tries.',
    remedy: 'Throw for unknown; ask again under the same id.',
    async run(driver) {
      if (!(await driver.behave('unknown'))) return null;
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      await thrown(registry.checkPerson(asked), driver, 'a person, unknown');
      const card = { ...asked, requestId: requestId() };
      await thrown(registry.checkCard(card), driver, 'a card, unknown');
      await driver.behave('normal');
      holds((await registry.checkPerson(asked)).outcome === 'match', 'later the person is still not known');
      holds((await registry.checkCard(card)).outcome === 'match', 'later the card is still not known');
      registry.close();
      return 'no answer, then the right one';
    },
  },
  {
    name: 'lost',
    title: 'the registry is away; then it works, and its answer is lost',
    why: 'Both look alike from here, and neither is a no.',
    remedy: 'Throw, and ask again under the same id.',
    async run(driver) {
      if (!(await driver.behave('down'))) return null;
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      await thrown(registry.checkCard(asked), driver, 'a registry that is away');
      await driver.behave('answer-lost');
      await thrown(registry.checkCard(asked), driver, 'an answer that was lost');
      await driver.behave('normal');
      holds((await registry.checkCard(asked)).outcome === 'match', 'asked again, it is no match');
      const counted = await driver.counted();
      holds(counted === 1, `counted ${counted} times`);
      registry.close();
      return 'found, and counted once';
    },
  },
  {
    name: 'late',
    title: 'an answer comes after the time that a shopper waits',
    why: 'A page that hangs is asked again, and a late answer must not be another question’s.',
    remedy: 'A time limit over everything; then throw, and ask again under the same id.',
    async run(driver) {
      if (!(await driver.behave('late'))) return null;
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      await thrown(registry.checkCard(asked), driver, 'a late answer');
      await driver.behave('normal');
      const other = await registry.checkCard({
        ...driver.known,
        phone: driver.wrong.phone,
        requestId: requestId(),
      });
      holds(other.outcome === 'no-match', 'the late answer was taken for another question’s');
      holds((await registry.checkCard(asked)).outcome === 'match', 'asked again, it is no match');
      registry.close();
      return 'given up in time, then answered';
    },
  },
  {
    name: 'nonsense',
    title: 'answers about another question or card, with the number in them, cut, too long, broken, half',
    why: 'What does not fit the question is a mistake somewhere, and a card would be somebody else’s.',
    remedy: 'Throw for anything but an answer that fits; keep nothing that has the number in it.',
    async run(driver) {
      const registry = await driver.start(nothing);
      const seen: string[] = [];
      for (const mood of nonsense) {
        if (!(await driver.behave(mood))) continue;
        await thrown(registry.checkCard({ ...driver.known, requestId: requestId() }), driver, mood);
        seen.push(mood);
      }
      await driver.behave('normal');
      const after = await registry.checkCard({ ...driver.known, requestId: requestId() });
      holds(after.outcome === 'match', 'after nonsense nothing is answered any more');
      registry.close();
      return seen.length === 0 ? null : `no answer to ${seen.length} kinds of nonsense`;
    },
  },
  {
    name: 'code',
    title: 'the bank wants a code: a wrong one, the right one, the right one again',
    why: 'Who knows four elements need not have the phone.',
    remedy: 'A card is a match when its code was right, once and for every repeat.',
    async run(driver) {
      if (!(await driver.behave('code'))) return null;
      const registry = await driver.start(nothing);
      const asked = { ...driver.known, requestId: requestId() };
      const sent = await registry.checkCard(asked);
      holds(sent.outcome === 'code-sent', `a card that needs a code: ${sent.outcome}`);
      const wrong = await registry.confirmCard({ requestId: asked.requestId, code: '000000' });
      holds(wrong.outcome === 'wrong-code', `a wrong code: ${wrong.outcome}`);
      holds(wrong.attemptsLeft > 0, 'one wrong code, and no try is left');
      for (let time = 1; time <= 2; time++) {
        const right = await registry.confirmCard({ requestId: asked.requestId, code: driver.code });
        holds(right.outcome === 'match', `the right code, time ${time}: ${right.outcome}`);
        holds(right.card.last4 === driver.known.cardNumber.slice(-4), 'the code gives another card');
      }
      registry.close();
      return 'a match for the right code';
    },
  },
];
