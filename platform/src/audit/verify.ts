// The independent verifier: `npm run verify -- FILE`. Reads an export of the books line by line and checks it with
// nothing of the server's code but exact amounts. It keeps its own idea of what a payment does to the accounts.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { currency, divide } from '@tongbao/money';
import { conversionFault, conversionOf, settled, settledIn } from './verify-conversion.ts';
import { type LogOptions, readCheckpointNote, SealedBooks } from './verify-log.ts';
import { merchantCode, merchantMoves, refundFaults } from './verify-refunds.ts';
import { SettledBooks } from './verify-settlement.ts';
import { StandingBooks } from './verify-standing.ts';

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
}

export interface Verified {
  /** In words; empty when the books are right. */
  readonly findings: string[];
  readonly summary: string;
  /** Rows that say they are older than what was sealed before them. */
  readonly late: string[];
}

/** Throws when the file is not an export. */
export const verifyExport = (
  lines: AsyncIterable<string>,
  log: LogOptions = { kept: null, verifierKey: null },
): Promise<Verified> => verifyInParts(() => lines, { parts: 1, log });

/**
 * Reads the export `parts` times, and keeps a part of the payments each time, with their events, refunds, entries and lines: so
 * memory does not grow with the payments, only with accounts, batches and what banks moved.
 */
export async function verifyInParts(
  open: () => AsyncIterable<string>,
  { parts, log }: { parts: number; log: LogOptions },
): Promise<Verified> {
  const books = new Books(log, parts);
  for (let part = 0; part < parts; part++) {
    for await (const line of open()) books.read(line, part);
    books.endPart();
  }
  return books.judge();
}

const paymentKinds = /^(payment|payment-reversal|refund(-funding|-release)?)$/;
/** Lines that are read again for each part. */
const ofPayments = /^\{"type":"(payment|event|refund|line|entry)"/;

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

class Books {
  readonly #accounts = new Map<string, Account>();
  readonly #byCode = new Map<string, string>();
  readonly #folded = new Map<string, bigint>();
  readonly #paymentEntries = new Map<string, Entry>();
  readonly #settlementEntries = new Map<string, Entry>();
  readonly #payments = new Map<string, Json>();
  readonly #events = new Map<string, Json[]>();
  readonly #refunds = new Map<string, Json[]>();
  readonly #findings: string[] = [];
  readonly #settled: SettledBooks;
  readonly #standing = new StandingBooks((finding) => this.#say(finding));
  readonly #sealed: SealedBooks;
  #lines = 0;
  #entries = 0;
  #ended = false;

  readonly #parts: bigint;
  #checked = 0;

  constructor(log: LogOptions, parts: number) {
    this.#parts = BigInt(parts);
    this.#sealed = new SealedBooks((finding) => this.#say(finding), log);
    this.#settled = new SettledBooks((finding) => this.#say(finding));
  }

  read(line: string, part: number): void {
    if (line === '' || (part > 0 && !ofPayments.test(line))) return;
    const record = JSON.parse(line) as Json;
    if (part > 0) {
      this.#keep(record, part);
      return;
    }
    if (this.#lines === 0 && record.format !== 'tongbao-books/1')
      throw new Error('this is not an export of the books');
    this.#lines += 1;
    this.#sealed.read(record);
    this.#standing.read(record);
    this.#keep(record, part);
    if (record.type === 'account') this.#account(record);
    else if (record.type === 'entry') this.#entry(record);
    else if (/^(batch|line|payout|reserve|deal)$/.test(text(record.type))) this.#settled.read(record);
    else if (record.type === 'end') {
      this.#ended = true;
      if (number(record.lines) !== BigInt(this.#lines - 1))
        this.#say(`the export says ${record.lines} lines and has ${this.#lines - 1}`);
    }
  }

  /** What belongs to payments, of this part. */
  #keep(record: Json, part: number): void {
    const mine = (payment: unknown) => number(payment) % this.#parts === BigInt(part);
    switch (record.type) {
      case 'payment':
        if (mine(record.id)) this.#payments.set(text(record.id), record);
        return;
      case 'event':
        if (mine(record.paymentId)) push(this.#events, text(record.paymentId), record);
        return;
      case 'refund':
        if (mine(record.paymentId)) push(this.#refunds, text(record.paymentId), record);
        return;
      case 'line':
        if (mine(record.source_id)) this.#settled.keep(record);
        return;
      case 'entry':
        if (paymentKinds.test(text(record.kind)) && mine(record.subjectId))
          this.#paymentEntries.set(text(record.id), entryOf(record));
    }
  }

  endPart(): void {
    for (const payment of this.#payments.values()) this.#payment(payment);
    for (const [id, entry] of this.#paymentEntries)
      this.#say(`entry ${id} (${entry.kind}) belongs to no event of a payment`);
    this.#settled.endPart();
    this.#checked += this.#payments.size;
    for (const kept of [this.#payments, this.#events, this.#refunds, this.#paymentEntries]) kept.clear();
  }

  judge(): Verified {
    if (!this.#ended) this.#say('the export was cut off: its last line is missing');
    this.#balances();
    this.#standing.judge((account) => this.#accounts.get(account)?.code ?? account);
    this.#settled.judge(
      (name) => {
        const id = this.#byCode.get(name);
        return id === undefined ? undefined : { id, balance: this.#accounts.get(id)!.balance };
      },
      (id) => this.#settlementEntries.get(id),
    );
    const log = this.#sealed.judge();
    const summary =
      `${this.#accounts.size} accounts, ${this.#entries} entries, ${this.#checked} payments, ` +
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
    };
    if (BigInt(id) % 1000n !== BigInt(currency(account.currency).numeric))
      this.#say(`account ${account.code} has an id of another currency`);
    this.#accounts.set(id, account);
    this.#byCode.set(account.code, id);
  }

  #entry(record: Json): void {
    const id = text(record.id);
    const entry = entryOf(record);
    const { postings } = entry;
    const sums = new Map<string, bigint>();
    this.#entries += 1;
    for (const { account, amount } of postings) {
      const of = this.#accounts.get(account)?.currency;
      if (of === undefined) this.#say(`entry ${id} posts to account ${account}, which is not there`);
      sums.set(of ?? '?', (sums.get(of ?? '?') ?? 0n) + amount);
      this.#folded.set(account, (this.#folded.get(account) ?? 0n) + amount);
    }
    for (const [of, sum] of sums) if (sum !== 0n) this.#say(`entry ${id} is off by ${sum} in ${of}`);
    if (/^(settlement|payout|fx-conversion)/.test(entry.kind)) this.#settlementEntries.set(id, entry);
  }

  #balances(): void {
    const sums = new Map<string, bigint>();
    for (const [id, account] of this.#accounts) {
      const folded = this.#folded.get(id) ?? 0n;
      if (folded !== account.balance)
        this.#say(`${account.code} stands at ${account.balance}, its postings sum to ${folded}`);
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
    if (!moves) {
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
    const expected = settles ? this.#expected(payment, kind, refund) : new Map<string, bigint>();
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

/** Of an export; what a part keeps takes about three times as much memory. */
const bytesPerPart = 256 * 1024 * 1024;

const usage = `usage: npm run verify -- FILE [--checkpoint NOTE] [--vkey KEY]
  FILE          an export, from GET /audit/export
  --checkpoint  a file with the checkpoint that you kept (GET /audit/log/checkpoint)
  --vkey        the log's verifier key, or a file with it (GET /audit/log/vkey)`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { checkpoint: { type: 'string' }, vkey: { type: 'string' } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    console.error(usage);
    return 2;
  }
  const { checkpoint, vkey } = values;
  const verifierKey =
    vkey === undefined || vkey.includes('+') ? (vkey ?? null) : await readFile(vkey, 'utf8');
  const kept =
    checkpoint === undefined ? null : readCheckpointNote(await readFile(checkpoint, 'utf8'), verifierKey);
  const open = () => createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const parts = Math.ceil(((await stat(file)).size + 1) / bytesPerPart);
  const { findings, summary, late } = await verifyInParts(open, { parts, log: { kept, verifierKey } });
  for (const finding of findings) console.log(`WRONG  ${finding}`);
  for (const row of late) console.log(`LATE   ${row}`);
  console.log(
    findings.length === 0 ? `The books are right: ${summary}.` : `${findings.length} findings; ${summary}.`,
  );
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
