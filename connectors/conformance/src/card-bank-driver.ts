// What the kit for the banks behind cards needs of whoever brings a connector.
import type { BankGateway, BankRequest, StepUp } from '@tongbao/connector-interface';
import type { Step } from './failing.ts';

export type CardBankMood = 'normal' | 'down' | 'answer-lost' | 'decline';

type CardAtBank = Pick<BankRequest, 'bank' | 'cardToken'>;

/** The connector and the bank behind it, in a world of their own for each row. */
export interface CardBankDriver {
  /** Starts the connector as a new process does; `step` as for settlement banks. */
  start(step: Step): Promise<BankGateway & { close(): Promise<void> }>;
  /** A card with CNY 1,000.00. */
  readonly card: CardAtBank;
  /** How the bank behaves from now on. */
  behave(mood: CardBankMood): Promise<void>;
  /** What the bank has taken from its cards so far, minor units; what it gave back counts against it. */
  taken(): Promise<bigint>;
  /** Absent: this bank never asks the shopper. */
  readonly stepUp?: {
    /** Cards with CNY 1,000.00 whose bank asks in this way; those that there are. */
    readonly cards: Partial<Record<StepUp['kind'], CardAtBank>>;
    /** The code that the shopper got last for this debit. */
    code(reference: string): Promise<string>;
    /** The shopper on the bank's page. Throws when it lets them say nothing any more. */
    visit(stepUp: StepUp, answer: 'approve' | 'decline'): Promise<void>;
    /** Until then, for the connector and for the bank. */
    passTo(at: Date): Promise<void>;
  };
  close(): Promise<void>;
}

let counter = 0;
/** Unique for ever among the kit's: each row has a bank of its own. */
export const reference = (): string => `KIT${++counter}`;
