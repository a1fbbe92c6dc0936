// Card debits and credits at a switch: 0200 asks, 0201 asks again, 0420 or 0400 takes back what nobody has heard of for too long; 0100 asks whether a bank takes a card. Each
// reference has one trace number for ever, so asking again is asking about the same operation.
import type {
  BankAnswer,
  BankGateway,
  BankRefusal,
  BankRequest,
  DebitAnswer,
  StepUpKey,
} from '@tongbao/connector-interface';
import { currency as currencyOf, money } from '@tongbao/money';
import type { Operation, OperationJournal, OperationKind } from './journal.ts';
import { type Keeper, keep } from './keep.ts';
import { createLink, type Link, type Tls } from './link.ts';
import type { IsoMessage } from './message.ts';
import { anotherCode, askedIn, assertAsked, codeIn, stepUpRefusals } from './step-up.ts';

export interface Iso8583Parts {
  readonly host: string;
  readonly port: number;
  /** Null: plain TCP, for lines that hide what goes over them by themselves. */
  readonly tls: Tls | null;
  readonly journal: OperationJournal;
  readonly now: () => Date;
  readonly timeoutMs: number;
  /** For so long the switch knows a trace number: then an operation without an answer is reversed, not asked again. */
  readonly repeatMs: number;
  /** Field 32, 41 and 42: who we are at the switch. */
  readonly acquirer: string;
  readonly terminal: string;
  readonly acceptor: string;
  /** The codes of the banks that the switch leads to; null: all. */
  readonly banks: ReadonlySet<string> | null;
  readonly currencies: ReadonlySet<string>;
  /** How this switch has an operation taken back: by an advice that it acknowledges (0420), or by a request (0400). */
  readonly reversals: '0420' | '0400';
  /** Field 3 of the question whether a bank takes a card (0100, of an amount of nothing); null: the switch is not asked. */
  readonly verification: string | null;
  /** The response code (39) by which this switch has the shopper asked for a code; null: it never does. */
  readonly stepUp: string | null;
}

export interface CardSwitch extends BankGateway {
  serves(bank: string, currency: string): boolean;
  /** Throws where nobody is there. */
  echo(): Promise<void>;
  /** Keeps the connection open and asks over it whether somebody is there, until `close`. */
  keep(parts: Omit<Keeper, 'echo'>): void;
  close(): Promise<void>;
}

/** Nobody has decided: the issuer or the switch is not there, or the message could not be worked on. */
const undecided = new Set(['09', '68', '90', '91', '92', '96']);
const refusals: Readonly<Record<string, BankRefusal>> = {
  '14': 'card-unknown',
  '15': 'card-unknown',
  '36': 'card-blocked',
  '41': 'card-blocked',
  '43': 'card-blocked',
  '51': 'insufficient-funds',
  '61': 'insufficient-funds',
  '62': 'card-blocked',
};

export function createCardSwitch(parts: Iso8583Parts): CardSwitch {
  const { journal, now } = parts;
  let networkNumber = 0;
  let stopKeeping = (): void => undefined;
  const serves = servesOf(parts);
  const link = createLink({
    ...parts,
    network(code) {
      networkNumber = (networkNumber % 999_999) + 1;
      return new Map([...timesOf(now()), [11, `${networkNumber}`], [70, code]]);
    },
  });

  const open: Open = { parts, link };

  async function operate(kind: OperationKind, request: BankRequest, mayAsk = false): Promise<DebitAnswer> {
    const { bank, reference, cardToken, amount } = request;
    if (!serves(bank, amount.currency))
      throw new Error(`${bank} in ${amount.currency} is none of the banks that the switch leads to`);
    const about = { kind, cardToken, currency: amount.currency, amount: amount.amount };
    const operation = await journal.open({ bank, reference, ...about });
    assertSame(operation, about, reference);
    const answer = finished(operation) ?? (await ask(open, operation, { reference }));
    // Nobody can be asked: nothing is to wait for an answer.
    const asksNobody = answer.outcome === 'step-up-required' && !mayAsk;
    return asksNobody
      ? takeBack(open, await standing(request), { reference, refusal: 'step-up-needed' })
      : answer;
  }

  const standing = async (key: Pick<BankRequest, 'bank' | 'reference'>): Promise<Operation> =>
    (await journal.find(key))!;

  /** What the shopper has said, sent with the repeated request. */
  async function say(key: StepUpKey, said: string): Promise<DebitAnswer> {
    const operation = assertAsked(await journal.find(key), key);
    return finished(operation) ?? ask(open, operation, { reference: key.reference, said });
  }

  const verify: BankGateway['verify'] = async ({ currency, ...request }) =>
    decidedOnly(await operate('verification', { ...request, amount: money(currency, 0n) }));

  return {
    serves,
    ...(parts.verification === null ? {} : { verify }),
    debit: ({ stepUp, ...request }) => operate('debit', request, stepUp !== undefined),
    credit: async (request) => decidedOnly(await operate('credit', request)),
    confirm: async ({ code, ...key }) => say(key, codeIn(code)),
    resend: (key) => say(key, anotherCode),
    async abandon(key) {
      const operation = assertAsked(await journal.find(key), key);
      const final = finished(operation);
      if (final !== null) return final;
      await link.ready();
      return takeBack(open, operation, { reference: key.reference, refusal: 'step-up-abandoned' });
    },
    async query(key) {
      const operation = await journal.find(key);
      const final = operation === null ? null : finished(operation);
      if (final !== null) return final;
      if (operation !== null && operation.sentAt !== null) return ask(open, operation, key);
      await link.echo();
      return { outcome: 'unknown-reference' };
    },
    echo: () => link.echo(),
    keep(of) {
      stopKeeping = keep({ ...of, echo: () => link.echo() });
    },
    close() {
      stopKeeping();
      return link.close();
    },
  };
}

function assertSame(operation: Operation, about: Partial<Operation>, reference: string): void {
  const same = Object.entries(about).every(([name, value]) => operation[name as keyof Operation] === value);
  if (!same) throw new Error(`the reference ${reference} was used for something else`);
}

interface Open {
  readonly parts: Iso8583Parts;
  readonly link: Link;
}

/** Asks, or asks again; takes back what is too old to be asked about. */
async function ask(
  open: Open,
  operation: Operation,
  { reference, said = '' }: { reference: string; said?: string },
): Promise<DebitAnswer> {
  const { parts, link } = open;
  const { journal, now } = parts;
  await link.ready();
  const { number, state, sentAt } = operation;
  const isOld = sentAt !== null && now().getTime() - sentAt.getTime() > parts.repeatMs;
  if (isOld && operation.kind === 'verification') return giveUp(journal, operation);
  if (state === 'reversing' || isOld) return takeBack(open, operation, { reference });
  const sent = await journal.markSent(number, now());
  const answer = await link.ask(financial({ operation, sent, reference: `${reference}${said}`, parts }));
  const code = answer.fields.get(39) ?? '';
  assertAnswers(answer, operation);
  if (undecided.has(code)) throw new Error(`the switch has not decided: ${code}`);
  if (code === parts.stepUp && operation.kind === 'debit')
    return { outcome: 'step-up-required', stepUp: askedIn(answer.fields.get(63) ?? '', operation, now()) };
  const refusal = code === '00' ? null : refusalOf(parts, code);
  const decided = await journal.decide({
    ...{ number, from: 'open', refusal },
    state: refusal === null ? 'approved' : 'declined',
  });
  const final = finished(decided);
  if (final === null) throw new Error('the operation is being taken back');
  return final;
}

/** Until the switch has said so, whatever dies in between: the journal keeps that it is to be taken back. */
async function takeBack(
  { parts, link }: Open,
  operation: Operation,
  { reference, refusal = 'bank-unavailable' }: { reference: string; refusal?: BankRefusal },
): Promise<BankAnswer> {
  const { journal } = parts;
  const began = operation.state === 'reversing';
  const standing = await journal.beginReversal(operation.number);
  const final = finished(standing);
  if (final !== null) return final;
  const answer = await link.ask(reversal({ operation: standing, repeated: began, reference, parts }));
  const code = answer.fields.get(39) ?? '';
  // 25: the switch has never heard of it: then there is nothing to take back.
  if (code !== '00' && code !== '25') throw new Error(`the switch does not take it back: ${code}`);
  const from = { number: operation.number, from: 'reversing', state: 'declined' } as const;
  return finished(await journal.decide({ ...from, refusal }))!;
}

const servesOf =
  ({ banks, currencies }: Iso8583Parts): CardSwitch['serves'] =>
  (bank, currency) =>
    (banks?.has(bank) ?? true) && currencies.has(currency);

const refusalOf = ({ stepUp }: Iso8583Parts, code: string): BankRefusal =>
  (stepUp === null ? undefined : stepUpRefusals[code]) ?? refusals[code] ?? 'declined';

/** Only about a debit the shopper is asked. */
function decidedOnly(answer: DebitAnswer): BankAnswer {
  if (answer.outcome === 'step-up-required') throw new Error('the switch asks about what is no debit');
  return answer;
}

/** Nothing has moved, so there is nothing to take back. */
async function giveUp(journal: OperationJournal, { number }: Operation): Promise<BankAnswer> {
  const refusal = 'bank-unavailable';
  return finished(await journal.decide({ number, from: 'open', state: 'declined', refusal }))!;
}

const finished = ({ state, refusal }: Operation): BankAnswer | null =>
  state === 'approved'
    ? { outcome: 'approved' }
    : state === 'declined'
      ? { outcome: 'declined', reason: refusal ?? 'declined' }
      : null;

/** An answer about another amount or currency decides nothing. */
function assertAnswers({ fields }: IsoMessage, { amount, currency }: Operation): void {
  const told = fields.get(4);
  if (told !== undefined && BigInt(told) !== amount)
    throw new Error(`the switch answers to the amount ${told}`);
  const code = fields.get(49);
  if (code !== undefined && code !== numericOf(currency))
    throw new Error(`the switch answers in the currency ${code}`);
}

const numericOf = (code: string): string => String(currencyOf(code).numeric).padStart(3, '0');

/** Fields 7, 12 and 13: the time of the first message, in UTC, whenever it is sent again. */
function timesOf(at: Date): [number, string][] {
  const digits = at.toISOString().replace(/\D/g, '');
  const [day, time] = [digits.slice(4, 8), digits.slice(8, 14)];
  return [
    [7, day + time],
    [12, time],
    [13, day],
  ];
}

const processingCodes: Readonly<Record<OperationKind, string | null>> = {
  debit: '000000',
  credit: '200000',
  verification: null,
};

/** 01 asks whether something would be done, 02 has it done. */
const classOf = ({ kind }: Operation): string => (kind === 'verification' ? '01' : '02');

interface Written {
  readonly operation: Operation;
  readonly reference: string;
  readonly parts: Iso8583Parts;
}

const traceOf = (number: bigint): string => (number % 1_000_000n).toString();

function fieldsOf({ operation, reference, parts }: Written, at: Date): Map<number, string> {
  const { number, kind, amount, currency, cardToken } = operation;
  return new Map([
    ...timesOf(at),
    [3, processingCodes[kind] ?? parts.verification ?? '000000'],
    [4, amount.toString()],
    [11, traceOf(number)],
    [32, parts.acquirer],
    [37, number.toString().padStart(12, '0')],
    [41, parts.terminal],
    [42, parts.acceptor],
    [48, cardToken],
    [49, numericOf(currency)],
    [63, reference],
  ]);
}

function financial(of: Written & { sent: { sentAt: Date; first: boolean } }): IsoMessage {
  const repeated = of.sent.first ? '0' : '1';
  return { mti: `${classOf(of.operation)}0${repeated}`, fields: fieldsOf(of, of.sent.sentAt) };
}

/** Field 90: type, trace number, time, acquirer and forwarder (none) of what is taken back. */
function reversal(of: Written & { repeated: boolean }): IsoMessage {
  const { operation, parts, repeated } = of;
  const at = operation.sentAt!;
  const fields = fieldsOf(of, at);
  const original = [
    '0200',
    traceOf(operation.number).padStart(6, '0'),
    fields.get(7)!,
    parts.acquirer.padStart(11, '0'),
    '0'.repeat(11),
  ];
  return {
    mti: `${parts.reversals.slice(0, 3)}${repeated ? '1' : '0'}`,
    fields: fields.set(90, original.join('')),
  };
}
