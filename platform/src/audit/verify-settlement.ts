// The verifier's part about settlement: works out again, from the export alone, what each line must say, what each
// batch comes to, that nothing is settled twice, and what must still stand on merchants' accounts.
import { currency, divide } from '@tongbao/money';
import type { Entry, Json } from './verify.ts';
import { settled, settledIn } from './verify-conversion.ts';
import { merchantCode, neededOf } from './verify-refunds.ts';
import { add, type Spill, type SpilledMap } from './verify-spill-store.ts';

interface Sums {
  lines: bigint;
  gross: bigint;
  fees: bigint;
  adjustments: bigint;
}

const text = (value: unknown): string => String(value);
const number = (value: unknown): bigint => BigInt(value as string | number);
const amount = (value: unknown): bigint => BigInt((value as { amount: string }).amount);

/** Minor units at a decimal rate between major units, half-even; null for a rate that is none. */
function worthOf(
  amount: bigint,
  base: string,
  { rate, home }: { rate: string; home: string },
): bigint | null {
  const match = /^(\d{1,20})(?:\.(\d{1,20}))?$/.exec(rate);
  if (match === null) return null;
  const [, whole, decimals = ''] = match;
  const units = (code: string) => 10n ** BigInt(currency(code).minorUnits);
  const numerator = amount * BigInt(`${whole}${decimals}`) * units(home);
  return divide(numerator, 10n ** BigInt(decimals.length) * units(base), 'half-even');
}

interface Happened {
  readonly gross: bigint;
  readonly fee: bigint;
  readonly merchant: string;
  /** The account that it is pending on. */
  readonly pending: string;
  readonly batch: string | null;
}

export class SettledBooks {
  readonly #say: (finding: string) => void;
  readonly #batches: SpilledMap<Json>;
  readonly #payouts: SpilledMap<Json[]>;
  readonly #deals: SpilledMap<Json>;
  readonly #reserves: SpilledMap<Json>;
  readonly #sums: SpilledMap<Sums>;
  /** What a line must say, by `payment/sequence`; once it was there, the batch that it is in. */
  readonly #happened: SpilledMap<Happened>;
  /** The batch of a line about a reserve, or about what is carried over. */
  readonly #others: SpilledMap<string>;
  readonly #owed: SpilledMap<bigint>;
  /** What left a batch and came into another, by its id: together nothing. */
  readonly #carried: SpilledMap<bigint>;
  #count = 0;

  constructor(say: (finding: string) => void, spill: Spill) {
    this.#say = say;
    this.#batches = spill.map();
    this.#payouts = spill.map();
    this.#deals = spill.map();
    this.#reserves = spill.map();
    this.#sums = spill.map();
    this.#happened = spill.map();
    this.#others = spill.map();
    this.#owed = spill.map();
    this.#carried = spill.map();
  }

  get batches(): number {
    return this.#count;
  }

  /** Batches come before their lines, and after the payments. */
  read(record: Json): void {
    if (record.type === 'batch') {
      this.#count += 1;
      this.#batches.set(text(record.id), record);
    } else if (record.type === 'reserve') this.#reserves.set(text(record.id), record);
    else if (record.type === 'deal') this.#deals.set(text(record.id), record);
    else if (record.type === 'payout') {
      const id = text(record.batch_id);
      this.#payouts.set(id, [...(this.#payouts.get(id) ?? []), record]);
    } else this.#line(record);
  }

  #line(line: Json): void {
    const batch = text(line.batch_id);
    const key = `${text(line.source_id)}/${text(line.sequence)}`;
    const [gross, fee, adjustment] = [number(line.gross), number(line.fee), number(line.adjustment)];
    const fees = fee + number(line.fixed_fee) + number(line.refund_fee) + number(line.tax);
    if (gross + fees + adjustment !== number(line.net))
      this.#say(`line ${key}: its net is not gross and fees`);
    const sums = this.#sums.get(batch) ?? { lines: 0n, gross: 0n, fees: 0n, adjustments: 0n };
    sums.lines += 1n;
    sums.gross += gross;
    sums.fees += fees;
    sums.adjustments += adjustment;
    this.#sums.set(batch, sums);
    if (number(line.sequence) < 0n && this.#others.has(key))
      this.#say(`line ${key} is in batch ${batch} and in another`);
    if (number(line.sequence) < 0n) this.#others.set(key, batch);
    if (number(line.sequence) < -2n) add(this.#carried, text(line.source_id), adjustment);
    else if (number(line.sequence) < 0n) this.#reserveLine(line, adjustment);
    else this.#settles(key, { batch, gross, fee });
  }

  /** A line about a payment's event: it says the same, and no other line does. */
  #settles(key: string, line: { batch: string; gross: bigint; fee: bigint }): void {
    const happened = this.#happened.get(key);
    if (happened === undefined) {
      this.#say(`line ${key} of batch ${line.batch} belongs to no event of a payment`);
      return;
    }
    const { gross, fee, merchant, batch: former } = happened;
    if (former !== null) this.#say(`line ${key} is in batch ${line.batch} and in another`);
    if (line.gross !== gross || line.fee !== fee)
      this.#say(`line ${key} settles ${line.gross} less ${line.fee}, the payment says ${gross} and ${fee}`);
    const batch = this.#batches.get(line.batch);
    if (batch !== undefined && text(batch.merchantId) !== merchant)
      this.#say(`line ${key} is in another merchant's batch ${line.batch}`);
    this.#happened.set(key, { ...happened, batch: line.batch });
    if (former === null && batch !== undefined && batch.status !== 'OPEN')
      add(this.#owed, happened.pending, -(gross + fee));
  }

  /** The money of refunds that banks are asked about is neither pending nor gone. */
  putAside(payment: Json, refunds: readonly Json[]): void {
    const account = merchantCode(payment, 'refunding');
    for (const refund of refunds)
      if (refund.putAside === true && refund.status === 'processing')
        add(this.#owed, account, neededOf(refund));
  }

  #reserveLine(line: Json, adjustment: bigint): void {
    const reserve = this.#reserves.get(text(line.source_id));
    const held = reserve === undefined ? null : number(reserve.amount);
    if (held === null || adjustment !== (line.kind === 'RESERVE' ? -held : held))
      this.#say(`line ${text(line.source_id)} is not what its reserve says`);
  }

  /** A payment's event that moved money. */
  happened(payment: Json, event: Json, refunds: Json[]): void {
    const kind = text(event.kind);
    const refund = refunds.find((candidate) => text(candidate.id) === text(event.refundId));
    const sign = kind === 'paid' ? 1n : -1n;
    const gross = sign * settled(refund ?? payment);
    const fee = -sign * (refund === undefined ? amount(payment.fee) : amount(refund.feeReturned));
    const pending = `merchant-pending:${text(payment.merchantId)}:${settledIn(payment)}`;
    const merchant = text(payment.merchantId);
    // It is pending until a line says that it is settled.
    add(this.#owed, pending, gross + fee);
    this.#happened.set(`${text(payment.id)}/${text(event.sequence)}`, {
      ...{ gross, fee, merchant, pending, batch: null },
    });
  }

  judge(
    accountOf: (code: string) => { id: string; balance: bigint } | undefined,
    entryOf: (id: string) => Entry | undefined,
  ): void {
    for (const batch of this.#batches.values()) this.#batch(batch, accountOf, entryOf);
    for (const deal of this.#deals.values()) this.#deal(deal, accountOf, entryOf);
    for (const reserve of this.#reserves.values()) {
      const of = `${text(reserve.merchant_id)}:${text(reserve.currency)}`;
      if (number(reserve.released_by_entry) === 0n)
        add(this.#owed, `merchant-reserve:${of}`, number(reserve.amount));
    }
    for (const [id, rest] of this.#carried)
      if (rest !== 0n) this.#say(`what was carried over as ${id} left ${rest} behind`);
    const balance = (code: string) => accountOf(code)?.balance ?? 0n;
    for (const [account, owed] of this.#owed) {
      // What is unsettled is pending, or put aside, or was lent to the merchant.
      const stands = !account.startsWith('merchant-pending:')
        ? balance(account)
        : ['pending', 'refunding', 'receivable', 'fee-receivable'].reduce(
            (sum, name) => sum + balance(account.replace('merchant-pending', `merchant-${name}`)),
            0n,
          );
      if (stands !== owed) this.#say(`${account} stands at ${stands}, ${owed} is owed`);
    }
  }

  #batch(
    batch: Json,
    accountOf: (code: string) => { id: string; balance: bigint } | undefined,
    entryOf: (id: string) => Entry | undefined,
  ): void {
    const id = text(batch.id);
    const status = text(batch.status);
    const of = `${text(batch.merchantId)}:${text(batch.currency)}`;
    const sums = this.#sums.get(id) ?? { lines: 0n, gross: 0n, fees: 0n, adjustments: 0n };
    if (status === 'OPEN') {
      add(this.#owed, `merchant-pending:${of}`, sums.adjustments);
      return;
    }
    for (const field of ['lines', 'gross', 'fees', 'adjustments'] as const) {
      if (number(batch[field]) !== sums[field])
        this.#say(`batch ${id}: ${field} ${text(batch[field])}, its lines come to ${sums[field]}`);
    }
    const net = sums.gross + sums.fees + sums.adjustments;
    if (number(batch.net) !== net) this.#say(`batch ${id}: net ${text(batch.net)}, its lines come to ${net}`);
    const payouts = this.#payouts.get(id) ?? [];
    const live = payouts.filter((payout) => payout.status !== 'rejected');
    if (live.length !== (status === 'PAID' || status === 'IN_TRANSIT' ? 1 : 0))
      this.#say(`batch ${id} is ${status} and has ${live.length} payouts that count`);
    for (const payout of payouts)
      if (number(payout.amount) !== net) this.#say(`batch ${id}: a payout of ${text(payout.amount)}`);
    const payable = accountOf(`merchant-payable:${of}`)?.id;
    const posted = entryOf(text(batch.entryId))?.postings.find((posting) => posting.account === payable);
    if (posted?.amount !== net) this.#say(`batch ${id}: its entry does not make ${net} payable`);
    if (status === 'CLOSED' || status === 'REJECTED') add(this.#owed, `merchant-payable:${of}`, net);
    else add(this.#owed, `merchant-payable:${of}`, 0n);
    add(this.#owed, `merchant-in-transit:${of}`, status === 'IN_TRANSIT' ? net : 0n);
  }

  /** A conversion that the bank has done: both positions, both banks, and what was realised between them. */
  #deal(
    deal: Json,
    accountOf: (code: string) => { id: string; balance: bigint } | undefined,
    entryOf: (id: string) => Entry | undefined,
  ): void {
    const [bought, cost, collected] = [number(deal.bought), number(deal.cost), number(deal.collected)];
    const id = text(deal.id);
    if (collected - cost !== number(deal.gain)) this.#say(`deal ${id}: its gain is not what was left`);
    const worth = worthOf(bought, text(deal.currency), { rate: text(deal.rate), home: text(deal.home) });
    if (worth !== cost) this.#say(`deal ${id}: at its rate it is worth ${worth}, it states ${cost}`);
    if (text(deal.entry_id) === '0') return;
    const [foreign, home] = [text(deal.currency), text(deal.home)];
    const expected = new Map<string, bigint>();
    const move = (code: string, value: bigint) => {
      if (value !== 0n) expected.set(accountOf(code)?.id ?? code, value);
    };
    move(`settlement-bank:${foreign}`, -bought);
    move(`fx-position:${foreign}`, bought);
    move(`safeguarding-bank:${home}`, cost);
    move(`fx-position:${home}`, -collected);
    move(`fx-gain-loss:${home}`, collected - cost);
    const postings = entryOf(text(deal.entry_id))?.postings ?? [];
    const same =
      postings.length === expected.size &&
      postings.every((posting) => expected.get(posting.account) === posting.amount);
    if (!same) this.#say(`deal ${id}: its entry does not post what was exchanged`);
  }
}
