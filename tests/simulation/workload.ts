// The seeded workload: shoppers, shops and operators with plausible and implausible behaviour, written down in advance
// as a list of commands. It knows nothing of what will be answered; it only guesses, to make interesting things likely.
import { shoppers, shops } from './cast.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Action, BankFate, Command, DatabaseFault } from './commands.ts';
import { withEpisodes } from './episodes.ts';

export interface WorkloadOptions {
  readonly seed: number;
  /** How many payments shops ask for. */
  readonly payments: number;
}

/** What the generator believes of the world so far. */
interface Guess {
  readonly chance: Chance;
  readonly payments: { name: string; shop: number; shopper: number }[];
  readonly refunds: { name: string; payment: string }[];
  topUps: number;
  /** What would plausibly come next. */
  readonly next: Action[];
  /** Whether the database misbehaves in this world, and how often (in a hundred). */
  readonly faultShare: number;
}

const day = 86_400;
const usualAmounts: Readonly<Record<string, readonly number[]>> = {
  KRW: [100, 59_000, 120_000, 999, 333_333],
  JPY: [10, 6_800, 19_999, 777],
  GBP: [10, 4_500, 8_999, 12_345],
  HKD: [10, 38_800, 9_999],
  TWD: [100, 128_000, 33_333],
};

export function workloadOf({ seed, payments }: WorkloadOptions): Command[] {
  const chance = chanceOf(seed);
  const guess: Guess = {
    chance,
    payments: [],
    refunds: [],
    topUps: 0,
    next: [],
    faultShare: chance.pick([0, 6, 12, 25]),
  };
  const commands: Command[] = [];
  const bound = payments * 12;
  while (guess.payments.length < payments && commands.length < bound) {
    const action = nextAction(guess);
    commands.push({
      number: commands.length + 1,
      after: chance.pick([0, 0, 0, 1, 2, 30]),
      action,
      fault: mayFail(action) ? faultOf(guess) : null,
    });
  }
  return withEpisodes(commands, seed);
}

const mayFail = (action: Action): boolean =>
  !(
    ['bank', 'settlement-bank', 'rates-fail', 'crash', 'burst', 'late-confirm', 'guess-pin'] as string[]
  ).includes(action.kind);

function faultOf({ chance, faultShare }: Guess): DatabaseFault | null {
  if (!chance.percent(faultShare)) return null;
  return {
    kind: chance.pick([
      'cut',
      'disk-full',
      'serialization',
      'deadlock',
      'answer-lost',
      'answer-lost',
      'crash-before-commit',
      'crash-after-commit',
      'crash-after-commit',
    ]),
    on: chance.percent(80) ? 'transaction' : 'query',
    nth: chance.pick([1, 1, 1, 2, 3]),
  };
}

const weights = {
  pay: 14,
  announce: 4,
  confirm: 22,
  look: 3,
  decline: 2,
  cancel: 6,
  refund: 13,
  inquire: 4,
  'inquire-refund': 2,
  'top-up': 4,
  work: 14,
  advance: 5,
  'to-deadline': 3,
  'to-month-end': 1,
  bank: 4,
  'settlement-bank': 1,
  'rates-fail': 1,
  'rotate-key': 2,
  'late-confirm': 3,
  'guess-pin': 1,
  crash: 1,
  burst: 9,
} as const;

function nextAction(guess: Guess): Action {
  const planned = guess.next.shift();
  if (planned !== undefined && guess.chance.percent(80)) return planned;
  const action = anyAction(guess);
  plan(guess, action);
  return action;
}

/** Most orders are paid soon after they are made, some paid ones come back soon. */
function plan(guess: Guess, action: Action): void {
  const { chance, payments } = guess;
  if ((action.kind !== 'pay' && action.kind !== 'announce') || action.amount === 'same') return;
  const of = payments.at(-1)!;
  if (!chance.percent(75)) return;
  if (chance.percent(15)) return void guess.next.push(...cardRefunds(guess, of));
  guess.next.push(confirmOf(guess, of));
  if (chance.percent(50)) guess.next.push({ kind: 'work', twice: chance.percent(10) });
  const later = chance.weighted({ none: 4, refund: 4, cancel: 1, burst: 3 });
  if (later === 'refund') guess.next.push(refundOf(guess, of), refundOf(guess, of));
  if (later === 'cancel') {
    // Some only in the night, when it is another day in one zone and not in another.
    if (chance.percent(40))
      guess.next.push({ kind: 'advance', seconds: chance.pick([44_000, 48_600, 50_000]) });
    guess.next.push({ kind: 'cancel', payment: of.name, by: 'own' });
  }
  if (later === 'burst') guess.next.push(burstOf(guess, of));
}

/** A card payment whose parts go back while the bank has not answered about the ones before. */
function cardRefunds(guess: Guess, { name, shopper: wanted }: Guess['payments'][number]): Action[] {
  const { chance, refunds } = guess;
  const shopper = shoppers[wanted]!.cards.length > 0 ? wanted : 0;
  const part = (): Action => {
    const refund = `r${refunds.length + 1}`;
    refunds.push({ name: refund, payment: name });
    return { kind: 'refund', refund, payment: name, share: chance.pick([333, 334, 500, 1]), how: 'well' };
  };
  const work: Action = { kind: 'work', twice: chance.percent(20) };
  const confirm: Action = { kind: 'confirm', payment: name, shopper, card: 0, pin: 'right' };
  // Meanwhile somebody is impatient.
  const impatient: Action[] = chance.percent(40)
    ? [chance.pick<Action>([{ kind: 'cancel', payment: name, by: 'own' }, confirm, part()])]
    : [];
  return [
    confirm,
    ...impatient,
    work,
    part(),
    part(),
    ...(chance.percent(50) ? [work, part()] : [part(), work]),
  ];
}

function anyAction(guess: Guess): Action {
  const kind = guess.payments.length < 2 ? 'pay' : guess.chance.weighted(weights);
  if (kind === 'burst') return burstOf(guess);
  return actionOf(guess, kind);
}

function actionOf(guess: Guess, kind: Exclude<keyof typeof weights, 'burst'>): Action {
  switch (kind) {
    case 'pay':
      return payOf(guess);
    case 'announce':
      return announceOf(guess);
    case 'confirm':
      return confirmOf(guess);
    case 'refund':
      return refundOf(guess);
    case 'top-up':
      return topUpOf(guess);
    case 'bank':
    case 'settlement-bank':
      return { kind, fates: fatesOf(guess.chance) };
    default:
      return plainAction(guess, kind);
  }
}

function plainAction(
  guess: Guess,
  kind: Exclude<
    keyof typeof weights,
    'burst' | 'pay' | 'announce' | 'confirm' | 'refund' | 'top-up' | 'bank' | 'settlement-bank'
  >,
): Action {
  const { chance } = guess;
  const payment = aPayment(guess).name;
  const by = chance.percent(90) ? 'own' : 'stranger';
  switch (kind) {
    case 'look':
      return { kind, payment, shopper: chance.percent(70) ? chance.below(shoppers.length) : null };
    case 'decline':
      return { kind, payment };
    case 'cancel':
    case 'inquire':
      return { kind, payment, by };
    case 'inquire-refund':
      return { kind, refund: aRefund(guess) };
    case 'work':
      return { kind, twice: chance.percent(15) };
    case 'advance':
      return { kind, seconds: chance.pick([30, 120, 600, 3_600, 20_000, day, 3 * day]) };
    case 'to-deadline':
      return { kind, payment, seconds: chance.pick([-1, 0, 0, 1]) };
    case 'to-month-end':
    case 'crash':
      return { kind };
    case 'rates-fail':
      return { kind, times: chance.pick([1, 3, 3, 400]) };
    case 'late-confirm':
      return {
        kind,
        payment,
        shopper: chance.below(shoppers.length),
        lateMs: chance.pick([-1, 0, 0, 1, 5_000]),
      };
    case 'guess-pin':
      return { kind, payment, shopper: chance.below(shoppers.length), times: chance.pick([4, 6, 7]) };
    case 'rotate-key':
      return { kind, shop: chance.below(shops.length), graceSeconds: chance.pick([0, 60, 3_600]) };
  }
}

/** Mostly one of the newest. */
function aPayment({ chance, payments }: Guess): Guess['payments'][number] {
  const newest = chance.percent(80) ? Math.min(6, payments.length) : payments.length;
  return payments[payments.length - 1 - chance.below(newest)]!;
}

const aRefund = ({ chance, refunds }: Guess): string =>
  refunds.length === 0 ? 'r0' : refunds[refunds.length - 1 - chance.below(Math.min(5, refunds.length))]!.name;

function amountOf(chance: Chance, shop: number): string {
  const { currency, least, most } = shops[shop]!;
  if (chance.percent(2)) return (least - 1n).toString();
  if (chance.percent(2)) return (most + 1n).toString();
  const usual = chance.pick(usualAmounts[currency]!);
  return String(chance.percent(50) ? usual : Number(least) + chance.below(usual * 2));
}

function newPayment(guess: Guess): { payment: string; shop: number } {
  const { chance, payments } = guess;
  const shop = chance.percent(40) ? 0 : chance.below(shops.length);
  const payment = `p${payments.length + 1}`;
  payments.push({ name: payment, shop, shopper: chance.below(shoppers.length) });
  return { payment, shop };
}

function payOf(guess: Guess): Action {
  const { chance } = guess;
  // Some requests come again: the same, or with another amount under the same id.
  const again = guess.payments.length > 0 && chance.percent(20);
  const { payment, shop } = again ? { ...aPayment(guess), payment: aPayment(guess).name } : newPayment(guess);
  const own = guess.payments.find((each) => each.name === payment)!;
  return {
    kind: 'pay',
    payment,
    shop: again ? own.shop : shop,
    amount: again ? 'same' : amountOf(chance, shop),
    channel: chance.percent(80) ? 'ams-pay' : 'ams-session',
    lifeSeconds: chance.pick([null, null, null, 60, 600, 7_200]),
    told: chance.percent(90),
    how: chance.percent(85)
      ? 'well'
      : chance.pick(['changed', 'changed', 'wrong-currency', 'wrong-signature', 'former-key']),
  };
}

function announceOf(guess: Guess): Action {
  const { chance } = guess;
  const { payment, shop } = newPayment(guess);
  const inYuan = chance.percent(30);
  return {
    kind: 'announce',
    payment,
    shop,
    amount: inYuan ? String(1 + chance.below(50_000)) : amountOf(chance, shop),
    inYuan,
    told: chance.percent(80),
    how: chance.percent(88) ? 'well' : chance.pick(['changed', 'wrong-signature']),
  };
}

function confirmOf(guess: Guess, of = aPayment(guess)): Action {
  const { chance } = guess;
  const shopper = chance.percent(85) ? of.shopper : chance.below(shoppers.length);
  const cards = shoppers[shopper]!.cards.length;
  return {
    kind: 'confirm',
    payment: of.name,
    shopper,
    card: cards > 0 && chance.percent(35) ? chance.below(cards) : null,
    pin: chance.percent(96) ? 'right' : 'wrong',
  };
}

function refundOf(guess: Guess, of = aPayment(guess)): Action {
  const { chance, refunds } = guess;
  const again = refunds.length > 0 && chance.percent(20);
  const former = refunds[refunds.length - 1 - chance.below(Math.min(4, Math.max(1, refunds.length)))];
  const name = again ? former!.name : `r${refunds.length + 1}`;
  const payment = again ? former!.payment : of.name;
  if (!again) refunds.push({ name, payment });
  return {
    kind: 'refund',
    refund: name,
    payment,
    share: chance.pick([1000, 1000, 500, 333, 600, 1, 999]),
    how: chance.percent(again ? 60 : 94) ? 'well' : again ? 'changed' : 'stranger',
  };
}

function topUpOf(guess: Guess): Action {
  const { chance } = guess;
  const again = guess.topUps > 0 && chance.percent(15);
  if (!again) guess.topUps += 1;
  return {
    kind: 'top-up',
    topUp: `t${guess.topUps}`,
    // A repetition names the same person: the name says who.
    shopper: guess.topUps % 2,
    card: 0,
    amount: again ? 'same' : String(1 + chance.below(1_500_000)),
    how: again && chance.percent(30) ? 'changed' : 'well',
  };
}

const fatesOf = (chance: Chance): BankFate[] =>
  Array.from({ length: 1 + chance.below(4) }, () =>
    chance.pick(['well', 'lost-before', 'lost-after', 'lost-after', 'doubled', 'down']),
  );

/** Things that race: double clicks, refunds against refunds, cancels against confirmations. */
function burstOf(guess: Guess, of = aPayment(guess)): Action {
  const { chance } = guess;
  const confirm = () => ({ ...confirmOf(guess, of), pin: 'right' }) as Action;
  const refund = (share: number) => ({ ...refundOf(guess, of), share, how: 'well' }) as Action;
  const cancel: Action = { kind: 'cancel', payment: of.name, by: 'own' };
  switch (chance.below(10)) {
    case 8:
      // More of a kind than there are lanes: some of them are decided together.
      return { kind: 'burst', of: [refund(400), refund(400), refund(300), refund(1000)] };
    case 9:
      return {
        kind: 'burst',
        of: shoppers.map((_, shopper) => ({ ...confirm(), shopper, card: null }) as Action),
      };
    case 0: {
      const click = confirm();
      return { kind: 'burst', of: [click, click] };
    }
    case 1:
      return { kind: 'burst', of: [confirm(), cancel] };
    case 2:
      return { kind: 'burst', of: [refund(600), refund(600)] };
    case 3:
      return { kind: 'burst', of: [refund(1000), cancel] };
    case 4: {
      const pay = payOf(guess);
      return {
        kind: 'burst',
        of: [pay, pay, ...(pay.kind === 'pay' ? [{ ...pay, how: 'changed' as const }] : [])],
      };
    }
    case 5: {
      // Two orders of one shopper, whose money may be enough for one.
      const shopper = chance.pick([1, 1, 3, 0]);
      const other = aPayment(guess);
      const from = (name: string): Action => ({
        kind: 'confirm',
        payment: name,
        shopper,
        card: null,
        pin: 'right',
      });
      return { kind: 'burst', of: [from(of.name), from(other.name)] };
    }
    case 6: {
      const same = refund(400);
      return { kind: 'burst', of: [same, same, { kind: 'work', twice: false }] };
    }
    default:
      return { kind: 'burst', of: [confirm(), { kind: 'decline', payment: of.name }, cancel] };
  }
}
