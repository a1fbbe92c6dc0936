// The independent verifier: `npm run verify -- FILE`. Reads an export of the books line by line and checks it with
// nothing of the server's code but exact amounts. It keeps its own idea of what a payment does to the accounts.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { currency, divide } from '@tongbao/money';
import { conversionFault, conversionOf, settled, settledIn } from './verify-conversion.ts';
import { type LogOptions, readCheckpointNote, SealedBooks } from './verify-log.ts';
import { verifyReceipt } from './verify-receipt.ts';
import { merchantCode, merchantMoves, neededOf, refundFaults } from './verify-refunds.ts';
import { SettledBooks } from './verify-settlement.ts';
import { Spill, type SpilledMap } from './verify-spill-store.ts';
import { StandingBooks } from './verify-standing.ts';
import { BankTies } from './verify-ties.ts';

export type Json = Record<string, unknown>;

export interface Posting {
  account: string;
  amount: bigint;
}
export interface Entry {
  kind: string;
  subject: string;
  postings: Posting[];
}
interface Account {
  code: string;
  kind: string;
  currency: string;
  balance: bigint;
  held: bigint;
  floor: bigint | null;
  lowest: bigint | null;
  highest: bigint | null;
  /** What its postings sum to. */
  folded: bigint;
}

export interface Verified {
  /** In words; empty when the books are right. */
  readonly findings: string[];
  readonly summary: string;
  /** Rows that say they are older than what was sealed before them. */
  readonly late: string[];
}

/** Throws when the file is not an export. `inMemory`: how many values of a kind are kept in memory, the rest in a file. */
export async function verifyExport(
  lines: AsyncIterable<string>,
  log: LogOptions = { kept: null, verifierKey: null },
  inMemory?: number,
): Promise<Verified> {
  const spill = new Spill(inMemory);
  try {
    const books = new Books(log, spill);
    for await (const line of lines) books.read(line);
    return books.judge();
  } finally {
    spill.close();
  }
}

const paymentKinds = /^(payment|payment-reversal|refund(-funding|-release)?)$/;
const ofPayments: ReadonlySet<unknown> = new Set(['payment', 'event', 'refund']);
/** The form of this release, and the one before it, whose leaves have one event each. */
const formats: readonly unknown[] = ['tongbao-books/3', 'tongbao-books/2'];

const entryOf = (record: Json): Entry => ({
  kind: text(record.kind),
  subject: text(record.subjectId),
  postings: (record.postings as Json[]).map((posting) => ({
    account: text(posting.account),
    amount: number(posting.amount),
  })),
});

const reach: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: { created: 'created' },
  created: {
    requoted: 'created',
    paid: 'paid',
    'debit-requested': 'pending',
    cancelled: 'cancelled',
    declined: 'declined',
    expired: 'expired',
  },
  pending: { paid: 'paid', 'debit-declined': 'created' },
  paid: {
    reversed: 'cancelled',
    'refund-requested': 'paid',
    'refund-funded': 'paid',
    refunded: 'paid',
    'refund-failed': 'paid',
  },
};

/** Reads the export in its order: accounts, holds, entries, payments page by page, settlement, the log. */
class Books {
  readonly #accounts: SpilledMap<Account>;
  readonly #byCode: SpilledMap<string>;
  readonly #paymentEntries: SpilledMap<Entry>;
  readonly #settlementEntries: SpilledMap<Entry>;
  /** A page of payments; their events and refunds follow. */
  readonly #payments = new Map<string, Json>();
  readonly #events = new Map<string, Json[]>();
  readonly #refunds = new Map<string, Json[]>();
  readonly #findings: string[] = [];
  readonly #settled: SettledBooks;
  readonly #standing: StandingBooks;
  readonly #ties: BankTies;
  readonly #sealed: SealedBooks;
  readonly #counts = { lines: 0, accounts: 0, entries: 0, payments: 0 };
  #last: unknown = null;
  #ended = false;

  constructor(log: LogOptions, spill: Spill) {
    const say = (finding: string) => this.#say(finding);
    this.#accounts = spill.map();
    this.#byCode = spill.map();
    this.#paymentEntries = spill.map();
    this.#settlementEntries = spill.map();
    this.#sealed = new SealedBooks(say, log);
    this.#settled = new SettledBooks(say, spill);
    this.#standing = new StandingBooks(say, spill);
    this.#ties = new BankTies(say, spill);
  }

  read(line: string): void {
    if (line === '') return;
    const record = JSON.parse(line) as Json;
    if (this.#counts.lines === 0 && !formats.includes(record.format))
      throw new Error(
        /^tongbao-books\//.test(text(record.format))
          ? `this is an export of the form ${text(record.format)}, another release’s; this verifier reads ${formats.join(' and ')}`
          : 'this is not an export of the books',
      );
    this.#counts.lines += 1;
    const { type } = record;
    // A payment after events, or anything after payments: the page is whole.
    if (type === 'payment' ? this.#last !== 'payment' : ofPayments.has(this.#last) && !ofPayments.has(type))
      this.#endPage();
    this.#last = type;
    this.#sealed.read(record);
    this.#standing.read(record);
    this.#take(text(type), record);
  }

  #take(type: string, record: Json): void {
    if (type === 'account') this.#account(record);
    else if (type === 'entry') this.#entry(record);
    else if (type === 'payment') this.#payments.set(text(record.id), record);
    else if (type === 'event') push(this.#events, text(record.paymentId), record);
    else if (type === 'refund') push(this.#refunds, text(record.paymentId), record);
    else if (type === 'claim') this.#ties.claim(record);
    else if (type === 'logged')
      this.#ties.logged(text(record.source), JSON.parse(text(record.text)) as unknown[]);
    else if (/^(batch|line|payout|reserve|deal)$/.test(type)) this.#settled.read(record);
    else if (type === 'end') {
      this.#ended = true;
      if (number(record.lines) !== BigInt(this.#counts.lines - 1))
        this.#say(`the export says ${record.lines} lines and has ${this.#counts.lines - 1}`);
    }
  }

  #endPage(): void {
    for (const payment of this.#payments.values()) this.#payment(payment);
    for (const [kind, rows] of [
      ['events', this.#events],
      ['refunds', this.#refunds],
    ] as const)
      for (const id of rows.keys())
        if (!this.#payments.has(id))
          this.#say(`the ${kind} of payment ${id} do not follow it, or it is not there`);
    this.#counts.payments += this.#payments.size;
    for (const page of [this.#payments, this.#events, this.#refunds]) page.clear();
  }

  judge(): Verified {
    this.#endPage();
    if (!this.#ended) this.#say('the export was cut off: its last line is missing');
    for (const [id, entry] of this.#paymentEntries)
      this.#say(`entry ${id} (${entry.kind}) belongs to no event of a payment`);
    this.#balances();
    this.#standing.judge((account) => this.#accounts.get(account)?.code ?? account);
    this.#ties.judge();
    this.#settled.judge(
      (name) => {
        const id = this.#byCode.get(name);
        return id === undefined ? undefined : { id, balance: this.#accounts.get(id)!.balance };
      },
      (id) => this.#settlementEntries.get(id),
    );
    const log = this.#sealed.judge();
    const { accounts, entries, payments } = this.#counts;
    const summary =
      `${accounts} accounts, ${entries} entries, ${payments} payments, ` +
      `${this.#settled.batches} settlement batches checked${log === null ? '' : `; ${log.summary}`}`;
    return { findings: this.#findings, summary, late: log?.late ?? [] };
  }

  #say(finding: string): void {
    if (this.#findings.length < 100) this.#findings.push(finding);
  }

  #account(record: Json): void {
    const id = text(record.id);
    const account: Account = {
      code: text(record.code),
      kind: text(record.kind),
      currency: text(record.currency),
      balance: number(record.balance),
      held: number(record.held),
      floor: orNull(record.floor),
      lowest: orNull(record.lowest),
      highest: orNull(record.highest),
      folded: 0n,
    };
    this.#counts.accounts += 1;
    if (BigInt(id) % 1000n !== BigInt(currency(account.currency).numeric))
      this.#say(`account ${account.code} has an id of another currency`);
    this.#accounts.set(id, account);
    // Nobody looks for a customer's account by its code.
    if (account.kind !== 'customer-wallet') this.#byCode.set(account.code, id);
  }

  #entry(record: Json): void {
    const id = text(record.id);
    const entry = entryOf(record);
    const { postings } = entry;
    const sums = new Map<string, bigint>();
    this.#counts.entries += 1;
    for (const { account, amount } of postings) {
      const found = this.#accounts.get(account);
      if (found === undefined) this.#say(`entry ${id} posts to account ${account}, which is not there`);
      else {
        this.#accounts.set(account, { ...found, folded: found.folded + amount });
        this.#ties.posting(entry, id, { account, amount, on: found.kind });
      }
      const of = found?.currency ?? '?';
      sums.set(of, (sums.get(of) ?? 0n) + amount);
    }
    if (paymentKinds.test(entry.kind)) this.#paymentEntries.set(id, entry);
    for (const [of, sum] of sums) if (sum !== 0n) this.#say(`entry ${id} is off by ${sum} in ${of}`);
    if (/^(settlement|payout|fx-conversion)/.test(entry.kind)) this.#settlementEntries.set(id, entry);
  }

  #balances(): void {
    const sums = new Map<string, bigint>();
    for (const account of this.#accounts.values()) {
      if (account.folded !== account.balance)
        this.#say(`${account.code} stands at ${account.balance}, its postings sum to ${account.folded}`);
      if (account.floor !== null && account.balance - account.held < account.floor)
        this.#say(`${account.code} is below its floor`);
      const { balance, lowest, highest } = account;
      if ((lowest !== null && balance < lowest) || (highest !== null && balance > highest))
        this.#say(`${account.code} stands at ${balance}, outside its bounds`);
      sums.set(account.currency, (sums.get(account.currency) ?? 0n) + account.balance);
    }
    for (const [of, sum] of sums) if (sum !== 0n) this.#say(`${of} sums to ${sum}, not to zero`);
  }

  #payment(payment: Json): void {
    const id = text(payment.id);
    const refunds = this.#refunds.get(id) ?? [];
    this.#standing.payment(payment, this.#events.get(id) ?? []);
    let status = 'none';
    let sequence = 0n;
    for (const event of this.#events.get(id) ?? []) {
      sequence += 1n;
      if (number(event.sequence) !== sequence) this.#say(`payment ${id}: event ${sequence} is missing`);
      const next = reach[status]?.[text(event.kind)];
      if (next === undefined) {
        this.#say(`payment ${id} was ${status} and took the event ${text(event.kind)}`);
        return;
      }
      status = next;
      this.#effect(payment, event, refunds);
    }
    if (status !== payment.status)
      this.#say(`payment ${id} is ${text(payment.status)}, its events lead to ${status}`);
    const unworthy = conversionFault(payment);
    if (unworthy !== null) this.#say(unworthy);
    for (const fault of refundFaults(payment, refunds)) this.#say(fault);
    this.#settled.putAside(payment, refunds);
    const returned = refunds.filter((refund) => refund.status === 'succeeded');
    const sum = (field: string) => returned.reduce((all, refund) => all + amount(refund[field]), 0n);
    if (sum('amount') !== amount(payment.refunded))
      this.#say(`payment ${id}: refunded ${amount(payment.refunded)}, refunds sum to ${sum('amount')}`);
    if (sum('amount') > amount(payment.amount)) this.#say(`payment ${id} is refunded beyond its amount`);
    if (sum('amount') === amount(payment.amount) && sum('payerAmount') !== amount(payment.payerAmount)) {
      this.#say(
        `payment ${id} is wholly refunded, but the payer got ${sum('payerAmount')} of ${amount(payment.payerAmount)}`,
      );
    }
  }

  /** What the event must have done to the accounts, worked out again from the payment's own figures. */
  #effect(payment: Json, event: Json, refunds: Json[]): void {
    const id = text(payment.id);
    const kind = text(event.kind);
    const refund = refunds.find((candidate) => text(candidate.id) === text(event.refundId));
    const settles = kind === 'paid' || kind === 'reversed' || kind === 'refunded';
    const moves =
      settles || kind === 'refund-funded' || (kind === 'refund-failed' && refund?.putAside === true);
    const entryId = text(event.entryId);
    const entry = this.#paymentEntries.get(entryId);
    const expected = settles ? this.#expected(payment, kind, refund) : new Map<string, bigint>();
    // A refund of less than the smallest unit on either side.
    const isTooSmall =
      kind === 'refunded' && refund !== undefined && expected.size === 0 && neededOf(refund) === 0n;
    if (!moves || isTooSmall) {
      if (isTooSmall) this.#settled.happened(payment, event, refunds);
      if (entryId !== '0') this.#say(`payment ${id}: event ${kind} should have moved nothing`);
      return;
    }
    if (entry === undefined) {
      this.#say(`payment ${id}: event ${kind} has no entry`);
      return;
    }
    this.#paymentEntries.delete(entryId);
    if (settles) this.#settled.happened(payment, event, refunds);
    const merchant = (name: string) =>
      this.#byCode.get(merchantCode(payment, name)) ?? `missing account ${merchantCode(payment, name)}`;
    for (const [name, value] of merchantMoves(kind, { payment, refund, entry, account: merchant }))
      expected.set(merchant(name), (expected.get(merchant(name)) ?? 0n) + value);
    for (const [account, value] of expected) if (value === 0n) expected.delete(account);
    const found = new Map(entry.postings.map((posting) => [posting.account, posting.amount]));
    const same =
      expected.size === found.size && [...expected].every(([account, value]) => found.get(account) === value);
    if (!same) this.#say(`payment ${id}: entry ${entryId} does not do what event ${kind} asks for`);
    if (entry.subject !== id) this.#say(`entry ${entryId} names payment ${entry.subject}, not ${id}`);
  }

  #expected(payment: Json, kind: string, refund: Json | undefined): Map<string, bigint> {
    const merchant = settledIn(payment);
    const payer = code(payment.payerAmount);
    const whole = amount(payment.amount);
    const part = refund === undefined ? whole : amount(refund.amount);
    const share = (value: bigint) => divide(value * part, whole, 'half-even');
    const mid = share(amount(payment.midAmount));
    const spread = share(amount(payment.spreadAmount));
    const given = conversionOf(payment);
    const gross = settled(refund ?? payment);
    const fee = refund === undefined ? amount(payment.fee) : amount(refund.feeReturned);
    const toPayer = refund === undefined ? amount(payment.payerAmount) : amount(refund.payerAmount);
    const sign = kind === 'paid' ? 1n : -1n;
    const expected = new Map<string, bigint>();
    const move = (account: string, value: bigint) => {
      const sum = (expected.get(account) ?? 0n) + value * sign;
      if (sum === 0n) expected.delete(account);
      else expected.set(account, sum);
    };
    const house = (name: string) => this.#byCode.get(name) ?? `missing account ${name}`;
    move(text(payment.fundingAccount), -toPayer);
    move(house(`fx-position:${payer}`), mid);
    move(house(`fx-spread:${payer}`), spread);
    move(house(`rounding:${payer}`), toPayer - mid - spread);
    move(house(`fx-position:${merchant}`), -share(given.mid));
    move(house(`fx-spread:${merchant}`), share(given.spread));
    move(house(`rounding:${merchant}`), share(given.mid) - share(given.spread) - gross);
    let others = 0n;
    for (const part of (refund === undefined ? payment.shares : refund.shares) as Json[]) {
      const [cost, got, middle] = [number(part.amount), number(part.payerAmount), number(part.midAmount)];
      others += cost;
      move(text(part.account), got);
      move(house(`fx-position:${payer}`), -middle);
      move(house(`fx-spread:${payer}`), middle - got);
      move(house(`fx-position:${merchant}`), cost);
    }
    move(house(`discount-fee:${merchant}`), fee - others);
    return expected;
  }
}

const orNull = (value: unknown): bigint | null =>
  value === null || value === undefined ? null : number(value);
const text = (value: unknown): string => String(value);
const number = (value: unknown): bigint => BigInt(value as string | number);
const amount = (value: unknown): bigint => BigInt((value as { amount: string }).amount);
const code = (value: unknown): string => (value as { currency: string }).currency;

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

const usage = `usage: npm run verify -- FILE [--checkpoint NOTE] [--vkey KEY]
       npm run verify -- --receipt FILE --vkey KEY [--checkpoint NOTE]
  FILE          an export, from GET /audit/export
  --receipt     a payment's receipt, from its page in the wallet or the console
  --checkpoint  a file with the checkpoint that you kept (GET /audit/log/checkpoint)
  --vkey        the log's verifier key, or a file with it (GET /audit/log/vkey)`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { checkpoint: { type: 'string' }, vkey: { type: 'string' }, receipt: { type: 'string' } },
  });
  const { checkpoint, vkey, receipt } = values;
  const [file] = positionals;
  if (
    receipt === undefined
      ? file === undefined || positionals.length > 1
      : file !== undefined || vkey === undefined
  ) {
    console.error(usage);
    return 2;
  }
  const verifierKey =
    vkey === undefined || vkey.includes('+') ? (vkey ?? null) : await readFile(vkey, 'utf8');
  const kept =
    checkpoint === undefined ? null : readCheckpointNote(await readFile(checkpoint, 'utf8'), verifierKey);
  return receipt === undefined
    ? checkExport(file!, { kept, verifierKey })
    : checkReceipt(await readFile(receipt, 'utf8'), { kept, verifierKey: verifierKey! });
}

async function checkExport(file: string, log: LogOptions): Promise<number> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const { findings, summary, late } = await verifyExport(lines, log);
  for (const finding of findings) console.log(`WRONG  ${finding}`);
  for (const row of late) console.log(`LATE   ${row}`);
  console.log(
    findings.length === 0 ? `The books are right: ${summary}.` : `${findings.length} findings; ${summary}.`,
  );
  return findings.length === 0 ? 0 : 1;
}

function checkReceipt(text: string, log: Parameters<typeof verifyReceipt>[1]): number {
  const { findings, facts } = verifyReceipt(text, log);
  for (const fact of facts) console.log(`PROVEN ${fact}`);
  for (const finding of findings) console.log(`WRONG  ${finding}`);
  if (findings.length === 0)
    console.log('The receipt is right: all of it is in the log that the key has signed.');
  return findings.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().then(
    (status) => process.exit(status),
    (error: Error) => {
      console.error(`The file could not be checked: ${error.message}`);
      process.exit(2);
    },
  );
}
