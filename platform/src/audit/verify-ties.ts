// The verifier's part about banks: every posting at a bank has the bank's word behind it, of its reference and amount. Its own
// table of which entries need which word; the server's is bank-ties.ts, and a test holds both against each other.
import type { Entry, Json, Posting } from './verify.ts';
import type { Spill, SpilledMap } from './verify-spill.ts';

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
  /** What banks said: word and reference; and what two people accepted of a statement. */
  readonly #said: SpilledMap<string>;
  /** By word and reference: the entry that leans on it. */
  readonly #leans: SpilledMap<string>;
  /** By kind: entries below are from before banks' words were kept. */
  readonly #since = new Map<string, bigint>();

  constructor(say: (finding: string) => void, spill: Spill) {
    this.#say = say;
    this.#needed = spill.map();
    this.#said = spill.map();
    this.#leans = spill.map();
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
      if (effect === 'applied') {
        this.#said.set(`asked ${reference}`, '');
        this.#said.set(`${outcome === 'approved' ? 'approved' : 'refused'} ${reference}`, '');
      } else if (effect === 'stale' && outcome === 'approved') this.#said.set(`took ${reference}`, '');
    } else if (source === 'statement') this.#said.set(`statement ${text(words[1])}`, '');
    else if (source === 'break-act') {
      const [, , ofBreak, kind, , entry] = words.map(text);
      if (kind === 'approve' && entry !== '0') this.#said.set(`act ${entry}`, ofBreak!);
    } else if (source === 'tied-since') this.#since.set(text(words[2]), BigInt(text(words[3])));
  }

  claim(record: Json): void {
    const [entry, account, word] = [text(record.entry), text(record.account), text(record.word)];
    const lean = `${word} ${text(record.reference)}`;
    const former = this.#leans.get(lean);
    if (former !== undefined && former !== entry)
      this.#say(`entries ${former} and ${entry} lean on the bank’s one answer to ${text(record.reference)}`);
    else if (former === undefined) this.#leans.set(lean, entry);
    const needed = this.#needed.get(`${entry} ${account}`);
    if (needed?.word !== word || needed.amount !== text(record.amount)) return;
    const isSaid = word === 'statement' ? this.#stands(record) : this.#said.has(lean);
    if (isSaid || (word === 'asked' && record.open === true)) this.#needed.delete(`${entry} ${account}`);
  }

  /** A statement that was imported has the break, and two people accepted it by this entry. */
  #stands(record: Json): boolean {
    const [, statement, ofBreak] = /^STATEMENT-(\d+)-BREAK-(\d+)$/.exec(text(record.reference)) ?? [];
    return (
      this.#said.has(`statement ${statement}`) && this.#said.get(`act ${text(record.entry)}`) === ofBreak
    );
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
