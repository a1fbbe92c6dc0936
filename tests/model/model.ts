// A small model of one shop's payments, written from the guides and without a line of the server: what may be refunded and
// cancelled, what goes back to the shopper, and what everybody has in the end. Minor units; times in milliseconds.

export type Outcome = 'accepted' | string;

export interface ModelRefund {
  readonly amount: bigint;
  readonly toPayer: bigint;
  /** What it takes of what the shop got, in the shop's own currency. */
  readonly fromShop: bigint;
  /** queued: for the shop's money; waiting: for the card's bank. */
  state: 'queued' | 'waiting' | 'done' | 'failed';
}

export interface ModelPayment {
  readonly won: bigint;
  /** What the shopper paid; what the shop gets for it, in its own currency, and what of that it does not get. */
  fen: bigint;
  got: bigint;
  fee: bigint;
  byCard: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Since when its price is locked. */
  quotedAt: number;
  /** What it was before the price was last locked anew; null where it never was. */
  formerFen: bigint | null;
  /** waiting: for the card's bank; open: it said no; cancelled: money that went back. */
  state: 'waiting' | 'open' | 'paid' | 'cancelled' | 'expired';
  paidAt: number;
  readonly refunds: ModelRefund[];
  /** Of the kept fee: how much the shop was lent for this payment's refunds, those that failed included. */
  lent: bigint;
}

/** What a refund can be paid from: what is not settled yet, and how much more the shop may owe. */
export interface Means {
  readonly unsettled: bigint;
  readonly credit: bigint;
}

/** What is agreed with the shop. */
export interface Agreed {
  /** Whether it is paid in dollars, for orders in won; otherwise in won. */
  readonly inDollars: boolean;
  /** How much it may owe for refunds. */
  readonly limit: bigint;
  /** Whether a refund that finds no funds waits for them; otherwise it is refused. */
  readonly queues: boolean;
  /** How long a rate stays locked. */
  readonly quoteLifeMs: number;
}

const day = 86_400_000;
const grace = 15 * 60_000;
const seoul = 9 * 3_600_000;

/** part ÷ of, of a whole; half to even. */
export function portion(whole: bigint, part: bigint, of: bigint): bigint {
  const [quotient, twice] = [(whole * part) / of, ((whole * part) % of) * 2n];
  const isUp = twice > of || (twice === of && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const alive = (payment: ModelPayment) => payment.refunds.filter(({ state }) => state !== 'failed');
export const refundedOf = (payment: ModelPayment): bigint => sum(alive(payment).map(({ amount }) => amount));

/** Decides a refund, and does it. `means`: what the shop has at that moment; `queues`: whether it may wait for more. */
export function refund(
  payment: ModelPayment,
  amount: bigint,
  { means, queues }: { means: Means; queues: boolean },
): { outcome: Outcome; left: Means; lent: bigint } {
  const no = (outcome: Outcome) => ({ outcome, left: means, lent: 0n });
  if (payment.state === 'cancelled') return no('payment-cancelled');
  if (payment.state === 'expired') return no('payment-expired');
  if (payment.state !== 'paid') return no('payment-not-paid');
  const before = refundedOf(payment);
  if (amount < 1n || before + amount > payment.won) return no('refund-amount-exceeded');
  // The fee that the contract keeps is lent, rounded up once, so that what is not settled can be refunded from itself.
  const taken = sum(alive(payment).map(({ fromShop }) => fromShop));
  const toTake = portion(payment.got, before + amount, payment.won);
  const fromShop = toTake > taken ? toTake - taken : 0n;
  const roundedUp = (payment.fee * (taken + fromShop) + payment.got - 1n) / payment.got;
  const unsettled = least(fromShop, means.unsettled > 0n ? means.unsettled : 0n);
  const lendable = roundedUp > payment.lent ? roundedUp - payment.lent : 0n;
  const lent = least(fromShop - unsettled, lendable);
  const owed = fromShop - unsettled - lent;
  const isFunded = owed <= means.credit;
  if (!isFunded && !queues) return no('merchant-balance-insufficient');
  const returned = sum(alive(payment).map(({ toPayer }) => toPayer));
  const reached = portion(payment.fen, before + amount, payment.won);
  payment.refunds.push({
    amount,
    fromShop,
    toPayer: reached > returned ? reached - returned : 0n,
    state: !isFunded ? 'queued' : payment.byCard ? 'waiting' : 'done',
  });
  if (!isFunded) return no('accepted');
  payment.lent += lent;
  const left = { unsettled: means.unsettled - unsettled, credit: means.credit - owed };
  return { outcome: 'accepted', left, lent };
}

const dayOf = (at: number): number => Math.floor((at + seoul) / day);

/** Decides a cancellation, and does it: on the day of the payment, until a quarter past midnight, with nothing refunded. */
export function cancel(payment: ModelPayment, now: number, means: Means): { outcome: Outcome; left: Means } {
  const no = (outcome: Outcome) => ({ outcome, left: means });
  if (payment.state === 'cancelled') return no('accepted');
  if (payment.state === 'waiting') return no('payment-in-progress');
  if (payment.state === 'expired') return no('payment-expired');
  const isPaid = payment.state === 'paid';
  const needed = isPaid ? payment.got - payment.fee : 0n;
  if (isPaid) {
    if (refundedOf(payment) > 0n || dayOf(now - grace) > dayOf(payment.paidAt))
      return no('cancel-window-exceeded');
    if (needed > means.unsettled + means.credit) return no('merchant-balance-insufficient');
  }
  payment.state = 'cancelled';
  const unsettled = least(needed, means.unsettled);
  const left = { unsettled: means.unsettled - unsettled, credit: means.credit - (needed - unsettled) };
  return { outcome: 'accepted', left };
}

/** An order that nobody paid, or that its bank refused, ends at its deadline. */
export function passTime(payment: ModelPayment, now: number): void {
  if (payment.state === 'open' && now >= payment.expiresAt) payment.state = 'expired';
}

/** Whether an open order's price has run out. */
export const quoteIsOver = ({ quotedAt }: ModelPayment, now: number, { quoteLifeMs }: Agreed): boolean =>
  now >= quotedAt + quoteLifeMs;

/** Decides the confirmation of an open order from the balance, and does it. `shown`: what the page says to pay; null: nothing. */
export function confirm(
  payment: ModelPayment,
  { now, shown, agreed }: { now: number; shown: bigint | null; agreed: Agreed },
): Outcome {
  if (payment.state === 'paid') return 'payment-already-paid';
  if (payment.state === 'waiting') return 'payment-in-progress';
  if (payment.state === 'cancelled') return 'payment-cancelled';
  if (payment.state === 'expired') return 'payment-expired';
  if (quoteIsOver(payment, now, agreed) || (shown !== null && shown !== payment.fen)) return 'price-changed';
  Object.assign(payment, { state: 'paid', paidAt: now, byCard: false });
  return 'accepted';
}

/** What stands on all of the shop's accounts together, and what was paid out to it. */
export const owedToShop = (payments: readonly ModelPayment[]): bigint =>
  sum(
    payments
      .filter(({ state }) => state === 'paid')
      .map(
        ({ got, fee, refunds }) =>
          got - fee - sum(refunds.filter(({ state }) => state === 'done').map(({ fromShop }) => fromShop)),
      ),
  );

/** What the shopper has spent for good, from the balance or by card. */
export const spentBy = (payments: readonly ModelPayment[], byCard: boolean): bigint =>
  sum(
    payments
      .filter((payment) => payment.byCard === byCard && payment.state === 'paid')
      .map(
        ({ fen, refunds }) =>
          fen - sum(refunds.filter(({ state }) => state === 'done').map(({ toPayer }) => toPayer)),
      ),
  );

export const isWaiting = (payments: readonly ModelPayment[]): boolean =>
  payments.some(
    ({ state, refunds }) => state === 'waiting' || refunds.some((each) => each.state === 'waiting'),
  );
