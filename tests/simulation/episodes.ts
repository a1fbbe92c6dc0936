// Short stories with orders of their own, told in the middle of a world or at its end: what chance alone would hardly put in
// this order. Their chance is their own too, so that the rest of a seed's world stays what it is.
import { shops } from './cast.ts';
import { chanceOf } from './chance.ts';
import type { Action, Command } from './commands.ts';

type Confirm = Extract<Action, { kind: 'confirm' }>;

interface Teller {
  readonly chance: ReturnType<typeof chanceOf>;
  /** How many orders and refunds the episodes have. */
  orders: number;
  refunds: number;
}

const ownStream = 0x2545f491;
const day = 86_400;

/** The same world, with episodes. */
export function withEpisodes(commands: readonly Command[], seed: number): Command[] {
  const teller: Teller = { chance: chanceOf((seed ^ ownStream) >>> 0), orders: 0, refunds: 0 };
  const { chance } = teller;
  const told = [...commands];
  for (let count = chance.weighted({ 0: 3, 1: 4, 2: 2 }); Number(count) > teller.orders; )
    told.splice(chance.below(told.length + 1), 0, ...asCommands(lateAnswer(teller)));
  if (chance.percent(40)) told.push(...asCommands(clockBack(teller)));
  if (chance.percent(60)) told.push(...asCommands(lateRefunds(teller)));
  for (let stories = Number(chance.weighted({ 0: 1, 1: 2, 2: 1 })); stories > 0; stories--)
    told.splice(chance.below(told.length + 1), 0, ...asCommands(outlivedRate(teller)));
  for (let stories = Number(chance.weighted({ 0: 1, 1: 2, 2: 2, 3: 1 })); stories > 0; stories--)
    told.splice(chance.below(told.length + 1), 0, ...asCommands(standstill(teller)));
  if (chance.percent(40)) told.splice(chance.below(told.length + 1), 0, ...asCommands(keyChange(teller)));
  if (chance.percent(40)) told.splice(chance.below(told.length + 1), 0, ...failedOrders(teller));
  if (chance.percent(25)) told.push(...asCommands(longOutage(teller)));
  return told.map((command, index) => ({ ...command, number: index + 1 }));
}

const asCommands = (actions: readonly Action[]): Command[] =>
  actions.map((action) => ({ number: 0, after: 0, action, fault: null }));

function order(teller: Teller, of: { shop: number; amount: string }): Extract<Action, { kind: 'pay' }> {
  const payment = `e${++teller.orders}`;
  return {
    ...{ kind: 'pay', payment, ...of, channel: 'ams-pay', lifeSeconds: null, told: true, how: 'well' },
  };
}

const confirm = (payment: string, shopper: number, card: number | null): Confirm => ({
  ...{ kind: 'confirm', payment, shopper, card, pin: 'right' },
});

const wake: Action = { kind: 'wake' };
const work: Action = { kind: 'work', twice: false };

/** A bank's answer is late; others ask meanwhile, and are told the same or not; the shopper chooses another way. */
function lateAnswer(teller: Teller): Action[] {
  const { chance } = teller;
  const pay = order(teller, { shop: 0, amount: chance.pick(['12000', '33333', '59000']) });
  const by = (shopper: number, card: number | null) => confirm(pay.payment, shopper, card);
  // The first shopper's second card has no money.
  const [first, second] = chance.pick([
    [by(0, 1), by(0, 0)],
    [by(0, 1), by(1, 0)],
    [by(0, 0), by(1, 0)],
    [by(1, 0), by(0, 0)],
    [by(0, 0), by(0, null)],
  ] as const);
  return [
    pay,
    { kind: 'bank', fates: ['late', chance.pick(['well', 'denied', 'denied', 'lost-after'])] },
    ...[first, work],
    { kind: 'advance', seconds: chance.pick([12, 30, 120]) },
    second,
    chance.pick<Action>([wake, { kind: 'burst', of: [second, wake] }, { kind: 'burst', of: [work, wake] }]),
    ...[work, wake],
  ];
}

/** The clock is turned back under orders that are open, paid, settled and in the middle of a refund. */
function clockBack(teller: Teller): Action[] {
  const { chance } = teller;
  const pay = () => order(teller, { shop: 0, amount: chance.pick(['9000', '33333']) });
  const refund = (payment: string, share: number): Action => ({
    ...{ kind: 'refund', refund: `er${++teller.refunds}`, payment, share, how: 'well' },
  });
  const back: Action = { kind: 'clock-back', seconds: chance.pick([600, 7_200, 40_000, day]) };
  const [settled, first, byCard, open, after] = [pay(), pay(), pay(), pay(), pay()];
  return [
    ...[settled, confirm(settled.payment, 2, null)],
    { kind: 'advance', seconds: chance.pick([50_000, 2 * day]) },
    ...[first, byCard, open, confirm(first.payment, 2, null), confirm(byCard.payment, 0, 0)],
    ...(chance.percent(50) ? [work, refund(byCard.payment, 400)] : []),
    ...[back, confirm(open.payment, 2, null), work, refund(byCard.payment, 500)],
    ...[after, confirm(after.payment, 1, 0), work, refund(first.payment, 600), refund(settled.payment, 1000)],
    chance.pick<Action>([
      { kind: 'cancel', payment: first.payment, by: 'own' },
      { kind: 'cancel', payment: open.payment, by: 'own' },
      refund(open.payment, 1000),
    ]),
    ...[work, { kind: 'advance' as const, seconds: chance.pick([3_600, 50_000, day]) }],
    refund(after.payment, 1000),
    work,
  ];
}

/** Orders are settled and paid out; then the buyers want their money back, of a shop that may owe or of one that may not. */
function lateRefunds(teller: Teller): Action[] {
  const { chance } = teller;
  const shop = chance.pick([1, 1, 1, 0]);
  const bought = (amount: string, shopper: number, card: number | null): [string, Action[]] => {
    const pay = order(teller, { shop, amount });
    return [pay.payment, [pay, confirm(pay.payment, shopper, card), work]];
  };
  const refund = (payment: string): Action => ({
    kind: 'refund',
    refund: `er${++teller.refunds}`,
    payment,
    share: chance.pick([1000, 600, 500, 400, 334, 100, 1]),
    how: 'well',
  });
  const [first, buying] = bought(chance.pick(['12000', '19999', '9000']), 2, null);
  const [second, buyingByCard] = bought(chance.pick(['6800', '15000']), 1, 0);
  const [later, buyingLater] = bought(chance.pick(['777', '6800']), 2, null);
  return [
    ...[...buying, ...buyingByCard],
    { kind: 'advance', seconds: chance.pick([26, 27, 40]) * day },
    { kind: 'burst', of: [refund(first), refund(second)] },
    ...[refund(first), work, refund(second), refund(first), refund(second), work],
    // What comes in pays what is owed: at once by nothing, at the next cut-off by netting.
    ...[...buyingLater, refund(first)],
    { kind: 'advance', seconds: chance.pick([1, 3, 5]) * day },
    ...[refund(first), refund(later), refund(second), work],
  ];
}

/** Orders that live longer than their rate, priced in either currency: people come back with a page of before, or with none. */
function outlivedRate(teller: Teller): Action[] {
  const { chance } = teller;
  const shop = chance.pick([0, 1, 3, 4]);
  const named = {
    ...order(teller, { shop, amount: chance.pick(['9000', '33333', '777']) }),
    lifeSeconds: day,
  };
  const inYuan: Action & { payment: string } = {
    ...{
      kind: 'announce',
      payment: `e${++teller.orders}`,
      shop,
      amount: chance.pick(['9999', '30001', '1234']),
    },
    ...{ inYuan: true, told: true, how: 'well' },
  };
  const refund = (payment: string, share: number): Action => ({
    ...{ kind: 'refund', refund: `er${++teller.refunds}`, payment, share, how: 'well' },
  });
  const look = (payment: string): Action => ({ kind: 'look', payment, shopper: 2 });
  const life = shops[shop]!.quoteLifeMs / 1_000;
  // Over midnight in Shanghai there are other rates.
  const chosen = chance.pick([named, inYuan]);
  const later = (): Action => ({
    kind: 'advance',
    seconds: chance.pick([life, life, 20_000, ...(chosen === named ? [52_000, 70_000] : [10_000, 38_000])]),
  });
  const { payment } = chosen;
  const by = confirm(payment, 2, null);
  const before = { ...by, seen: 'before' as const };
  return [
    ...[chosen, look(payment), later()],
    ...chance.pick<Action[]>([[{ ...by, seen: 'nothing' }], [before], []]),
    ...chance.pick<Action[]>([[look(payment), before], [look(payment), later(), look(payment)], []]),
    ...chance.pick<Action[]>([
      [{ kind: 'burst', of: [before, by, look(payment)] }],
      [by],
      [{ ...by, seen: 'nothing' }],
    ]),
    ...[chosen, by, refund(payment, 333), work, refund(payment, 667), refund(payment, 1)],
  ];
}

/** A process stands still in the middle of a request about an order; another one is asked for the same, or for something else about it. */
function standstill(teller: Teller): Action[] {
  const { chance } = teller;
  const shop = chance.pick([0, 0, 1, 2]);
  const pay = order(teller, { shop, amount: chance.pick(['9000', '33333', '12000']) });
  const second = order(teller, { shop, amount: '9000' });
  const buyer = chance.pick([1, 2]);
  const { payment } = pay;
  const byCard = chance.percent(30);
  const by = byCard ? confirm(payment, 0, 0) : confirm(payment, 2, null);
  const other = chance.percent(70) ? confirm(payment, chance.pick([0, 1]), null) : by;
  const decline: Action = { kind: 'decline', payment };
  const cancel: Action = { kind: 'cancel', payment, by: 'own' };
  const refund = (share: number): Action => ({
    ...{ kind: 'refund', refund: `er${++teller.refunds}`, payment, share, how: 'well' },
  });
  const stop = (of: Action, ...meanwhile: Action[]): Action => ({
    ...{ kind: 'pause', of, meanwhile },
    ...(chance.percent(75)
      ? { steps: 'transactions', step: 1 + chance.below(18) }
      : { steps: 'all', step: 1 + chance.below(40) }),
    until: chance.pick(['waited-for', 'waited-for', 'locks-lost']),
  });
  const [part, rest, all] = [refund(600), refund(600), refund(1000)];
  return chance.pick<Action[]>([
    [stop(pay, pay), by, work],
    [pay, stop(by, cancel), work, part],
    [pay, stop(cancel, by), work, part],
    [pay, stop(by, other), work, part],
    [pay, stop(decline, by, cancel), work],
    [pay, by, work, stop(part, rest), work],
    [pay, by, work, stop(part, part, cancel), work, all],
    [pay, by, work, stop(cancel, all), work],
    [pay, by, work, stop(all, cancel), work],
    [pay, by, stop(part, rest, work), work, part, rest],
    [...[pay, second], stop(confirm(payment, buyer, null), confirm(second.payment, buyer, null)), work],
  ]);
}

/** A shop changes its key, and goes on with the former one until its grace has ended, and beyond. */
function keyChange(teller: Teller): Action[] {
  const { chance } = teller;
  const shop = chance.pick([0, 1, 2, 3, 4]);
  const seconds = chance.pick([60, 600, 3_600]);
  const pay = (how: 'well' | 'former-key') => ({ ...order(teller, { shop, amount: '12345' }), how });
  return [
    { kind: 'rotate-key', shop, graceSeconds: seconds },
    ...[pay('former-key'), pay('well')],
    { kind: 'advance', seconds: chance.pick([seconds - 1, seconds, seconds, 2 * seconds]) },
    ...[pay('former-key'), pay('well')],
  ];
}

/** The database refuses each shop's order once; what it was about to write is not there, and the next one needs it. */
function failedOrders(teller: Teller): Command[] {
  const { chance } = teller;
  return shops.flatMap((_, shop) =>
    asCommands([order(teller, { shop, amount: '23456' }), order(teller, { shop, amount: '23456' })]).map(
      (command, index) => ({
        ...command,
        fault:
          index > 0
            ? null
            : {
                kind: chance.pick(['disk-full', 'serialization', 'cut', 'crash-before-commit'] as const),
                on: 'transaction' as const,
                nth: chance.pick([1, 1, 2]),
              },
      }),
    ),
  );
}

/** The rate source is away for longer than its rates are good for, and shops go on. */
function longOutage(teller: Teller): Action[] {
  const { chance } = teller;
  const pay = () => order(teller, { shop: chance.below(shops.length), amount: '23456' });
  const away = chance.pick([6, 8, 13]) * day;
  return [pay(), { kind: 'rates-fail', times: 400 }, { kind: 'advance', seconds: away }, pay(), pay(), work];
}
