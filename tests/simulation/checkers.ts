// What must hold when the noise has ended: everything is decided, told, settled and proved, and every book agrees with the
// auditor's.
import { verifyExport } from '../../platform/src/audit/verify.ts';
import { readReport } from '../settlement/recompute.ts';
import { majorText } from './arithmetic.ts';
import { type Auditor, Violation } from './auditor.ts';
import { type Shop, shoppers, shops } from './cast.ts';
import type { Told } from './merchants.ts';
import { type Model, type ModelPayment, sum, takenFromCard } from './model.ts';
import type { Network } from './network.ts';
import type { Performer } from './performer.ts';
import type { ShopperClient } from './shopper-client.ts';

export interface CheckParts {
  readonly network: Network;
  readonly auditor: Auditor;
  readonly performer: Performer;
  readonly shopper: ShopperClient;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The standing proofs, as anybody may ask for them at any instant. */
export async function checkProofs({ network }: Pick<CheckParts, 'network'>): Promise<void> {
  // Nothing ticks here; elsewhere this is done each second.
  await network.process.platform.auditLog.sealAll();
  const response = await network.process.app.inject({ method: 'GET', url: '/audit.json' });
  const report = response.json() as { ok: boolean; proofs: { name: string; ok: boolean; detail: string }[] };
  if (report.ok) return;
  const failed = (report.proofs ?? []).filter((proof) => !proof.ok);
  throw new Violation('proofs', failed.map((proof) => `${proof.name}: ${proof.detail}`).join('\n'));
}

/** Ends the noise and checks everything. */
export async function checkAll(parts: CheckParts): Promise<void> {
  const { network, performer, auditor } = parts;
  network.bankFates.plan([]);
  network.settlementFates.plan([]);
  network.failRates(0);
  await network.wake();
  await performer.observe();
  await resolveAll(parts);
  const now = () => network.clock.now().getTime();
  await performer.moveTo(now() + 2 * dayMs);
  await performer.observe();
  await askAboutAll(parts);
  checkTold(auditor.model, network.shops.told, network.restarts === 0 && performer.faultsHappened.size === 0);
  await checkCardBanks(parts);
  await checkProofs(parts);
  await performer.moveTo(now() + 12 * dayMs);
  // What waited for its shop's funds may have been done meanwhile; a minute later it is in a batch.
  await performer.observe();
  await performer.moveTo(now() + 61_000);
  await performer.observe();
  await checkSettlement(parts);
  await checkProofs(parts);
  await checkExport(parts);
}

const mostRounds = 4;

/** With the banks well, what waits for them is decided within hours. */
async function resolveAll({ network, performer, auditor }: CheckParts): Promise<void> {
  for (let round = 0; ; round++) {
    await performer.work(false);
    const open = waitingIn(auditor.model);
    if (open.length === 0) return;
    if (round >= mostRounds)
      throw new Violation('resolved in time', `${open.join(', ')} wait although the banks answer`, open);
    await performer.moveTo(network.clock.now().getTime() + hourMs);
  }
}

/** Classic refunds may wait for their shop's funds, which may never come: half a year, by the reference. */
const waitingIn = (model: Model): string[] => [
  ...[...model.payments.values()]
    .filter(
      ({ status, refunds, channel }) =>
        status === 'pending' ||
        (channel !== 'gateway' && refunds.some((each) => each.status === 'processing')),
    )
    .map(({ name }) => name),
  ...[...model.topUps.values()].filter(({ status }) => status === 'pending').map(({ name }) => name),
];

async function askAboutAll({ performer, auditor, shopper }: CheckParts): Promise<void> {
  for (const payment of auditor.model.payments.values()) {
    const { name, url, requestId, shop, status } = payment;
    await performer.ask({ kind: 'look', payment: name, url, shopper: null });
    if (status !== 'announced')
      await performer.ask({ kind: 'inquire', payment: name, requestId, shop, isOwn: true });
    for (const refund of payment.refunds)
      await performer.ask({
        kind: 'inquire-refund',
        refund: refund.name,
        refundRequestId: refund.requestId,
        shop,
      });
  }
  for (const index of shoppers.keys()) {
    await shopper.ready(index);
    await performer.ask({ kind: 'wallet', shopper: index });
  }
}

const keyOf = (told: Pick<Told, 'kind' | 'paymentRequestId' | 'refundRequestId'>): string =>
  told.kind === 'payment' ? `payment/${told.paymentRequestId}` : `refund/${told.refundRequestId}`;

/** Each final state was told, truly, first told in its order, and nothing else was told. */
function checkTold(model: Model, told: readonly Told[], isCalm: boolean): void {
  const byKey = Map.groupBy(told, keyOf);
  const expected = new Set<string>();
  for (const payment of model.payments.values()) {
    let [before, latest] = [-1, -1];
    let seenAt: number | null = null;
    for (const notice of payment.notices) {
      const key = keyOf({ ...notice, paymentRequestId: payment.requestId });
      expected.add(key);
      const attempts = byKey.get(key) ?? [];
      const fail = (checker: string, why: string): never => {
        throw new Violation(checker, `${key} of ${payment.name}: ${why}`, [payment.name]);
      };
      const reached = attempts.filter(({ fate }) => fate !== 'lost');
      if (reached.length === 0) fail('everything is told', `never told (${attempts.length} attempts)`);
      const first = attempts[0]!;
      // Refunds that were seen to have ended at one instant ended in any order.
      if (notice.seenAt === null || notice.seenAt !== seenAt) before = latest;
      seenAt = notice.seenAt;
      if (first.order < before) fail('told in order', 'told before what happened earlier');
      latest = Math.max(latest, first.order);
      checkAttempts(attempts, { payment, notice, isCalm, fail });
    }
  }
  const stray = [...byKey.keys()].find((key) => !expected.has(key));
  if (stray !== undefined) throw new Violation('only truth is told', `${stray} was told and never happened`);
}

function checkAttempts(
  attempts: readonly Told[],
  of: {
    payment: ModelPayment;
    notice: ModelPayment['notices'][number];
    isCalm: boolean;
    fail: (checker: string, why: string) => never;
  },
): void {
  const { notice, fail } = of;
  const isClassic = of.payment.channel === 'gateway';
  const amount = isClassic
    ? majorText(notice.amount, shops[of.payment.shop]!.currency).replace('.', '')
    : notice.amount.toString();
  for (const told of attempts) {
    if (!told.genuineFor.includes(of.payment.shop))
      fail('only truth is told', 'it is not signed for this shop');
    if (told.success !== notice.success) fail('only truth is told', `told as ${String(told.success)}`);
    if (told.amount !== amount) fail('only truth is told', `told ${told.amount}, it is ${amount}`);
    if (!isClassic && told.payerAmount !== (notice.payerAmount?.toString() ?? ''))
      fail('only truth is told', `told the payer’s ${told.payerAmount}, it is ${notice.payerAmount}`);
    if (told.body !== attempts[0]!.body)
      fail('retries are the same', `${told.body} after ${attempts[0]!.body}`);
  }
  const acknowledged = attempts.findIndex(({ fate }) => fate === 'well' || fate === 'doubled');
  if (acknowledged < 0)
    fail('everything is told', `given up after ${attempts.length} attempts, none of them acknowledged`);
  if (of.isCalm && acknowledged >= 0 && acknowledged < attempts.length - 1)
    fail('told no more than needed', `told again after the shop had acknowledged it`);
}

/** The banks' own books: nobody paid twice, and what was refunded has arrived. */
async function checkCardBanks({ network, auditor }: CheckParts): Promise<void> {
  const { customers } = network.process.platform;
  for (const [index, shopper] of shoppers.entries()) {
    const { id } = (await customers.findByPhone(shopper.phone))!;
    for (const [place, card] of shopper.cards.entries()) {
      const token = `${card.bank}-${id}-${card.last4}`;
      const found = (await network.bank.findCard({ bank: card.bank, token }))!;
      const left = found.balance.amount + found.creditLimit;
      const expected = card.funds - takenFromCard(auditor.model, index, place);
      if (left !== expected)
        throw new Violation(
          'card banks',
          `card ${card.last4}: its bank lets it spend ${left}, ${expected} by the auditor`,
        );
    }
  }
}

interface Batch {
  readonly batchId: string;
  readonly status: string;
  readonly cutOffAt: string;
  readonly gross: string;
  readonly fees: string;
  readonly net: string;
  readonly payouts: readonly { readonly status: string; readonly amount: string }[];
  readonly files: readonly { readonly name: string; readonly url: string }[];
}

interface Item {
  readonly key: string;
  readonly gross: bigint;
  readonly fee: bigint;
}

/** What must be settled with a shop: each payment, cancellation and refund once. */
function itemsOf(payment: ModelPayment): Item[] {
  if (payment.paidAt === null) return [];
  const { amount, fee, requestId, status } = payment;
  return [
    { key: `PAYMENT ${requestId}`, gross: amount, fee: -fee },
    ...(status === 'cancelled' ? [{ key: `CANCEL ${requestId}`, gross: -amount, fee }] : []),
    ...payment.refunds
      .filter((refund) => refund.status === 'succeeded')
      .map((refund) => ({ key: `REFUND ${refund.requestId}`, gross: -refund.amount, fee: refund.fee })),
  ];
}

async function checkSettlement({ network, auditor }: CheckParts): Promise<void> {
  for (const [index, shop] of shops.entries()) {
    const payments = [...auditor.model.payments.values()].filter((payment) => payment.shop === index);
    const items = payments.flatMap(itemsOf);
    const get = (url: string) => network.process.app.inject({ method: 'GET', url });
    const { batches } = (await get(`/sandbox/settlements?clientId=${shop.clientId}&limit=1000`)).json() as {
      batches: Batch[];
    };
    const fail = (why: string): never => {
      throw new Violation('settlement', `${shop.clientId}: ${why}`);
    };
    const total = (of: (batch: Batch) => string) => sum(batches, (batch) => BigInt(of(batch)));
    const gross = sum(items, (item) => item.gross);
    const fees = sum(items, (item) => item.fee);
    if (total((batch) => batch.gross) !== gross)
      fail(`batches have a gross of ${total((batch) => batch.gross)}, ${gross} by the auditor`);
    if (total((batch) => batch.fees) !== fees)
      fail(`batches have fees of ${total((batch) => batch.fees)}, ${fees} by the auditor`);
    checkPaidOut({ shop, batches, payments, fail });
    const listed: string[] = [];
    for (const batch of batches) {
      const paid = batch.payouts.filter((payout) => payout.status === 'paid');
      if (batch.status === 'PAID' && (paid.length !== 1 || paid[0]!.amount !== batch.net))
        fail(`batch ${batch.batchId} of ${batch.net} was paid out ${paid.map((each) => each.amount)}`);
      if (['CLOSED', 'IN_TRANSIT'].includes(batch.status) && isOld(batch, network))
        fail(`batch ${batch.batchId} is still ${batch.status}`);
      const file = batch.files.find(({ name }) => name.startsWith('settlementItems'));
      if (file === undefined) continue;
      const rows = readReport((await get(new URL(file.url).pathname)).body);
      listed.push(...rows.map((row) => `${row.transactionType} ${row.transactionRequestId}`));
    }
    checkListed(listed, items, fail);
  }
}

/** A shop got what it earned, less what refunds took, and what it may owe: its limit, and fees that it does not get back. */
function checkPaidOut(of: {
  shop: Shop;
  batches: readonly Batch[];
  payments: readonly ModelPayment[];
  fail: (why: string) => never;
}): void {
  const { shop, batches, payments, fail } = of;
  const paidOut = sum(
    batches.flatMap(({ payouts }) => payouts.filter(({ status }) => status === 'paid')),
    ({ amount }) => BigInt(amount),
  );
  const items = payments.flatMap(itemsOf);
  const own = sum(items, ({ gross, fee }) => gross + fee);
  const lent = shop.returnsFee ? 0n : sum(payments, ({ fee, refunds }) => (refunds.length > 0 ? fee : 0n));
  const most = own + lent + (shop.debtLimit ?? 0n);
  if (paidOut > most) fail(`${paidOut} were paid out, at most ${most} are the shop's by the auditor`);
}

/** Its bank has been well for more than a week since. */
const isOld = (batch: Batch, network: Network): boolean =>
  network.clock.now().getTime() - Date.parse(batch.cutOffAt) > 8 * dayMs;

function checkListed(listed: readonly string[], items: readonly Item[], fail: (why: string) => never): void {
  const known = new Set(items.map((item) => item.key));
  const twice = listed.find((key, index) => listed.indexOf(key) !== index);
  if (twice !== undefined) fail(`${twice} is settled twice`);
  const stray = listed.find((key) => !known.has(key));
  if (stray !== undefined) fail(`${stray} is settled and never happened`);
}

async function checkExport({ network }: CheckParts): Promise<void> {
  const response = await network.process.app.inject({ method: 'GET', url: '/audit/export' });
  const lines = async function* () {
    yield* response.body.split('\n');
  };
  const { findings } = await verifyExport(lines());
  if (findings.length > 0) throw new Violation('independent verifier', findings.join('\n'));
}
