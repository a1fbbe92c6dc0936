// Short messages to a service by HTTP: POST {"phone", "text", "reference"} under an Idempotency-Key, which a service that knows it
// takes once. What a status, and the words behind it, say about the message is decided in answer.ts.
import type { MessageAnswer, ShortMessage, SmsService } from '@tongbao/connector-interface';
import { answerOf, failureOf } from './answer.ts';

/** What came of a request: the first bytes of an answer's body, or why there is none. */
export type PostAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly head: Buffer }
  | { readonly kind: 'failed'; readonly reason: string };

export interface SmsHttpOptions {
  readonly url: string;
  /** Shown as a bearer token; null for none. */
  readonly token: string | null;
  /** As whom messages appear on phones; null: the service knows. */
  readonly sender: string | null;
  /** Never throws. */
  readonly post: (request: {
    url: string;
    headers: Readonly<Record<string, string>>;
    body: Buffer;
    timeoutMs: number;
  }) => Promise<PostAnswer>;
  /** For a whole attempt; 10 s if not said. */
  readonly timeoutMs?: number;
}

export function createSmsHttp({ url, token, sender, post, timeoutMs = 10_000 }: SmsHttpOptions): SmsService {
  return {
    async send({ reference, to, text }: ShortMessage): Promise<MessageAnswer> {
      const answer = await post({
        ...{ url, timeoutMs },
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'idempotency-key': reference,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: Buffer.from(
          JSON.stringify({ phone: to, text, reference, ...(sender === null ? {} : { sender }) }),
        ),
      });
      const told =
        answer.kind === 'failed'
          ? failureOf(answer.reason)
          : answerOf(answer.status, answer.head.toString('utf8'));
      if (told === null) throw new Error('the SMS service may have the message, and has not said so');
      return told;
    },
  };
}
