// Shoppers who close their browser, let a payment expire, or change their order while they pay; and their currencies.
import type { Row } from './row.ts';
import { insist, type Open, type Stage } from './stage.ts';

const closed: Row = {
  name: 'closed',
  title: 'browser closed before the return',
  why: 'Many phones never come back from the wallet: the notification alone must be enough.',
  remedy: 'Capture on the notification; the return page is only the shopper’s view of it.',
  async run(stage) {
    const open = await stage.begin();
    await stage.notifyUntilAccepted(open, await stage.pay(open));
    await stage.insistPaidOnce(open, 'by the notification alone');
    return 'captured by the notification alone';
  },
};

const expired: Row = {
  name: 'expired',
  title: 'expired and then paid',
  why: 'The first attempt expires, the second is paid, and the words about both cross. Or the shop gives the order up while its shopper pays: his money must not stay.',
  remedy:
    'Keep each attempt with its own request id; when money comes for an order that is given up, refund it in full, once.',
  async run(stage) {
    const first = await stage.begin();
    await stage.network.advance('PT30M');
    await stage.visit(first);
    await stage.insistUnpaid(first, 'after the payment expired');
    const second = await stage.again(first.orderId);
    await stage.notifyUntilAccepted(second, await stage.pay(second));
    const late = stage.relay.held(first.asked.paymentRequestId);
    if (late !== undefined) await stage.notifyUntilAccepted(first, late);
    await stage.visit(first);
    await stage.insistPaidOnce(second, 'after the second attempt');
    return `a second attempt is paid once; ${await givenUp(stage)}`;
  },
};

async function givenUp(stage: Stage): Promise<string> {
  if (stage.shop.cancelOrder === undefined) return 'this shop cancels no order that is being paid';
  const open = await stage.begin();
  const event = await stage.pay(open);
  await stage.shop.cancelOrder(open.orderId);
  await stage.notify(open, event);
  await stage.insistAgreement(open, 'cancelled by the shop, paid by its shopper');
  await stage.notifyUntilAccepted(open, event);
  await stage.insistAgreement(open, 'cancelled by the shop, paid by its shopper, told again');
  return 'what came for a cancelled order went back';
}

const changed: Row = {
  name: 'changed',
  title: 'order changed while the shopper pays',
  why: 'He adds an item in another window and pays the old amount: the order is neither paid nor free.',
  remedy:
    'Withdraw the open payment when the order changes; when it is paid meanwhile, count the money or give it back.',
  async run(stage) {
    if (stage.shop.changeOrder === undefined)
      return 'does not apply: in this shop such an order cannot change';
    const rounds = 8;
    await Promise.all(Array.from({ length: rounds }, (_, round) => changedMeanwhile(stage, round)));
    return `${rounds} orders, changed before, after and while they are told to be paid: both books agree`;
  },
};

async function changedMeanwhile(stage: Stage, round: number): Promise<void> {
  const change = (open: Open) => stage.shop.changeOrder!(open.orderId);
  const open = await stage.begin();
  if (round % 4 === 3) {
    await change(open);
    await stage.insistAgreement(open, 'changed before it was paid');
    return;
  }
  const event = await stage.pay(open);
  if (round % 4 === 0) await change(open);
  else await Promise.all([change(open), stage.notify(open, event)]);
  await stage.notifyUntilAccepted(open, event);
  const seen = await stage.insistAgreement(open, 'changed, then told of the old amount');
  if (seen.isPaid || seen.captured === 0n) return;
  // What was paid counts, and the rest is still owed: then the shopper must be able to pay it.
  const rest = await stage.again(open.orderId);
  await stage.notifyUntilAccepted(rest, await stage.pay(rest));
  const end = await stage.order(open);
  insist(
    end.isPaid && end.captured === open.total.value + rest.total.value,
    `the order took ${open.total.value}, then the rest of ${rest.total.value}, and is ${end.isPaid ? '' : 'not '}paid with ${end.captured}`,
  );
}

const prices = [
  { currency: 'KRW', value: 59_000n, part: 12_345n },
  { currency: 'JPY', value: 1_980n, part: 777n },
  { currency: 'GBP', value: 4_999n, part: 1_001n },
] as const;

const currencies: Row = {
  name: 'currencies',
  title: 'won, yen and pounds to the last coin',
  why: 'Won and yen have no cents. A shop that counts in hundredths charges ₩5,900,000 for ₩59,000.',
  remedy: 'Convert with the currency’s own decimals (ISO 4217), in integers, at one place.',
  async run(stage) {
    for (const { currency, value, part } of prices) {
      const open = await stage.begin({ currency, value });
      const asked = BigInt(open.asked.amount.value);
      insist(
        asked >= value && asked < 10n * value,
        `goods of ${value} ${currency} (minor units) were charged as ${asked}`,
      );
      await stage.notifyUntilAccepted(open, await stage.pay(open));
      await stage.insistPaidOnce(open, currency);
      await stage.shop.refund(open.orderId, part);
      insist((await stage.refundEnd(open, 0)) === 'done', `${currency}: a partial refund did not end`);
      const { refunded } = await stage.network.standing(stage.relay, open.asked);
      insist(refunded === part, `${currency}: refunded ${refunded} instead of ${part}`);
    }
    return prices.map(({ currency, value }) => `${currency} ${value}`).join(', ');
  },
};

export const shopperRows: readonly Row[] = [closed, expired, changed, currencies];
