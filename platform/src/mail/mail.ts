// The mail room: a letter is queued in the transaction of what causes it; a timer hands it to the mail service, until that
// has it, and then removes what it said.
import { createHash } from 'node:crypto';
import type { MailService, MessageAnswer } from '@tongbao/connector-interface';
import type { Database, Isolation, Transaction } from '../database/index.ts';
import type { Clock, Ids, Keys, Timer } from '../system/index.ts';
import { gapAfter, keptMs, verdictOf } from './attempt.ts';
import { faultOf, htmlOf, type Letter } from './letter.ts';
import {
  expireQueued,
  insertMail,
  markSent,
  putOff,
  type QueuedMail,
  selectDue,
  selectNextDue,
  selectOldest,
  takeMail,
} from './store.ts';
import { letterFor, type Occasion } from './words.ts';

export interface MailParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: Pick<Keys, 'seal' | 'open'>;
  readonly isolation: Isolation;
  /** Null: no mail leaves this installation. */
  readonly service: MailService | null;
  /** Told of an attempt that did not succeed; gets no address and no word of the mail. */
  readonly onNotSent: (of: { mail: string; attempt: number; answer: string }) => void;
  /** Told of mails that were given up, by id. */
  readonly onExpired: (ids: readonly bigint[]) => void;
}

export interface MailRoom {
  /** Whether mails leave this installation. Where none do, pages show what a mail would have brought. */
  readonly isConnected: boolean;
  /**
   * Leaves a letter to be sent once the transaction has committed. The same reference again changes nothing. Answers false,
   * and leaves nothing, where no mail leaves. Throws for a letter that cannot be sent (`isMailAddress` tells before).
   */
  queue(tx: Transaction, letter: Letter): Promise<boolean>;
  /** The same in the network's own words for an occasion. `language`: BCP 47; Chinese, or else English. */
  write(
    tx: Transaction,
    occasion: Occasion,
    address: { to: string; language: string; reference: string },
  ): Promise<boolean>;
  readonly timers: readonly Timer[];
}

const timerName = 'mail delivery';
const perRun = 50;
const parallel = 4;

const aboutContent = (id: bigint): string => `mail.message.content ${id}`;
const hashOf = ({ to, subject, text }: Letter): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([to, subject, text]))
    .digest();

export function createMail(parts: MailParts): MailRoom {
  const { database, clock, ids, keys, isolation, service } = parts;
  const delivery: Timer = {
    name: timerName,
    nextDueAt: async () =>
      service === null ? null : selectNextDue(database, await isolation.held(timerName)),
    async run(now) {
      if (service === null) return 0;
      const due = await selectDue(database, { now, except: await isolation.held(timerName), limit: perRun });
      return isolation.each(timerName, due, {
        key: String,
        work: (id) => attempt({ ...parts, service }, id),
        parallel,
      });
    },
  };
  const housekeeping: Timer = {
    name: 'old mails',
    async nextDueAt() {
      const oldest = await selectOldest(database);
      return oldest === null ? null : new Date(oldest.getTime() + keptMs);
    },
    async run(now) {
      const expired = await expireQueued(database, { now, queuedBy: new Date(now.getTime() - keptMs) });
      if (expired.length > 0) parts.onExpired(expired);
      return expired.length;
    },
  };

  async function queue(tx: Transaction, letter: Letter): Promise<boolean> {
    const fault = faultOf(letter);
    if (fault !== null) throw new Error(`a mail (${letter.reference}) cannot be queued: ${fault}`);
    if (service === null) return false;
    const id = await ids.one();
    const { to, subject, text, reference } = letter;
    const content = keys.seal(JSON.stringify({ to, subject, text }), aboutContent(id));
    await insertMail(tx, { id, reference, content, contentHash: hashOf(letter), at: clock.now() });
    return true;
  }

  return {
    isConnected: service !== null,
    queue,
    write: (tx, occasion, address) => queue(tx, letterFor(occasion, address)),
    timers: [delivery, housekeeping],
  };
}

/** One attempt, outside any transaction. Its next one is written first, so that a process that dies leaves a mail that is due. */
async function attempt(parts: MailParts & { service: MailService }, id: bigint): Promise<void> {
  const { database, clock } = parts;
  const now = clock.now();
  // Which attempt it is only the row knows; until it has said so, the shortest wait holds the mail.
  const taken = await takeMail(database, { id, now, until: new Date(now.getTime() + gapAfter(1)) });
  if (taken === null) return;
  const { attempts } = taken;
  const answer = await hand(parts, taken);
  const verdict = verdictOf(answer, attempts);
  if (verdict === 'sent') {
    await markSent(database, { id, at: clock.now(), answer: answer!.answer });
    return;
  }
  const said = answer?.answer ?? 'unknown';
  await putOff(database, { id, attempts, at: new Date(now.getTime() + gapAfter(attempts)), answer: said });
  parts.onNotSent({ mail: id.toString(), attempt: attempts, answer: said });
  if (verdict === 'held')
    throw new Error(
      answer?.outcome === 'refused'
        ? `the mail server refuses this mail (${said}); released, it is sent once more; after 14 days it is given up`
        : `not sent in ${attempts} attempts (the last: ${said}); released, it is tried again; after 14 days it is given up`,
    );
}

/** Null when nobody knows whether the server has it. */
async function hand(
  { keys, service }: MailParts & { service: MailService },
  { id, content, queuedAt }: QueuedMail,
): Promise<MessageAnswer | null> {
  const { to, subject, text } = JSON.parse(keys.open(content, aboutContent(id))) as Omit<Letter, 'reference'>;
  // Not the letter's own reference: it becomes part of the Message-ID, which strangers see.
  const mail = { reference: `m${id}`, to, subject, text, html: htmlOf(text), at: queuedAt };
  return service.send(mail).catch(() => null);
}
