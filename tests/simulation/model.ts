// The auditor's ledger: what the world must look like, from requests and answers alone. Pure and persistent, so that
// several possible worlds can be kept side by side until an answer decides between them.
import { localDate } from './arithmetic.ts';
import { shoppers, shops } from './cast.ts';

export type Status = 'announced' | 'created' | 'pending' | 'paid' | 'cancelled' | 'declined' | 'expired';

/** Something that the shop must be told. */
export interface Notice {
  readonly kind: 'payment' | 'refund';
  readonly refundRequestId: string;
  readonly success: boolean;
  readonly amount: bigint;
  /** What the shopper paid, or got back; null where the notice says none. */
  readonly payerAmount: bigint | null;
  /**
   * Of a refund that its bank ended while nobody looked: when it was seen to have ended. Of several that were seen at one
   * instant nobody knows which ended first: each bank answer takes its own time. Null: it ended when it was asked for.
   */
  readonly seenAt: number | null;
}

export interface ModelRefund {
  readonly name: string;
  readonly requestId: string;
  readonly status: 'processing' | 'succeeded' | 'failed';
  readonly amount: bigint;
  /** What goes back to the shopper, fen. */
  readonly returned: bigint;
  /** What the shop gets back of its fee. */
  readonly fee: bigint;
  /** By a clock that is never turned back. */
  readonly askedAt: number;
  /** Whether it may have waited for its shop's money. */
  readonly mayWait: boolean;
}

export interface ModelPayment {
  readonly name: string;
  readonly shop: number;
  readonly requestId: string;
  readonly channel: 'ams-pay' | 'ams-session' | 'gateway';
  readonly status: Status;
  /** Minor units of the shop's currency; of an order in yuan, known once there is a price. */
  readonly amount: bigint;
  /** What the order asks in yuan; null for orders in the shop's currency. */
  readonly fen: bigint | null;
  /** Yuan for one unit of the shop's currency, as it was said. */
  readonly price: string;
  readonly payerAmount: bigint;
  /** Since when the price is locked; null while there is none. */
  readonly quotedAt: number | null;
  /** What the shopper was to pay before the order was last quoted anew; null where it never was. */
  readonly formerly: bigint | null;
  readonly fee: bigint;
  readonly wireId: string;
  readonly url: string;
  readonly told: boolean;
  readonly createdAt: number;
  /** Until then somebody has to confirm, or (announced) to come. */
  readonly expiresAt: number;
  readonly paidAt: number | null;
  /** When the card's bank was first to be asked; null while it is not. */
  readonly pendingSince: number | null;
  readonly shopper: number | null;
  /** Null: the balance. */
  readonly card: number | null;
  readonly refunds: readonly ModelRefund[];
  readonly notices: readonly Notice[];
  /** All that happened, for the timeline. */
  readonly history: readonly string[];
}

export interface ModelTopUp {
  readonly name: string;
  readonly requestId: string;
  readonly shopper: number;
  readonly card: number;
  readonly amount: bigint;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly id: string;
}

export interface Model {
  readonly payments: ReadonlyMap<string, ModelPayment>;
  readonly topUps: ReadonlyMap<string, ModelTopUp>;
  /** When the shop's former key ends; null while it has only one. */
  readonly formerKeyEnds: readonly (number | null)[];
  readonly pins: readonly PinState[];
}

/** How a shopper stands with his PIN. */
export interface PinState {
  /** Tries since the last right one. */
  readonly tries: number;
  /** Until then no try counts (ms); null while there is no lock. */
  readonly lockedUntil: number | null;
}

export const emptyModel: Model = {
  payments: new Map(),
  topUps: new Map(),
  formerKeyEnds: shops.map(() => null),
  pins: shoppers.map(() => ({ tries: 0, lockedUntil: null })),
};

export const withPayment = (model: Model, payment: ModelPayment): Model => ({
  ...model,
  payments: new Map(model.payments).set(payment.name, payment),
});

export const withTopUp = (model: Model, topUp: ModelTopUp): Model => ({
  ...model,
  topUps: new Map(model.topUps).set(topUp.name, topUp),
});

const pinTries = 5;
const pinLockMs = 3 * 3_600_000;

const withPinState = (model: Model, shopper: number, state: PinState): Model => ({
  ...model,
  pins: model.pins.map((former, index) => (index === shopper ? state : former)),
});

export const pinIsLocked = ({ pins }: Model, shopper: number, now: number): boolean =>
  (pins[shopper]!.lockedUntil ?? 0) > now;

/** A try has been taken; five in a row lock the PIN for three hours. */
export function withPinTried(model: Model, shopper: number, now: number): Model {
  const { tries, lockedUntil } = model.pins[shopper]!;
  const taken = lockedUntil === null ? tries + 1 : 1;
  return withPinState(model, shopper, {
    tries: taken,
    lockedUntil: taken >= pinTries && lockedUntil === null ? now + pinLockMs : null,
  });
}

/** The PIN was right: the tries begin anew. */
export const withPinRight = (model: Model, shopper: number): Model =>
  withPinState(model, shopper, { tries: 0, lockedUntil: null });

/** A payment after something happened to it. */
export const moved = (payment: ModelPayment, at: number, changes: Partial<ModelPayment>): ModelPayment => ({
  ...payment,
  ...changes,
  history:
    changes.status === undefined || changes.status === payment.status
      ? payment.history
      : [...payment.history, `${new Date(at).toISOString()} ${payment.status} → ${changes.status}`],
});

export function findRefund(
  model: Model,
  name: string,
): { payment: ModelPayment; refund: ModelRefund } | null {
  for (const payment of model.payments.values()) {
    const refund = payment.refunds.find((each) => each.name === name);
    if (refund !== undefined) return { payment, refund };
  }
  return null;
}

export const sum = <T>(of: readonly T[], value: (each: T) => bigint): bigint =>
  of.reduce((all, each) => all + value(each), 0n);

export const refundsIn = (
  payment: ModelPayment,
  ...states: readonly ModelRefund['status'][]
): ModelRefund[] => payment.refunds.filter((refund) => states.includes(refund.status));

/** What a shopper must have in his wallet, fen. */
export function balanceOf(model: Model, shopper: number): bigint {
  let balance = shoppers[shopper]!.opening;
  for (const payment of model.payments.values()) {
    if (payment.shopper !== shopper || payment.card !== null || payment.status !== 'paid') continue;
    balance -= payment.payerAmount;
    balance += sum(refundsIn(payment, 'succeeded'), (refund) => refund.returned);
  }
  for (const topUp of model.topUps.values())
    if (topUp.shopper === shopper && topUp.status === 'succeeded') balance += topUp.amount;
  return balance;
}

/** What a card's bank must have moved away from the card by now, fen. */
export function takenFromCard(model: Model, shopper: number, card: number): bigint {
  let taken = 0n;
  for (const payment of model.payments.values()) {
    if (payment.shopper !== shopper || payment.card !== card || payment.status !== 'paid') continue;
    taken += payment.payerAmount - sum(refundsIn(payment, 'succeeded'), (refund) => refund.returned);
  }
  for (const topUp of model.topUps.values())
    if (topUp.shopper === shopper && topUp.card === card && topUp.status === 'succeeded')
      taken += topUp.amount;
  return taken;
}

/** What the card of a payment has at least, without it: all that is on its way from the card, or back to it, is gone. */
export function surelyOnCard(model: Model, { name, shopper, card }: ModelPayment): bigint {
  if (shopper === null || card === null) throw new Error(`${name} is not paid by card`);
  let least = shoppers[shopper]!.cards[card]!.funds - takenFromCard(model, shopper, card);
  for (const payment of model.payments.values())
    if (payment.shopper === shopper && payment.card === card && payment.status === 'cancelled')
      least -= payment.payerAmount;
  for (const each of [...model.payments.values(), ...model.topUps.values()])
    if (each.status === 'pending' && each.shopper === shopper && each.card === card && each.name !== name)
      least -= 'payerAmount' in each ? each.payerAmount : each.amount;
  return least;
}

/** Timers have run: what nobody confirmed in time has expired, and the shop is to be told. */
export function aged(model: Model, now: number): Model {
  let result = model;
  for (const payment of model.payments.values())
    if (payment.status === 'created' && payment.expiresAt <= now)
      result = withPayment(result, closed(payment, payment.expiresAt, 'expired'));
  return result;
}

export function closed(payment: ModelPayment, at: number, status: 'expired' | 'declined'): ModelPayment {
  const notice: Notice = {
    kind: 'payment',
    refundRequestId: '',
    success: false,
    amount: payment.amount,
    payerAmount: null,
    seenAt: null,
  };
  return moved(payment, at, { status, notices: noticesWith(payment, notice) });
}

export function paid(payment: ModelPayment, at: number): ModelPayment {
  const { amount, payerAmount } = payment;
  const notice: Notice = {
    ...{ kind: 'payment', refundRequestId: '', success: true, amount, payerAmount, seenAt: null },
  };
  return moved(payment, at, { status: 'paid', paidAt: at, notices: noticesWith(payment, notice) });
}

/** The refund stands at a new state; final ones are told, except to shops of the classic gateway. */
export function withRefund(payment: ModelPayment, at: number, refund: ModelRefund): ModelPayment {
  const former = payment.refunds.find((each) => each.name === refund.name);
  const refunds =
    former === undefined
      ? [...payment.refunds, refund]
      : payment.refunds.map((each) => (each.name === refund.name ? refund : each));
  const final = refund.status !== 'processing' && former?.status !== refund.status;
  const success = refund.status === 'succeeded';
  const notice: Notice = {
    kind: 'refund',
    refundRequestId: refund.requestId,
    success,
    amount: refund.amount,
    payerAmount: success ? refund.returned : null,
    seenAt: former?.status === 'processing' ? at : null,
  };
  return {
    ...payment,
    refunds,
    notices: final && payment.channel !== 'gateway' ? noticesWith(payment, notice) : payment.notices,
    history: [...payment.history, `${new Date(at).toISOString()} refund ${refund.name} ${refund.status}`],
  };
}

const noticesWith = (payment: ModelPayment, notice: Notice): readonly Notice[] =>
  payment.told ? [...payment.notices, notice] : payment.notices;

/** Since when an order's first price is locked by the time that somebody has looked: a look after its time locks another one. */
export function lockedSince(of: Pick<ModelPayment, 'shop'> & { createdAt: number }, now: number): number {
  return now >= of.createdAt + shops[of.shop]!.quoteLifeMs ? now : of.createdAt;
}

/** Until when an order's price is locked: never beyond the order itself. */
export const quoteEnd = (of: Pick<ModelPayment, 'shop' | 'quotedAt' | 'expiresAt'>): number =>
  Math.min(of.expiresAt, of.quotedAt! + shops[of.shop]!.quoteLifeMs);

/** Whether an open order's price has run out: the next look locks another one. */
export const quoteIsOver = (payment: ModelPayment, now: number): boolean =>
  payment.status === 'created' && payment.expiresAt > now && now >= quoteEnd(payment);

const graceMs = 15 * 60_000;

/** A payment of a day can be withdrawn until a quarter past midnight, by the shop's clock. */
export function mayBeWithdrawn(payment: ModelPayment, now: number): boolean {
  const { zone } = shops[payment.shop]!;
  return localDate(zone, now - graceMs) <= localDate(zone, payment.paidAt!);
}
