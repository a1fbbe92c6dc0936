// How a switch has the shopper asked for a code: its answer has a response code that is agreed for this (39), and behind our
// reference in 63 what is to be shown, in subfields; the code goes back there with the repeated request. ISO 8583 has no field for
// any of it, so this is a dialect of ours:
//
//   63 of an answer    <reference>|P=138****0001|L=6|T=3|E=300|R=60   phone, digits, tries, seconds to the end, to another code
//   63 of a repeat     <reference>|C=123456   the code            <reference>|R=1   another code is wanted
import type { BankRefusal, CodeStepUp, StepUpKey } from '@tongbao/connector-interface';
import type { Operation } from './journal.ts';

/** The same for as long as the operation is open, for every process. */
export const stepUpId = ({ number }: Pick<Operation, 'number'>): string => `S${number}`;

/** Throws for an id that is not the operation's: what was asked about one debit answers no other. */
export function assertAsked(operation: Operation | null, { reference, stepUp }: StepUpKey): Operation {
  if (operation === null || stepUpId(operation) !== stepUp)
    throw new Error(`the switch has asked no such thing about ${reference}`);
  return operation;
}

/** What the codes mean where shoppers are asked: 75, too many wrong codes; 54, too late. */
export const stepUpRefusals: Readonly<Record<string, BankRefusal>> = {
  '75': 'step-up-failed',
  '54': 'step-up-expired',
};

/** What the switch asks. Throws for subfields that are not there, or not numbers. */
export function askedIn(text: string, operation: Operation, now: Date): CodeStepUp {
  const subfields = new Map(
    text
      .trim()
      .split('|')
      .slice(1)
      .map((part) => [part.slice(0, 2), part.slice(2)] as const),
  );
  const count = (name: string): number => {
    const value = subfields.get(`${name}=`) ?? '';
    if (!/^\d{1,5}$/.test(value)) throw new Error(`the switch asks the shopper without the subfield ${name}`);
    return Number.parseInt(value, 10);
  };
  const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
  return {
    ...{ kind: 'one-time-code', id: stepUpId(operation), phone: subfields.get('P=') ?? '' },
    ...{ length: count('L'), triesLeft: count('T'), expiresAt: later(count('E')) },
    resendAt: subfields.has('R=') ? later(count('R')) : null,
  };
}

/** What stands behind our reference in 63 of a repeated request. Throws for a code that is none. */
export function codeIn(code: string): string {
  if (!/^\d{4,10}$/.test(code)) throw new Error('a code has four to ten digits');
  return `|C=${code}`;
}

export const anotherCode = '|R=1';
