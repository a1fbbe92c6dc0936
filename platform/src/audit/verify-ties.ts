// The verifier's part about banks: every posting at a bank has the bank's word behind it, of its reference and amount. Its own
// table of which entries need which word; the server's is bank-ties.ts, and a test holds both against each other.
import type { Entry, Json, Posting } from './verify.ts';
import type { Spill, SpilledMap } from './verify-spill-store.ts';

const text = (value: unknown): string => String(value);

const banks = ['safeguarding-bank', 'settlement-bank', 'card-clearing'];
/** By kind of entry: the word that is needed, and on which accounts besides those at banks. */
export const words: Readonly<Record<string, readonly [word: string, ...on: string[]]>> = {
  opening: ['approved', 'customer-wallet'],
  'top-up': ['approved', 'customer-wallet'],
  withdrawal: ['approved', 'customer-wallet'],
  payment: ['approved'],
  refund: ['approved'],
  'payment-reversal': ['asked'],
  'debit-unwanted': ['took'],
  'debit-returned': ['approved'],
  'house-funding': ['approved', 'house-funds'],
  'fx-conversion': ['approved'],
  'payout-paid': ['approved'],
  'payout-rejected': ['refused', 'merchant-in-transit'],
  reconciliation: ['statement'],
};
/** Entries of these kinds move nothing at a bank; nor do those of a kind that nobody knows. */
export const inOurBooks: readonly string[] = [
  ...['payout', 'refund-funding', 'refund-release', 'transfer', 'settlement', 'netting', 'debt'],
  'reserve-release',
];

const noEntry = '';

interface Needed {
  readonly kind: string;
  readonly word: string;
  readonly amount: string;
}

/** Reads accounts, entries, what was sealed, then claims, in the order of the export. */
export class BankTies {
  readonly #say: (finding: string) => void;
  /** By entry and account: what a bank has to have said. */
  readonly #needed: SpilledMap<Needed>;
  /** What banks said, by reference and word, with the entry that leans on it. */
  readonly #said: SpilledMap<string>;
  /** What is booked before an answer, or after a statement: the entry, by reference and word. */
  readonly #leans: SpilledMap<string>;
  readonly #statements: SpilledMap<string>;
  /** By entry: the break that two people accepted by it. */
  readonly #acts: SpilledMap<string>;
  /** By kind: entries below are from before banks' words were kept. */
  readonly #since = new Map<string, bigint>();

  constructor(say: (finding: string) => void, spill: Spill) {
    this.#say = say;
    this.#needed = spill.map();
    this.#said = spill.map();
    this.#leans = spill.map();
    this.#statements = spill.map();
    this.#acts = spill.map();
  }

  /** A posting of an entry, on an account of a kind. */
  posting({ kind }: Entry, id: string, { account, amount, on }: Posting & { on: string }): void {
    const [word, ...more] = words[kind] ?? [''];
    if (banks.includes(on) || more.includes(on))
      this.#needed.set(`${id} ${account}`, { kind, word, amount: amount.toString() });
  }

  logged(source: string, words: readonly unknown[]): void {
    if (source === 'answer') {
      const [, , , reference, outcome, effect] = words.map(text);
      if (effect === 'applied')
        this.#said.set(`${reference} ${outcome === 'approved' ? 'approved' : 'refused'}`, noEntry);
      else if (effect === 'stale' && outcome === 'approved') this.#said.set(`${reference} took`, noEntry);
    } else if (source === 'statement') this.#statements.set(text(words[1]), '');
    else if (source === 'break-act') {
      const [, , ofBreak, kind, , entry] = words.map(text);
      if (kind === 'approve' && entry !== '0') this.#acts.set(entry!, ofBreak!);
    } else if (source === 'tied-since') this.#since.set(text(words[2]), BigInt(text(words[3])));
  }

  claim(record: Json): void {
    const [entry, account, word] = [text(record.entry), text(record.account), text(record.word)];
    const reference = text(record.reference);
    this.#lean(`${reference} ${word}`, entry, reference);
    const needed = this.#needed.get(`${entry} ${account}`);
    if (needed?.word !== word || needed.amount !== text(record.amount)) return;
    const isTold = word === 'asked' && record.open === true;
    if (isTold || this.#isSaid(reference, word, entry)) this.#needed.delete(`${entry} ${account}`);
  }

  /** One word of a bank carries one entry. */
  #lean(key: string, entry: string, reference: string): void {
    const leans = this.#said.has(key) ? this.#said : this.#leans;
    const former = leans.get(key) ?? noEntry;
    if (former === noEntry) leans.set(key, entry);
    else if (former !== entry)
      this.#say(`entries ${former} and ${entry} lean on the bank’s one answer to ${reference}`);
  }

  #isSaid(reference: string, word: string, entry: string): boolean {
    const has = (what: string) => this.#said.has(`${reference} ${what}`);
    if (word === 'asked') return has('approved') || has('refused');
    if (word !== 'statement') return has(word);
    // A statement that was imported has the break, and two people accepted it by this entry.
    const [, statement, ofBreak] = /^STATEMENT-(\d+)-BREAK-(\d+)$/.exec(reference) ?? [];
    return this.#statements.has(text(statement)) && this.#acts.get(entry) === ofBreak;
  }

  judge(): void {
    for (const [key, { kind, word, amount }] of this.#needed) {
      const [id] = key.split(' ');
      if (BigInt(id!) < (this.#since.get(kind) ?? 0n)) continue;
      this.#say(
        word === ''
          ? `entry ${id} (${kind}) moves ${amount} at a bank, which such an entry never does`
          : `entry ${id} (${kind}, ${amount}) has no bank’s word (${word}) of its reference and amount`,
      );
    }
  }
}
