// The registry's API as data: what the connector sends, what it takes for an answer, and what the OpenAPI document is made of.
// An answer that does not fit is no answer.
import { z } from 'zod';

const RequestId = z
  .string()
  .regex(/^[\x21-\x7e]{8,64}$/)
  .describe('Names the question for ever: the same id again is answered as before, and counted once.');
const Name = z.string().min(1).max(60);
const ResidentId = z.string().regex(/^\d{17}[\dX]$/);
const Phone = z
  .string()
  .regex(/^\+\d{6,15}$/)
  .describe('E.164.');
const Reference = z
  .string()
  .regex(/^[\x20-\x7e]{1,64}$/)
  .describe('What the registry knows its answer by.');
const Element = z.enum(['name', 'resident-id', 'phone', 'card-number']);
const BankName = z.object({ zh: z.string().min(1).max(60), en: z.string().min(1).max(60) });
const Bank = z.string().regex(/^[A-Z0-9]{1,16}$/);
const Kind = z.enum(['debit', 'credit']);

const NoMatch = z.object({
  requestId: RequestId,
  outcome: z.literal('no-match'),
  reference: Reference,
  wrong: z
    .array(Element)
    .max(4)
    .optional()
    .describe('Which elements are wrong, where the registry may say so; absent: it does not say.'),
});
const Unknown = z
  .object({ requestId: RequestId, outcome: z.literal('unknown') })
  .describe('Nothing is known at the moment. Never final: the same id is asked again later.');

export const PersonRequest = z.object({
  requestId: RequestId,
  name: Name,
  residentId: ResidentId,
  phone: Phone.nullable().describe('Null: name and number alone (two elements); else three.'),
});
export const PersonResponse = z.discriminatedUnion('outcome', [
  z.object({
    requestId: RequestId,
    outcome: z.literal('match'),
    sources: z
      .array(z.object({ source: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/), reference: Reference }))
      .min(1)
      .max(5)
      .describe('Who has confirmed it; each counts once towards the class of the wallet.'),
  }),
  NoMatch,
  Unknown,
]);

export const FaceResponse = z.object({
  face: z
    .object({ bank: Bank, bankName: BankName, kind: Kind, digits: z.number().int().min(12).max(19) })
    .nullable(),
});

export const CardRequest = z.object({
  requestId: RequestId,
  name: Name,
  residentId: ResidentId,
  phone: Phone,
  cardNumber: z.string().regex(/^\d{12,19}$/),
});
const Match = z.object({
  requestId: RequestId,
  outcome: z.literal('match'),
  reference: Reference,
  card: z.object({
    token: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/)
      .describe('Stands for the number from now on, the same one for ever; not the number.'),
    bank: Bank,
    bankName: BankName,
    kind: Kind,
    last4: z.string().regex(/^\d{4}$/),
    currency: z.string().regex(/^[A-Z]{3}$/),
  }),
});
const CodeSent = z
  .object({
    requestId: RequestId,
    outcome: z.literal('code-sent'),
    reference: Reference,
    expiresAt: z.iso.datetime({ offset: true }),
  })
  .describe('The elements are right; the bank has sent a code to the phone.');
const Refused = z.object({
  requestId: RequestId,
  outcome: z.literal('refused'),
  reference: Reference,
  reason: z.enum(['card-blocked', 'bank-not-served']),
});
export const CardResponse = z.discriminatedUnion('outcome', [Match, CodeSent, NoMatch, Refused, Unknown]);

export const CodeRequest = z.object({ requestId: RequestId, code: z.string().regex(/^[0-9A-Za-z]{4,12}$/) });
export const CodeResponse = z.discriminatedUnion('outcome', [
  Match,
  CodeSent,
  NoMatch,
  Refused,
  Unknown,
  z.object({
    requestId: RequestId,
    outcome: z.literal('wrong-code'),
    reference: Reference,
    attemptsLeft: z.number().int().min(0).max(99),
  }),
  z.object({ requestId: RequestId, outcome: z.literal('code-expired'), reference: Reference }),
]);

export const operations = {
  checkPerson: {
    method: 'POST',
    path: '/v1/person-checks',
    summary: 'Are a name, a resident number and a phone one person’s?',
    request: PersonRequest,
    response: PersonResponse,
  },
  cardFace: {
    method: 'GET',
    path: '/v1/card-faces/{digits}',
    summary: 'Whose cards begin with these six to eight digits?',
    request: null,
    response: FaceResponse,
  },
  checkCard: {
    method: 'POST',
    path: '/v1/card-checks',
    summary: 'Is the card this person’s, with this phone? Answers what to call it from now on.',
    request: CardRequest,
    response: CardResponse,
  },
  confirmCard: {
    method: 'POST',
    path: '/v1/card-checks/code',
    summary: 'The code that the card’s phone was sent.',
    request: CodeRequest,
    response: CodeResponse,
  },
} as const;
