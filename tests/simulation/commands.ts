// What can happen in a simulated world, as data: a trace is a list of commands, and any part of a trace is one too, so
// that a failure can be shrunk. Payments and refunds go by names (p3, r7); what names nothing that exists is passed over.

/** What befalls the database at the n-th statement or transaction of a command. */
export interface DatabaseFault {
  readonly kind:
    | 'cut'
    | 'disk-full'
    | 'serialization'
    | 'deadlock'
    | 'answer-lost'
    | 'crash-before-commit'
    | 'crash-after-commit';
  readonly on: 'transaction' | 'query';
  readonly nth: number;
}

/**
 * late   – the bank does it; its answer reaches the process that asked only when that process is woken
 * denied – while such an answer is on its way, the bank says no to whoever asks again, although it took the money
 */
export type BankFate = 'well' | 'lost-before' | 'lost-after' | 'doubled' | 'down' | 'late' | 'denied';

export type Action =
  | {
      readonly kind: 'pay';
      readonly payment: string;
      readonly shop: number;
      readonly amount: string;
      readonly channel: 'ams-pay' | 'ams-session';
      /** Seconds until it expires; null for the usual time. */
      readonly lifeSeconds: number | null;
      readonly told: boolean;
      readonly how: 'well' | 'changed' | 'wrong-currency' | 'wrong-signature' | 'former-key';
    }
  | {
      readonly kind: 'announce';
      readonly payment: string;
      readonly shop: number;
      readonly amount: string;
      /** Priced in yuan instead of the shop's currency. */
      readonly inYuan: boolean;
      readonly told: boolean;
      readonly how: 'well' | 'changed' | 'wrong-signature';
    }
  /** Opens the cashier, signed in or not. */
  | { readonly kind: 'look'; readonly payment: string; readonly shopper: number | null }
  | {
      readonly kind: 'confirm';
      readonly payment: string;
      readonly shopper: number;
      /** Null for the balance; a card's place in the shopper's list. */
      readonly card: number | null;
      readonly pin: 'right' | 'wrong';
      /**
       * Absent: the page shows what it costs now, and is looked at again when the rate's time is over. 'before': a page from before
       * the order was last quoted anew; 'nothing': a client that says no price. Neither of them looks again.
       */
      readonly seen?: 'before' | 'nothing';
    }
  /** Confirms at a deadline (ms before or after it), before any timer has noticed. */
  | {
      readonly kind: 'late-confirm';
      readonly payment: string;
      readonly shopper: number;
      readonly lateMs: number;
    }
  /** Tries wrong PINs, more of them than there are tries. */
  | { readonly kind: 'guess-pin'; readonly payment: string; readonly shopper: number; readonly times: number }
  | { readonly kind: 'decline'; readonly payment: string }
  | { readonly kind: 'cancel'; readonly payment: string; readonly by: 'own' | 'stranger' }
  | {
      readonly kind: 'refund';
      readonly refund: string;
      readonly payment: string;
      /** Thousandths of the payment; 1000 for all of it. */
      readonly share: number;
      readonly how: 'well' | 'changed' | 'stranger';
    }
  | { readonly kind: 'inquire'; readonly payment: string; readonly by: 'own' | 'stranger' }
  | { readonly kind: 'inquire-refund'; readonly refund: string }
  | {
      readonly kind: 'top-up';
      readonly topUp: string;
      readonly shopper: number;
      readonly card: number;
      readonly amount: string;
      readonly how: 'well' | 'changed';
    }
  | { readonly kind: 'rotate-key'; readonly shop: number; readonly graceSeconds: number }
  | { readonly kind: 'work'; readonly twice: boolean }
  | { readonly kind: 'advance'; readonly seconds: number }
  /** The network's clock is turned back, and no timer goes off. */
  | { readonly kind: 'clock-back'; readonly seconds: number }
  /** To so many seconds after (or before) a payment's deadline, and every timer on the way. */
  | { readonly kind: 'to-deadline'; readonly payment: string; readonly seconds: number }
  /** To a month's last second in Seoul, and past it. */
  | { readonly kind: 'to-month-end' }
  | { readonly kind: 'bank'; readonly fates: readonly BankFate[] }
  | { readonly kind: 'settlement-bank'; readonly fates: readonly BankFate[] }
  /** Late answers arrive where somebody still waits for them. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'rates-fail'; readonly times: number }
  | { readonly kind: 'crash' }
  /**
   * A second process is asked `of`, and is stopped at its n-th step; the first one does `meanwhile` (at most three requests, and
   * work), and then it goes on: as soon as somebody waits for its locks, or only when it has lost them.
   */
  | {
      readonly kind: 'pause';
      readonly of: Action;
      readonly step: number;
      /** Which of its steps at the database count. */
      readonly steps: 'transactions' | 'all';
      readonly until: 'waited-for' | 'locks-lost';
      readonly meanwhile: readonly Action[];
    }
  | { readonly kind: 'burst'; readonly of: readonly Action[] };

export interface Command {
  readonly number: number;
  /** Seconds that pass before it. */
  readonly after: number;
  readonly action: Action;
  readonly fault: DatabaseFault | null;
}

const describeAction = (action: Action): string => {
  const { kind, ...rest } = action;
  if (kind === 'burst') return `at once: ${action.of.map(describeAction).join(' | ')}`;
  if (kind === 'pause') {
    const [stopped, ...others] = [action.of, ...action.meanwhile].map(describeAction);
    return `stopped at step ${action.step} of ${action.steps} until ${action.until}: ${stopped}; meanwhile: ${others.join(' | ')}`;
  }
  const words = Object.entries(rest).map(([name, value]) =>
    name === 'payment' || name === 'refund' || name === 'topUp' ? `${value}` : `${name}=${String(value)}`,
  );
  return [kind, ...words].join(' ');
};

export function describe({ number, after, action, fault }: Command): string {
  const fate = fault === null ? '' : `   [${fault.kind} at ${fault.on} ${fault.nth}]`;
  return `${String(number).padStart(4)}  +${after}s ${describeAction(action)}${fate}`;
}

/** The payments that a command is about. */
export function paymentsOf(action: Action): string[] {
  if (action.kind === 'burst') return action.of.flatMap(paymentsOf);
  if (action.kind === 'pause') return [action.of, ...action.meanwhile].flatMap(paymentsOf);
  return 'payment' in action ? [action.payment] : [];
}
