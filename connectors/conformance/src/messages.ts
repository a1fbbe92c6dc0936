// The kit for those who carry messages to people: what was not taken is sent again, what was taken is not, and where the
// network allows no certainty, a second copy can be told from another message.
import type { MessageAnswer } from '@tongbao/connector-interface';
import { holds, type Row, throws } from './row.ts';

/**
 * refuse: this recipient, for ever. busy: not now. hang: takes the connection and says nothing. answer-lost: has the message,
 * and the connection goes before the answer. cut: the connection goes in the middle of the message. lies: says yes in the
 * protocol and no in words. late: answers when nobody waits any more, and then normally.
 */
export type CarrierMood =
  | 'normal'
  | 'down'
  | 'refuse'
  | 'busy'
  | 'hang'
  | 'answer-lost'
  | 'cut'
  | 'lies'
  | 'late';

export interface SentMessage {
  readonly reference: string;
  readonly text: string;
}

export interface ReceivedMessage {
  /** What the network, or a mailbox, may know it again by; null where it has no such thing. */
  readonly name: string | null;
  readonly text: string;
}

/** The connector and the network behind it, in a world of their own for each row. Its waits are a second at most. */
export interface CarrierDriver {
  start(): Promise<{ send(message: SentMessage): Promise<MessageAnswer>; close(): Promise<void> }>;
  behave(mood: CarrierMood): Promise<void>;
  /** Answers false for a mood that this network does not have. */
  can(mood: CarrierMood): boolean;
  /** Whether the network takes the same reference once. */
  readonly deduplicates: boolean;
  /** What people got so far, in order; a message in parts as one. */
  received(): Promise<readonly ReceivedMessage[]>;
  close(): Promise<void>;
}

let counter = 0;
const message = (text = '您的验证码 code 123456'): SentMessage => ({ reference: `kit-${++counter}`, text });

const mostMs = 10_000;
async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${mostMs / 1000} s`)), mostMs);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

const outcomeOf = (asked: Promise<MessageAnswer>): Promise<MessageAnswer['outcome'] | 'unknown'> =>
  inTime(
    asked.then(
      ({ outcome }) => outcome,
      () => 'unknown' as const,
    ),
  );

/** Tried as the rooms do: until it is taken, some few times. */
async function sendUntilTaken(
  carrier: { send(message: SentMessage): Promise<MessageAnswer> },
  sent: SentMessage,
): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++)
    if ((await outcomeOf(carrier.send(sent))) === 'accepted') return;
  holds(false, 'a message that the network would take is not taken');
}

/** A row about one mood: the message does not go, nobody gets it, and afterwards it goes once. */
const notNow = (
  mood: CarrierMood,
  of: Pick<Row<CarrierDriver>, 'title' | 'why' | 'remedy'> & { allowed: readonly string[] },
): Row<CarrierDriver> => ({
  ...{ name: mood, title: of.title, why: of.why, remedy: of.remedy },
  async run(driver) {
    if (!driver.can(mood)) return null;
    const carrier = await driver.start();
    await driver.behave(mood);
    const sent = message();
    const outcome = await outcomeOf(carrier.send(sent));
    holds(of.allowed.includes(outcome), `it says ${outcome}`);
    await driver.behave('normal');
    holds((await driver.received()).length === 0, 'somebody got what was not sent');
    await sendUntilTaken(carrier, sent);
    const got = await driver.received();
    holds(got.length === 1 && got[0]!.text === sent.text, `people got ${got.length} messages, not the one`);
    await carrier.close();
    return `${outcome}, and then once`;
  },
});

export const messageRows: readonly Row<CarrierDriver>[] = [
  {
    name: 'whole',
    title: 'texts of many languages, long ones, and lines that look like the protocol',
    why: 'A code that arrives as boxes lets nobody in.',
    remedy: 'Say which alphabet a message is in, and take the protocol’s own signs out of its way.',
    async run(driver) {
      const carrier = await driver.start();
      const texts = [
        'Your code is 123456. Tell it to nobody.',
        '【通宝】验证码123456，5分钟内有效。',
        '通바오 인증번호 😀 €{}[]~\\^|',
        `${'long '.repeat(80)}end`,
        `${'长'.repeat(150)}完`,
        'first\n.\n..second\n.',
      ];
      for (const text of texts) await sendUntilTaken(carrier, message(text));
      const got = (await driver.received()).map(({ text }) => text);
      for (const [index, text] of texts.entries())
        holds(
          got[index] === text,
          `instead of ${JSON.stringify(text)} arrives ${JSON.stringify(got[index])}`,
        );
      await carrier.close();
      return `${texts.length} texts, each as it was sent`;
    },
  },
  {
    name: 'together',
    title: 'twenty messages at once',
    why: 'Answers come in any order; an answer to one is none to another.',
    remedy: 'Hold each answer against the message that it names.',
    async run(driver) {
      const carrier = await driver.start();
      const sent = Array.from({ length: 20 }, (_, index) => message(`number ${index}`));
      await Promise.all(sent.map((each) => sendUntilTaken(carrier, each)));
      const got = (await driver.received()).map(({ text }) => text).sort();
      holds(String(got) === String(sent.map(({ text }) => text).sort()), `people got ${got.length} of 20`);
      await carrier.close();
      return 'each once';
    },
  },
  {
    name: 'lost',
    title: 'the network has the message, and its answer is lost; another process sends it again',
    why: 'A message that counts as sent and is not leaves somebody outside; one that is not known may have gone.',
    remedy: 'Throw; send it again under the same reference, and let the network see that it is the same.',
    async run(driver) {
      const first = await driver.start();
      await driver.behave('answer-lost');
      const sent = message();
      holds(await inTime(throws(first.send(sent))), 'an answer that was lost was answered');
      await first.close();
      await driver.behave('normal');
      const second = await driver.start();
      await sendUntilTaken(second, sent);
      await sendUntilTaken(second, message('another one'));
      await second.close();
      const got = await driver.received();
      const copies = got.filter(({ text }) => text === sent.text);
      if (driver.deduplicates)
        holds(copies.length === 1, `the network takes a reference once, and ${copies.length} copies arrived`);
      holds(copies.length >= 1 && copies.length <= 2, `${copies.length} copies arrived`);
      const names = new Set(copies.map(({ name }) => name));
      holds(names.size === 1, 'the second copy looks like another message');
      const others = got.filter(({ text }) => text !== sent.text);
      holds(
        others.length === 1 && (others[0]!.name === null || !names.has(others[0]!.name)),
        'another message looks like a copy',
      );
      return copies.length === 1
        ? 'arrived once'
        : `twice, ${copies[0]!.name === null ? 'alike' : 'under one name'}`;
    },
  },
  notNow('down', {
    title: 'the network cannot be reached, and is back later',
    why: 'What has not been sent must not count as sent.',
    remedy: 'Answer later where nothing can have gone; throw where that is not known.',
    allowed: ['later', 'unknown'],
  }),
  notNow('busy', {
    title: 'the network says: not now',
    why: 'Throttling is no refusal of the message; sent on at once it only gets worse.',
    remedy: 'Answer later: the network has said that it did not take the message.',
    allowed: ['later'],
  }),
  notNow('hang', {
    title: 'the network takes the connection and says nothing',
    why: 'A shopper waits for a code; whoever waits for ever holds up everybody.',
    remedy: 'One deadline over the whole attempt.',
    allowed: ['later', 'unknown'],
  }),
  notNow('cut', {
    title: 'the connection goes in the middle of the message',
    why: 'Half a message must not arrive, nor the whole one count as sent.',
    remedy: 'Only the answer to the whole message says that it was taken.',
    allowed: ['later', 'unknown'],
  }),
  notNow('lies', {
    title: 'the protocol says yes, the words in it say no',
    why: 'Many services answer 200 to everything.',
    remedy: 'Read the answer, not only its status.',
    allowed: ['later', 'refused', 'unknown'],
  }),
  {
    name: 'refuse',
    title: 'the network refuses the recipient',
    why: 'Asked for ever, a network shuts us out; and somebody has to hear that an address is wrong.',
    remedy: 'Answer refused, at once and again.',
    async run(driver) {
      const carrier = await driver.start();
      await driver.behave('refuse');
      const sent = message();
      for (const attempt of [1, 2]) {
        const outcome = await outcomeOf(carrier.send(sent));
        holds(outcome === 'refused', `attempt ${attempt}: it says ${outcome}`);
      }
      await driver.behave('normal');
      holds((await driver.received()).length === 0, 'somebody got what was refused');
      await sendUntilTaken(carrier, message());
      await carrier.close();
      return 'refused twice; the next message goes';
    },
  },
  {
    name: 'late',
    title: 'an answer comes when nobody waits for it any more',
    why: 'Taken for the next message’s, it says that something went which did not.',
    remedy: 'Drop what answers no open question.',
    async run(driver) {
      if (!driver.can('late')) return null;
      const carrier = await driver.start();
      await driver.behave('late');
      const first = await outcomeOf(carrier.send(message('first')));
      holds(first !== 'accepted', `unanswered, it says ${first}`);
      await driver.behave('refuse');
      const second = await outcomeOf(carrier.send(message('second')));
      holds(second === 'refused', `the next message, which is refused, is ${second}`);
      await driver.behave('normal');
      await sendUntilTaken(carrier, message('third'));
      await carrier.close();
      return 'heard, and taken for nothing else';
    },
  },
  {
    name: 'restart',
    title: 'the network is restarted between two messages, five times',
    why: 'A connection that has died in silence is found by the first one who uses it.',
    remedy: 'Connect anew; what cannot have gone over the old connection goes over the new one.',
    async run(driver) {
      const carrier = await driver.start();
      const sent = Array.from({ length: 6 }, (_, index) => message(`message ${index}`));
      for (const each of sent) {
        await sendUntilTaken(carrier, each);
        await driver.behave('down');
        await driver.behave('normal');
      }
      const got = (await driver.received()).map(({ text }) => text);
      holds(String(got) === String(sent.map(({ text }) => text)), `people got ${got.length} of 6 messages`);
      await carrier.close();
      return 'each once';
    },
  },
];
