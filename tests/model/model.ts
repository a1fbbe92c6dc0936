// A small model of one shop's payments, written from the guides and without a line of the server: what may be refunded and
// cancelled, what goes back to the shopper, and what everybody has in the end. Minor units; times in milliseconds.

export type Outcome = 'accepted' | string;

export interface ModelRefund {
  readonly amount: bigint;
  readonly toPayer: bigint;
  state: 'waiting' | 'done' | 'failed';
}

export interface ModelPayment {
  readonly won: bigint;
  /** What the shopper paid, and what of it the shop does not get. */
  readonly fen: bigint;
  readonly fee: bigint;
  readonly byCard: boolean;
  readonly createdAt: number;
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

const lifetime = 14 * 60_000;
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

/** Decides a refund, and does it. `means`: what the shop has at that moment. */
export function refund(
  payment: ModelPayment,
  amount: bigint,
  means: Means,
): { outcome: Outcome; left: Means } {
  const no = (outcome: Outcome) => ({ outcome, left: means });
  if (payment.state === 'cancelled') return no('payment-cancelled');
  if (payment.state === 'expired') return no('payment-expired');
  if (payment.state !== 'paid') return no('payment-not-paid');
  const before = refundedOf(payment);
  if (amount < 1n || before + amount > payment.won) return no('refund-amount-exceeded');
  // The fee that the contract keeps is lent, rounded up once, so that what is not settled can be refunded from itself.
  const roundedUp = (payment.fee * (before + amount) + payment.won - 1n) / payment.won;
  const unsettled = least(amount, means.unsettled > 0n ? means.unsettled : 0n);
  const lendable = roundedUp > payment.lent ? roundedUp - payment.lent : 0n;
  const lent = least(amount - unsettled, lendable);
  const owed = amount - unsettled - lent;
  if (owed > means.credit) return no('merchant-balance-insufficient');
  payment.lent += lent;
  const returned = sum(alive(payment).map(({ toPayer }) => toPayer));
  const reached = portion(payment.fen, before + amount, payment.won);
  payment.refunds.push({
    amount,
    toPayer: reached > returned ? reached - returned : 0n,
    state: payment.byCard ? 'waiting' : 'done',
  });
  return {
    outcome: 'accepted',
    left: { unsettled: means.unsettled - unsettled, credit: means.credit - owed },
  };
}

const dayOf = (at: number): number => Math.floor((at + seoul) / day);

/** Decides a cancellation, and does it: on the day of the payment, until a quarter past midnight, with nothing refunded. */
export function cancel(payment: ModelPayment, now: number, means: Means): Outcome {
  if (payment.state === 'cancelled') return 'accepted';
  if (payment.state === 'waiting') return 'payment-in-progress';
  if (payment.state === 'expired') return 'payment-expired';
  if (payment.state === 'paid') {
    if (refundedOf(payment) > 0n || dayOf(now - grace) > dayOf(payment.paidAt))
      return 'cancel-window-exceeded';
    if (payment.won - payment.fee > means.unsettled + means.credit) return 'merchant-balance-insufficient';
  }
  payment.state = 'cancelled';
  return 'accepted';
}

/** An order that its bank refused ends at its deadline. */
export function passTime(payment: ModelPayment, now: number): void {
  if (payment.state === 'open' && now >= payment.createdAt + lifetime) payment.state = 'expired';
}

/** What stands on all of the shop's accounts together, and what was paid out to it. */
export const owedToShop = (payments: readonly ModelPayment[]): bigint =>
  sum(
    payments
      .filter(({ state }) => state === 'paid')
      .map(
        ({ won, fee, refunds }) =>
          won - fee - sum(refunds.filter(({ state }) => state === 'done').map(({ amount }) => amount)),
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
