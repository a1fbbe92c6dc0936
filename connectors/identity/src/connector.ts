// The registry by HTTP: asks, and takes for an answer only what fits the question. Whatever else comes leaves it unknown: this
// throws, and the same question is asked again under its id.
import type { CardAnswer, NoMatch, Registry } from '@tongbao/connector-interface';
import type { z } from 'zod';
import { createHttpClient, type HttpParts } from './http.ts';
import { operations } from './wire.ts';

export interface HttpRegistry extends Registry {
  close(): void;
}

const passesLuhn = (number: string): boolean =>
  [...number].reverse().reduce((sum, digit, place) => {
    const value = (digit.charCodeAt(0) - 48) * (place % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0) %
    10 ===
  0;

type Told<Name extends keyof typeof operations> = Exclude<
  z.output<(typeof operations)[Name]['response']>,
  { outcome: 'unknown' }
>;

/** Throws for a URL that is none for a registry. */
export function createHttpRegistry(parts: HttpParts): HttpRegistry {
  const client = createHttpClient(parts);

  async function ask<Name extends keyof typeof operations>(
    name: Name,
    body: { readonly requestId: string; readonly [field: string]: string | null } | null,
    path: string = operations[name].path,
  ): Promise<Told<Name>> {
    const { method, request, response } = operations[name];
    if (request !== null && !request.safeParse(body).success)
      throw new Error('the question has a form that the registry does not take');
    const { status, body: bytes } = await client.ask({ method, path, body });
    if (status !== 200) throw new Error(`the registry answers with the status ${status}${meaningOf(status)}`);
    const parsed = response.safeParse(jsonOf(bytes));
    if (!parsed.success)
      throw new Error(`the registry's answer is not understood: ${faultsOf(parsed.error)}`);
    const answer = parsed.data as { requestId?: string; outcome?: string };
    if (body !== null && answer.requestId !== body.requestId)
      throw new Error('the registry answers to another question');
    if (answer.outcome === 'unknown') throw new Error('the registry does not know at the moment');
    return parsed.data as Told<Name>;
  }

  return {
    async checkPerson({ requestId, name, residentId, phone }) {
      const answer = await ask('checkPerson', { requestId, name, residentId, phone });
      return answer.outcome === 'match' ? { outcome: 'match', sources: answer.sources } : noMatchOf(answer);
    },
    async cardFace(digits) {
      if (!/^\d{6,8}$/.test(digits)) return null;
      return (await ask('cardFace', null, `/v1/card-faces/${digits}`)).face;
    },
    async checkCard({ requestId, name, residentId, phone, cardNumber }) {
      if (!passesLuhn(cardNumber)) throw new Error('the number of the card has a slip in it');
      const answer = cardAnswerOf(await ask('checkCard', { requestId, name, residentId, phone, cardNumber }));
      assertIsOf(cardNumber, answer);
      return answer;
    },
    async confirmCard({ requestId, code }) {
      const answer = await ask('confirmCard', { requestId, code });
      if (answer.outcome === 'wrong-code' || answer.outcome === 'code-expired') {
        const { requestId: _id, ...told } = answer;
        return told;
      }
      return cardAnswerOf(answer);
    },
    close: () => client.close(),
  };
}

const meaningOf = (status: number): string =>
  status === 401 || status === 403
    ? ': our token is not right'
    : status === 409
      ? ': the id was used for another question'
      : '';

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Error('the registry’s answer is no JSON');
  }
}

/** Places and rules, never values. */
const faultsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 3)
    .map(({ path, code }) => `${path.join('.') || 'body'}: ${code}`)
    .join('; ');

const noMatchOf = (told: { reference: string; wrong?: NoMatch['wrong'] | undefined }): NoMatch => ({
  outcome: 'no-match',
  reference: referenceOf(told),
  wrong: told.wrong ?? [],
});

function cardAnswerOf(answer: Told<'checkCard'>): CardAnswer {
  switch (answer.outcome) {
    case 'match':
      assertNoNumber(answer.card.token, 'token');
      return { outcome: 'match', reference: referenceOf(answer), card: answer.card };
    case 'code-sent':
      return {
        outcome: 'code-sent',
        reference: referenceOf(answer),
        expiresAt: new Date(answer.expiresAt),
      };
    case 'refused':
      return { outcome: 'refused', reference: referenceOf(answer), reason: answer.reason };
    case 'no-match':
      return noMatchOf(answer);
  }
}

function referenceOf({ reference }: { reference: string }): string {
  assertNoNumber(reference, 'reference');
  return reference;
}

/** Both are kept: what looks like a card's number must not be in them. */
function assertNoNumber(text: string, what: string): void {
  const runs = text.match(/\d{12,}/g) ?? [];
  if (runs.some((run) => run.length <= 19 && passesLuhn(run)))
    throw new Error(`the registry’s ${what} looks like a card's number`);
}

/** An answer about another card decides nothing, nor one that would have us keep the number. */
function assertIsOf(cardNumber: string, answer: CardAnswer): void {
  const kept = answer.outcome === 'match' ? answer.card.token + answer.reference : answer.reference;
  if (kept.includes(cardNumber)) throw new Error('the registry’s answer has the card’s number in it');
  if (answer.outcome === 'match' && answer.card.last4 !== cardNumber.slice(-4))
    throw new Error('the registry answers about another card');
}
