// The room for short messages: one is queued, whatever the service does at the moment, and the process with the clockwork hands
// it over, again and again while it is of use. So who asks for a code never waits for the service, and one session speaks to it.
import type { MessageAnswer, SmsService } from '@tongbao/connector-interface';
import type { Database, Isolation, Tally } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Keys, Timer } from '../system/index.ts';
import { gapAfter, verdictOf } from './attempt.ts';
import { type Country, countryOf } from './countries.ts';
import {
  endMessage,
  insertMessage,
  putOff,
  removeEnded,
  selectDue,
  selectFirstEnded,
  selectNextDue,
  type TakenMessage,
  takeMessage,
} from './store.ts';

export interface SmsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: Pick<Keys, 'seal' | 'open'>;
  readonly isolation: Isolation;
  readonly tally: Tally;
  /** Null: no message leaves this installation. */
  readonly service: SmsService | null;
  /** Where messages go; empty: everywhere. */
  readonly countries: readonly Country[];
  /** A message is due: whoever has the clockwork hears it. */
  readonly onQueued: () => void;
  /** Told of an attempt that did not succeed; gets no number and no word of the message. */
  readonly onNotSent: (of: { message: string; attempt: number; answer: string; over: boolean }) => void;
}

export interface Sms {
  /** Whether messages go to a number's country. */
  goesTo(phone: string): boolean;
  /**
   * Leaves a message for a number (E.164), to be sent while it is of use. `counted`: quotas that are opened anew if it never
   * leaves. Rejections: unavailable (no service), phone-not-supported (its country), code-too-many (its country's day).
   */
  send(phone: string, text: string, counted?: readonly Counted[]): Promise<void>;
  readonly timers: readonly Timer[];
}

/** What a message was counted in (database/tally.ts). */
export interface Counted {
  readonly name: string;
  readonly subject: string;
}

interface Content {
  readonly to: string;
  readonly text: string;
  readonly counted: readonly Counted[];
}

const timerName = 'short messages';
const perRun = 100;
const parallel = 8;
/** As long as a code is good for. */
const ofUseMs = 5 * 60_000;
const dayMs = 24 * 3_600_000;
/** What became of a message is kept so long, without what it said. */
const keptMs = 7 * dayMs;
const removedPerRun = 1_000;

const aboutContent = (id: bigint): string => `sms.message.content ${id}`;

export function createSms(parts: SmsParts): Sms {
  const { database, clock, ids, keys, isolation, service, countries } = parts;
  const delivery: Timer = {
    name: timerName,
    nextDueAt: async () =>
      service === null ? null : selectNextDue(database, await isolation.held(timerName)),
    async run(now) {
      if (service === null) return 0;
      const due = await selectDue(database, { now, except: await isolation.held(timerName), limit: perRun });
      const work = (id: bigint) => attempt({ ...parts, service }, id);
      return isolation.each(timerName, due, { key: String, work, parallel });
    },
  };
  const housekeeping: Timer = {
    name: 'old short messages',
    async nextDueAt() {
      const first = await selectFirstEnded(database);
      return first === null ? null : new Date(first.getTime() + keptMs);
    },
    run: (now) => removeEnded(database, { endedBy: new Date(now.getTime() - keptMs), limit: removedPerRun }),
  };

  return {
    goesTo: (phone) => countries.length === 0 || countryOf(phone, countries) !== null,
    async send(phone, text, counted = []) {
      if (service === null)
        throw new Rejection('unavailable', 'no SMS service is configured (TONGBAO_SMS_URL)');
      await countInCountry(parts, phone);
      const id = await ids.one();
      const now = clock.now();
      const content: Content = { to: phone, text, counted };
      await insertMessage(database, {
        ...{ id, at: now, expiresAt: new Date(now.getTime() + ofUseMs) },
        content: keys.seal(JSON.stringify(content), aboutContent(id)),
      });
      parts.onQueued();
    },
    timers: [delivery, housekeeping],
  };
}

async function countInCountry({ countries, tally }: SmsParts, phone: string): Promise<void> {
  if (countries.length === 0) return;
  const country = countryOf(phone, countries);
  if (country === null)
    throw new Rejection('phone-not-supported', 'messages do not go to numbers of this country');
  const { prefix, mostADay } = country;
  if (mostADay === null) return;
  const quota = { name: 'messages to a country', subject: prefix, most: mostADay, windowMs: dayMs };
  const retryAt = await tally.take([quota]);
  if (retryAt !== null)
    throw new Rejection('code-too-many', `numbers with ${prefix} have had their ${mostADay} messages today`, {
      retryAt,
    });
}

/** One attempt, outside any transaction. Its next one is written first, so that a process that dies leaves a message that is due. */
async function attempt(parts: SmsParts & { service: SmsService }, id: bigint): Promise<void> {
  const { database, clock, keys, tally } = parts;
  const at = clock.now();
  const taken = await takeMessage(database, { id, now: at, until: new Date(at.getTime() + gapAfter(1)) });
  if (taken === null) return;
  const { attempts, expiresAt } = taken;
  const content = JSON.parse(keys.open(taken.content, aboutContent(id))) as Content;
  // The process was away, or the service hung: what nobody can use any more is not sent.
  const answer = at >= expiresAt ? tooLate : await hand(parts.service, taken, content);
  const { state, nextTryAt } = verdictOf(answer, { attempt: attempts, at, expiresAt });
  const said = answer?.answer ?? 'unknown';
  if (state === 'again') await putOff(database, { id, attempts, at: nextTryAt, answer: said });
  else if (!(await endMessage(database, { id, state, at: clock.now(), answer: said }))) return;
  if (state === 'sent') return;
  parts.onNotSent({ message: id.toString(), attempt: attempts, answer: said, over: state !== 'again' });
  // Nobody is locked out by a service that does not work: what never left was not asked for.
  if (state !== 'again') await tally.forgive(content.counted);
}

const tooLate: MessageAnswer = { outcome: 'later', answer: 'too late' };

/** Null when nobody knows whether the service has it. */
const hand = (
  service: SmsService,
  { id }: TakenMessage,
  { to, text }: Content,
): Promise<MessageAnswer | null> => service.send({ reference: `c${id}`, to, text }).catch(() => null);
