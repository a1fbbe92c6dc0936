// From a command to the request that is really sent, in the world as the auditor knows it. Null where the command names
// something that does not exist there.
import { shoppers, shops } from './cast.ts';
import { findRefund, type Model, type ModelPayment } from './model.ts';
import type { Asking, Request } from './requests.ts';

type Of<Kind extends Asking['kind']> = Extract<Asking, { kind: Kind }>;

const orderId = (payment: string): string => `order-${payment}`;
const strangerTo = (shop: number): number => (shop + 1) % shops.length;

export function requestOf(model: Model, action: Asking, now: number): Request | null {
  switch (action.kind) {
    case 'pay':
      return payOf(model, action, now);
    case 'announce':
      return announceOf(model, action);
    case 'refund':
      return refundOf(model, action);
    case 'inquire-refund':
      return refundInquiryOf(model, action);
    case 'top-up':
      return topUpOf(model, action);
    default: {
      const payment = model.payments.get(action.payment);
      return payment === undefined ? null : aboutPayment(payment, action);
    }
  }
}

function payOf(model: Model, action: Of<'pay'>, now: number): Request | null {
  const known = model.payments.get(action.payment);
  if (action.amount === 'same' && (known === undefined || known.channel === 'gateway')) return null;
  if (known?.channel === 'gateway') return null;
  const shop = known?.shop ?? action.shop;
  const amount = known?.amount ?? BigInt(action.amount);
  return {
    kind: 'pay',
    payment: action.payment,
    shop,
    requestId: orderId(action.payment),
    amount: action.how === 'changed' ? amount + 1n : amount,
    currency: action.how === 'wrong-currency' ? 'EUR' : shops[shop]!.currency,
    channel: known?.channel ?? action.channel,
    askedAt: now,
    expiresAt: action.lifeSeconds === null ? null : now + action.lifeSeconds * 1_000,
    told: action.told,
    how: action.how === 'changed' || action.how === 'wrong-currency' ? 'well' : action.how,
  };
}

function announceOf(model: Model, action: Of<'announce'>): Request | null {
  const known = model.payments.get(action.payment);
  if (known !== undefined && known.channel !== 'gateway') return null;
  if (known === undefined && action.amount === 'same') return null;
  const amount = known === undefined ? BigInt(action.amount) : (known.fen ?? known.amount);
  return {
    kind: 'announce',
    payment: action.payment,
    shop: known?.shop ?? action.shop,
    requestId: orderId(action.payment),
    amount: action.how === 'changed' ? amount + 1n : amount,
    inYuan: known === undefined ? action.inYuan : known.fen !== null,
    told: action.told,
    wrongSignature: action.how === 'wrong-signature',
  };
}

function aboutPayment(
  payment: ModelPayment,
  action: Of<'look' | 'confirm' | 'decline' | 'cancel' | 'inquire'>,
): Request {
  const { name, url, shop, requestId } = payment;
  switch (action.kind) {
    case 'look':
      return { kind: 'look', payment: name, url, shopper: action.shopper };
    case 'confirm': {
      const { shopper, card, seen } = action;
      const isRightPin = action.pin === 'right';
      const pin = isRightPin ? shoppers[shopper]!.pin : '909090';
      const { payerAmount, formerly } = payment;
      const shown = seen === 'nothing' ? null : seen === 'before' ? (formerly ?? payerAmount) : payerAmount;
      return { kind: 'confirm', payment: name, url, shopper, card, pin, isRightPin, shown };
    }
    case 'decline':
      // Declining needs a session; whose it is does not matter.
      return { kind: 'decline', payment: name, url, shopper: 0 };
    default: {
      const isOwn = action.by === 'own';
      return { kind: action.kind, payment: name, requestId, isOwn, shop: isOwn ? shop : strangerTo(shop) };
    }
  }
}

function refundOf(model: Model, action: Of<'refund'>): Request | null {
  const known = findRefund(model, action.refund);
  const payment = known?.payment ?? model.payments.get(action.payment);
  if (payment === undefined || payment.status === 'announced') return null;
  const inYuan = payment.fen !== null;
  const whole = inYuan ? payment.payerAmount : payment.amount;
  const part = (whole * BigInt(action.share)) / 1000n;
  const former = known === null ? undefined : inYuan ? known.refund.returned : known.refund.amount;
  const amount = former ?? (part < 1n ? 1n : part);
  const isOwn = action.how !== 'stranger';
  return {
    kind: 'refund',
    refund: action.refund,
    payment: payment.name,
    requestId: payment.requestId,
    refundRequestId: `refund-${action.refund}`,
    wireId: payment.wireId,
    shop: isOwn ? payment.shop : strangerTo(payment.shop),
    isOwn,
    currency: shops[payment.shop]!.currency,
    amount: action.how === 'changed' ? amount + 1n : amount,
    by: payment.channel === 'gateway' ? 'gateway' : 'ams',
    inYuan,
  };
}

function refundInquiryOf(model: Model, action: Of<'inquire-refund'>): Request | null {
  const known = findRefund(model, action.refund);
  if (known === null) return null;
  const { refund, payment } = known;
  return {
    kind: 'inquire-refund',
    refund: refund.name,
    refundRequestId: refund.requestId,
    shop: payment.shop,
  };
}

function topUpOf(model: Model, action: Of<'top-up'>): Request | null {
  const known = model.topUps.get(action.topUp);
  if (known === undefined && action.amount === 'same') return null;
  const shopper = known?.shopper ?? action.shopper;
  const amount = known?.amount ?? BigInt(action.amount);
  return {
    kind: 'top-up',
    topUp: action.topUp,
    requestId: `top-up-${action.topUp}`,
    shopper,
    card: known?.card ?? action.card,
    amount: action.how === 'changed' ? amount + 1n : amount,
    pin: shoppers[shopper]!.pin,
  };
}
