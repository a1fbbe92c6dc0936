// What a card's bank may ask of the shopper before it makes a debit: a code that it has sent to their phone, or a visit to a page
// of its own. The answer to a code goes through us and is kept nowhere; what was said on the bank's page only a query tells.

interface Asked {
  /** The bank's name for it, 1–64 characters; the same for as long as the bank asks about this debit. */
  readonly id: string;
  /** From then on the bank takes no answer. */
  readonly expiresAt: Date;
}

export interface CodeStepUp extends Asked {
  readonly kind: 'one-time-code';
  /** Where the code went, as the bank shows it (`138****0001`); at most 32 characters. */
  readonly phone: string;
  /** How many digits it has, 4 to 10. */
  readonly length: number;
  readonly triesLeft: number;
  /** When another code may be asked for; null: there is none to be had any more. */
  readonly resendAt: Date | null;
}

export interface RedirectStepUp extends Asked {
  readonly kind: 'redirect';
  /** The bank's page: https, except on a machine that talks to itself; at most 2,000 characters. */
  readonly url: string;
}

export type StepUp = CodeStepUp | RedirectStepUp;

/** Names a step-up: an id says nothing without the reference that it was given for. */
export interface StepUpKey {
  readonly bank: string;
  readonly reference: string;
  readonly stepUp: string;
}

/** What is wrong with a step-up, by the rules above; null: nothing. A bank's word is not taken for more than it is. */
export function stepUpFault(stepUp: StepUp): string | null {
  const { id, expiresAt } = stepUp;
  if (id.length < 1 || id.length > 64) return 'a step-up without an id of 1 to 64 characters';
  if (Number.isNaN(expiresAt.getTime())) return 'a step-up without an end';
  return stepUp.kind === 'redirect' ? redirectFault(stepUp.url) : codeFault(stepUp);
}

function codeFault({ phone, length, triesLeft }: CodeStepUp): string | null {
  if (!Number.isInteger(length) || length < 4 || length > 10) return `a code of ${length} digits`;
  if (!Number.isInteger(triesLeft) || triesLeft < 0 || triesLeft > 99) return `${triesLeft} tries`;
  return phone.length > 32 ? 'a phone number of more than 32 characters' : null;
}

const itself = new Set(['localhost', '127.0.0.1', '[::1]']);

function redirectFault(text: string): string | null {
  if (text.length > 2_000 || !URL.canParse(text)) return 'a redirect to no address';
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && itself.has(hostname));
  if (!isSafe) return `a redirect to ${protocol}//${hostname}`;
  return username + password === '' ? null : 'a redirect with a user’s name in it';
}
