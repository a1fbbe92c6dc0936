// The verifier's part about what stands on accounts: holds, the safeguarding equation, what payers have spent, and what is owed
// to cards. Worked out again from the export alone.
import type { Json } from './verify.ts';
import { add, type Spill, type SpilledMap } from './verify-spill-store.ts';

const text = (value: unknown): string => String(value);
const number = (value: unknown): bigint => BigInt(value as string | number);
const amount = (value: unknown): bigint => BigInt((value as { amount: string }).amount);

/** Whose claims must be covered, account by account: one client's debt covers nobody else's claim. */
const clients: ReadonlySet<string> = new Set([
  ...['customer-wallet', 'merchant-pending', 'merchant-refunding', 'merchant-payable'],
  ...['merchant-in-transit', 'merchant-reserve', 'share-receiver', 'card-return'],
]);
const own: ReadonlySet<string> = new Set([
  ...['fx-spread', 'discount-fee', 'house-funds', 'rounding', 'settlement-fee', 'fee-tax', 'fx-gain-loss'],
  'bank-charge',
]);
const receivable: ReadonlySet<string> = new Set(['merchant-receivable', 'merchant-fee-receivable']);
const atBanks: ReadonlySet<string> = new Set([
  ...['safeguarding-bank', 'settlement-bank', 'card-clearing', 'fx-position'],
]);

interface Money {
  claims: bigint;
  own: bigint;
  receivable: bigint;
  atBanks: bigint;
  suspense: bigint;
  others: bigint;
  cardReturn: bigint;
}

interface Wallet {
  readonly code: string;
  readonly day: bigint;
  readonly dayCount: bigint;
  readonly dayAmount: bigint;
  readonly year: bigint;
  readonly yearAmount: bigint;
  readonly everAmount: bigint;
  spent: { dayCount: bigint; dayAmount: bigint; yearAmount: bigint; everAmount: bigint; late: boolean };
}

const shanghaiOffsetMs = 8 * 3_600_000;
const dayMs = 86_400_000;

export class StandingBooks {
  readonly #say: (finding: string) => void;
  readonly #money = new Map<string, Money>();
  readonly #held: SpilledMap<bigint>;
  readonly #wallets: SpilledMap<Wallet>;
  readonly #toReturn: SpilledMap<bigint>;

  constructor(say: (finding: string) => void, spill: Spill) {
    this.#say = say;
    this.#held = spill.map();
    this.#wallets = spill.map();
    this.#toReturn = spill.map();
  }

  read(record: Json): void {
    switch (record.type) {
      case 'account':
        this.#account(record);
        return;
      case 'hold':
        add(this.#held, text(record.account_id), -number(record.amount));
        return;
      case 'return':
        if (record.status === 'pending') add(this.#toReturn, text(record.currency), number(record.amount));
    }
  }

  #account(record: Json): void {
    const [id, kind, currency] = [text(record.id), text(record.kind), text(record.currency)];
    const balance = number(record.balance);
    if (number(record.held) !== 0n) add(this.#held, id, number(record.held));
    const none = {
      claims: 0n,
      own: 0n,
      receivable: 0n,
      atBanks: 0n,
      suspense: 0n,
      others: 0n,
      cardReturn: 0n,
    };
    const money = this.#money.get(currency) ?? none;
    this.#money.set(currency, money);
    if (clients.has(kind)) money.claims += balance > 0n ? balance : 0n;
    else if (own.has(kind)) money.own += balance;
    else if (receivable.has(kind)) money.receivable -= balance;
    else if (atBanks.has(kind)) money.atBanks -= balance;
    else if (kind === 'suspense') money.suspense += balance;
    else money.others += balance;
    if (kind === 'card-return') money.cardReturn += balance;
    if (kind !== 'customer-wallet' || record.spent_day === undefined) return;
    this.#wallets.set(`${text(record.owner)}:${currency}`, {
      ...{ code: text(record.code), day: number(record.spent_day), dayCount: number(record.spent_day_count) },
      ...{ dayAmount: number(record.spent_day_amount), year: number(record.spent_year) },
      ...{ yearAmount: number(record.spent_year_amount), everAmount: number(record.spent_ever_amount) },
      spent: { dayCount: 0n, dayAmount: 0n, yearAmount: 0n, everAmount: 0n, late: false },
    });
  }

  /** A payment with its events, as the payer's sums count it. */
  payment(payment: Json, events: readonly Json[]): void {
    if (payment.payerId === null) return;
    if (payment.paidAt === null && payment.status !== 'pending') return;
    const fromBalance = (payment.funding as Json | null)?.kind !== 'card';
    const confirmed = events.findLast(({ kind }) => kind === (fromBalance ? 'paid' : 'debit-requested'));
    const { currency } = payment.payerAmount as { currency: string };
    const key = `${text(payment.payerId)}:${currency}`;
    const wallet = this.#wallets.get(key);
    if (confirmed === undefined || wallet === undefined) return;
    const local = Date.parse(text(confirmed.occurredAt)) + shanghaiOffsetMs;
    const [day, year] = [BigInt(Math.floor(local / dayMs)), BigInt(new Date(local).getUTCFullYear())];
    const value = amount(payment.payerAmount);
    const { spent } = wallet;
    if (day > wallet.day || year > wallet.year) spent.late = true;
    if (day === wallet.day) {
      spent.dayCount += 1n;
      spent.dayAmount += value;
    }
    if (fromBalance) {
      if (year === wallet.year) spent.yearAmount += value;
      spent.everAmount += value;
    }
    this.#wallets.set(key, wallet);
  }

  judge(codeOf: (account: string) => string): void {
    for (const [account, off] of this.#held)
      if (off !== 0n) this.#say(`${codeOf(account)}: what is held and its holds differ by ${off}`);
    this.#coverage();
    for (const { code, spent, ...kept } of this.#wallets.values())
      if (
        spent.late ||
        (['dayCount', 'dayAmount', 'yearAmount', 'everAmount'] as const).some(
          (sum) => spent[sum] !== kept[sum],
        )
      )
        this.#say(
          `${code}: kept as spent ${kept.dayAmount} on a day, ${kept.yearAmount} in a year, ${kept.everAmount} ever; its payments come to ${spent.dayAmount}, ${spent.yearAmount}, ${spent.everAmount}`,
        );
  }

  #coverage(): void {
    for (const [currency, money] of this.#money) {
      const { claims, receivable: owed, suspense, cardReturn } = money;
      if (claims + money.own !== money.atBanks + owed)
        this.#say(
          `${currency}: clients ${claims} and house ${money.own} are not what lies at banks, is in transit and is owed by merchants: ${money.atBanks + owed}`,
        );
      if (owed > 0n && owed > money.own)
        this.#say(`${currency}: merchants owe ${owed}, the house’s own is ${money.own}`);
      if (suspense !== 0n) this.#say(`${currency}: ${suspense} in suspense`);
      if (money.others !== 0n) this.#say(`${currency}: ${money.others} on accounts of no known kind`);
      const toReturn = this.#toReturn.get(currency) ?? 0n;
      if (cardReturn !== toReturn)
        this.#say(`${currency}: ${cardReturn} booked as owed to cards, ${toReturn} to give back`);
    }
  }
}
