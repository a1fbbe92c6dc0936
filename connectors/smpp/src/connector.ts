// Short messages to a message centre by SMPP 3.4. The protocol has no question after a message whose answer is lost: such a
// message goes again with the same reference in its optional fields, and may arrive twice.
import { createHash } from 'node:crypto';
import type { MessageAnswer, SmsService } from '@tongbao/connector-interface';
import { type Alphabet, encode } from './alphabet.ts';
import { commands, messageIdOf, readDeliver, submitBody } from './pdu.ts';
import { type Receipt, receiptOf } from './receipt.ts';
import { createSession, NotAsked, type SessionParts } from './session.ts';
import { answerOf, wantsPause } from './status.ts';

export interface SmppOptions extends Omit<SessionParts, 'window' | 'enquireMs' | 'timeoutMs' | 'onDeliver'> {
  /** As whom messages appear: digits, or a word of at most eleven letters; empty: the centre knows. */
  readonly sender: string;
  /** gsm: what fits into GSM 03.38 goes so, and the rest as UCS-2. ucs2: everything does. */
  readonly alphabet: Alphabet;
  /** Where the centre says what became of a message: with our reference, if it is still remembered. */
  readonly onReceipt?: (receipt: Receipt & { readonly reference: string | null }) => void;
  /** For a whole attempt; 12 s if not said. */
  readonly timeoutMs?: number;
  /** Questions under way at once; 10 if not said. */
  readonly window?: number;
  readonly enquireMs?: number;
}

export interface SmppSms extends SmsService {
  close(): Promise<void>;
}

const remembered = 1_000;
const leastPauseMs = 250;
const longestPauseMs = 8_000;
const dataCodings: Readonly<Record<Alphabet, number>> = { gsm: 0, ucs2: 8 };

export function createSmppSms(options: SmppOptions): SmppSms {
  const { sender, alphabet: prefer, onReceipt, timeoutMs = 12_000 } = options;
  const sent = new Map<string, string>();
  const throttle = createThrottle(Math.min(longestPauseMs, timeoutMs / 2));
  const session = createSession({
    ...options,
    window: options.window ?? 10,
    enquireMs: options.enquireMs ?? 30_000,
    // Connecting, binding and one answer fit into an attempt.
    timeoutMs: Math.ceil(timeoutMs / 3),
    onDeliver(body) {
      const receipt = receiptOf(readDeliver(body));
      if (receipt !== null) onReceipt?.({ ...receipt, reference: sent.get(receipt.id) ?? null });
    },
  });

  function remember(id: string, reference: string): void {
    if (id === '') return;
    sent.set(id, reference);
    if (sent.size > remembered) sent.delete(sent.keys().next().value!);
  }

  /** One part; what the centre does not want now is offered again until the attempt is over. */
  async function submit(body: Buffer, reference: string, until: number): Promise<MessageAnswer> {
    for (;;) {
      if (!(await throttle.wait(until))) return { outcome: 'later', answer: 'ESME_RTHROTTLED' };
      const { command, status, body: answer } = await session.ask(commands.submitSm, body);
      throttle.heard(wantsPause(status));
      if (wantsPause(status)) continue;
      if (command !== commands.submitSmResp && status === 0)
        throw new Error('the message centre answers something else');
      if (status === 0) remember(messageIdOf(answer), reference);
      return answerOf(status);
    }
  }

  return {
    async send({ reference, to, text }) {
      const until = performance.now() + timeoutMs;
      const number = numberOf(reference);
      const { alphabet, parts } = encode(text, { prefer, group: number & 0xff });
      const about = { sender, to: to.replace(/^\+/, ''), userReference: number };
      let answer: MessageAnswer = { outcome: 'later', answer: 'nothing was sent' };
      for (const { octets, hasHeader } of parts) {
        const more = { octets, hasHeader, dataCoding: dataCodings[alphabet], wantsReceipt: true };
        try {
          answer = await submit(submitBody({ ...about, ...more }), reference, until);
        } catch (error) {
          if (!(error instanceof NotAsked)) throw error;
          return { outcome: 'later', answer: 'not reached' };
        }
        if (answer.outcome !== 'accepted') return answer;
      }
      return answer;
    },
    close: () => session.close(),
  };
}

/** 0–65535, the same at every attempt at a message. */
const numberOf = (reference: string): number =>
  createHash('sha256').update(reference).digest().readUInt16BE();

/** A pause for everybody after the centre has said that it wants less: a quarter of a second, doubling. */
function createThrottle(mostPauseMs: number) {
  let pauseMs = 0;
  let endsAt = 0;
  return {
    heard(isThrottled: boolean): void {
      pauseMs = isThrottled ? Math.min(Math.max(pauseMs * 2, leastPauseMs), mostPauseMs) : 0;
      endsAt = performance.now() + pauseMs;
    },
    /** Answers false when the pause does not end by `until`. */
    async wait(until: number): Promise<boolean> {
      const left = endsAt - performance.now();
      if (endsAt > until) return false;
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      return performance.now() <= until;
    },
  };
}
