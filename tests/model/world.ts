// The real thing beside the model: the platform on PostgreSQL, a shop, a shopper with a balance and a bank card, and what can be
// looked at from outside.
import { money } from '@tongbao/money';
import { readBalancesOfOwner } from '../../platform/src/ledger/index.ts';
import type { MerchantAccess } from '../../platform/src/merchants/index.ts';
import { type Payment, readQuestionsOf } from '../../platform/src/payments/index.ts';
import { Rejection } from '../../platform/src/rejection.ts';
import type { BankBehaviour } from '../../platform/src/sandbox/bank/index.ts';
import { sandboxMerchants } from '../../platform/src/sandbox/merchants.ts';
import { newestBatches } from '../../platform/src/settlement/index.ts';
import { settlementWorld } from '../../platform/src/testing/settlement-world.ts';
import type { Agreed, Means } from './model.ts';

export type World = Awaited<ReturnType<typeof settlementWorld>>;

export const hour = 3_600_000;
/** Enough for every order of a run, and too little for a bank to refuse. */
const onCard = 10n ** 12n;
const bank = 'CMB';
const token = 'model-card';

/** A Tuesday in Seoul, eleven in the morning. */
export async function openWorld(): Promise<World> {
  const world = await settlementWorld('2014-11-11T02:00:00Z');
  const { wallet } = world.platform;
  const face = { bank, bankName: { zh: '招', en: 'CMB' }, last4: '0001', kind: 'debit' } as const;
  await world.cards.openBank({ code: bank, name: face.bankName });
  await world.cards.issueCard({
    ...{ bank, token, balance: money('CNY', onCard), creditLimit: 0n, blocked: false },
  });
  const { customerId } = world.shopper.payer;
  await wallet.addCard({ ...face, customerId, token, currency: 'CNY', status: 'active' });
  return world;
}

/** Everything that is the shop's, by kind; what it owes is negative. */
const kinds = [
  'merchant-pending',
  'merchant-refunding',
  'merchant-payable',
  'merchant-in-transit',
  'merchant-reserve',
  'merchant-receivable',
  'merchant-fee-receivable',
] as const;

export class Shop {
  readonly world: World;
  readonly access: MerchantAccess;
  readonly agreed: Agreed;
  constructor(world: World, access: MerchantAccess, agreed: Agreed) {
    this.world = world;
    this.access = access;
    this.agreed = agreed;
  }

  static async open(world: World, agreed: Agreed): Promise<Shop> {
    const { contract: usual } = sandboxMerchants.find(({ region }) => region === 'KR')!;
    const { queues: queuesRefunds, quoteLifeMs } = agreed;
    const dollars = { settlementCurrency: 'USD', paymentCurrencies: ['KRW'], settlementSpreadBps: 40 };
    const paidIn = agreed.inDollars ? { ...dollars, minAmount: 1n, maxAmount: 1_000_000n } : {};
    const contract = { ...usual, ...paidIn, queuesRefunds, quoteLifeMs };
    const access = await world.shop('KR', { contract });
    const account = { accountName: 'Shop', accountNumber: 'KR1', bankBic: 'TBSMKRKR' };
    await world.platform.settlement.changeTerms(access.merchant.id, account);
    if (agreed.limit > 0n) await world.agreeDebt(access, agreed.limit);
    return new Shop(world, access, agreed);
  }

  get owner(): { readonly ownerId: bigint; readonly currency: string } {
    const { merchant, contract } = this.access;
    return { ownerId: merchant.id, currency: contract.settlementCurrency };
  }

  async stands(): Promise<Map<string, bigint>> {
    const { owner } = this;
    const rows = await readBalancesOfOwner(this.world.test.database, { kinds, ...owner });
    return new Map(rows.map((row) => [row.kind, row.balance]));
  }

  /** What its refunds can be paid from, and what it owes of fees that its contract keeps. */
  async means(): Promise<Means & { owedFee: bigint }> {
    const stands = await this.stands();
    const of = (kind: (typeof kinds)[number]) => stands.get(kind) ?? 0n;
    const credit = this.agreed.limit + of('merchant-receivable');
    return { unsettled: of('merchant-pending'), credit, owedFee: -of('merchant-fee-receivable') };
  }

  /** Since when it has owed for refunds, and of fees (ms); null while it owes nothing. */
  async owesSince(): Promise<{ debt: number | null; fee: number | null }> {
    const { owner } = this;
    const rows = await readBalancesOfOwner(this.world.test.database, { kinds, ...owner });
    const of = (kind: (typeof kinds)[number]) =>
      rows.find((row) => row.kind === kind)?.owed_since?.getTime() ?? null;
    return { debt: of('merchant-receivable'), fee: of('merchant-fee-receivable') };
  }

  /** On its accounts, and paid out to its bank. */
  async everything(): Promise<bigint> {
    const of = { merchantId: this.access.merchant.id, before: newestBatches, limit: 1_000 };
    const batches = await this.world.platform.settlement.batchesOf(of);
    const paidOut = batches.reduce((all, { status, net }) => all + (status === 'PAID' ? net : 0n), 0n);
    return [...(await this.stands()).values()].reduce((all, each) => all + each, paidOut);
  }
}

export async function pay(shop: Shop, won: bigint, byCard: boolean): Promise<Payment> {
  const { world, access } = shop;
  if (!byCard) return world.pay(access, won, { currency: 'KRW' });
  const { shopper, platform } = world;
  const [card] = await platform.wallet.cardsOf(shopper.payer.customerId);
  const { clearingAccount } = await platform.wallet.cardForPayment(shopper.payer.customerId, card!.id);
  const order = await world.order(access, won, { currency: 'KRW' });
  const funding = { kind: 'card', cardId: card!.id } as const;
  return platform.payments.authorize({ ...shopper, paymentId: order.id, funding, clearingAccount });
}

/** 'accepted', or the code of the refusal; anything else that is thrown is an error of the test. */
export async function outcomeOf(verb: Promise<unknown>): Promise<string> {
  try {
    await verb;
    return 'accepted';
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    throw error;
  }
}

export const paymentNow = async (world: World, id: bigint): Promise<Payment> =>
  (await world.platform.payments.findById(id))!;

export const behave = (world: World, behaviour: BankBehaviour): Promise<boolean> =>
  world.cards.setBehaviour({ code: bank, behaviour, slowMs: null });

export async function balances(world: World): Promise<{ wallet: bigint; card: bigint }> {
  const { balance } = await world.platform.wallet.balanceOf(world.shopper.payer.customerId, 'CNY');
  const card = (await world.cards.findCard({ bank, token }))!;
  return { wallet: balance.amount, card: card.balance.amount };
}

/** Whether a cancelled card payment's money is back on its card; null while its bank has not answered. */
export async function isReturned(world: World, id: bigint): Promise<boolean | null> {
  const questions = await readQuestionsOf(world.test.database, id);
  const outcomes = questions.filter(({ task }) => task === 'reverse-card').map(({ outcome }) => outcome);
  return outcomes.includes('approved') ? true : outcomes.includes(null) ? null : false;
}
