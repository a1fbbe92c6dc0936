// What thousands of payments share, kept once: the contract's terms and the rate of the day. A row's number is made
// from its content, so that it means the same in every process and can be remembered without asking.
import { createHash } from 'node:crypto';
import { type Rate, rate as rateOf } from '@tongbao/money';
import { type Connection, integers, statement, type Transaction } from '../database/index.ts';
import type { LockedQuote } from '../fx/index.ts';
import type { ContractTerms, Payment } from './payment.ts';

export interface Conditions {
  readonly terms: ContractTerms;
  readonly rate: QuotedRate;
  /** What converts the order for its merchant; null where nothing does. */
  readonly settlement: QuotedRate | null;
}

type QuotedRate = Pick<LockedQuote, 'mid' | 'price' | 'spreadBps' | 'rateDate' | 'source'>;

/** As stored: bigints as strings, rates as numerator and denominator. */
interface StoredConditions {
  readonly contract: Omit<ContractTerms, 'pendingAccount'> & { readonly pendingAccount: string };
  readonly rate: StoredRate;
  /** Absent where nothing is converted, so that such conditions are what they were before anything could be. */
  readonly settlement?: StoredRate;
}

interface StoredRate extends Omit<QuotedRate, 'mid' | 'price'> {
  readonly mid: readonly [string, string];
  readonly price: readonly [string, string];
}

const asStored = ({ numerator, denominator }: Rate): [string, string] => [
  numerator.toString(),
  denominator.toString(),
];

const storedRate = ({ mid, price, spreadBps, rateDate, source }: QuotedRate): StoredRate => ({
  ...{ mid: asStored(mid), price: asStored(price) },
  ...{ spreadBps, rateDate, source },
});

function contentOf({ terms, quote, settlementQuote }: Payment): string {
  const { pendingAccount, ...agreed } = terms;
  const { settlementCurrency, feeBps, returnsFee, refundWindowDays, timeZone, quoteLifeMs } = agreed;
  const stored: StoredConditions = {
    contract: {
      pendingAccount: pendingAccount.toString(),
      settlementCurrency,
      feeBps,
      returnsFee,
      refundWindowDays,
      timeZone,
      ...(quoteLifeMs === undefined ? {} : { quoteLifeMs }),
    },
    rate: storedRate(quote),
    ...(settlementQuote === null ? {} : { settlement: storedRate(settlementQuote) }),
  };
  return JSON.stringify(stored);
}

/** How many different conditions a process remembers; beyond that it forgets all and begins anew. */
const remembered = 20_000;

/** 63 bits of SHA-256: among a million conditions, two share a number with a chance of one in ten million. */
const numberOf = (content: string): bigint =>
  createHash('sha256').update(content).digest().readBigInt64BE() >> 1n;

export class ConditionsBook {
  readonly #numbers = new Map<string, bigint>();
  readonly #stored = new Set<bigint>();

  // By the objects themselves: contracts and offers are remembered by those who make them, so that most payments need
  // not even be written down to be recognised.
  readonly #recognised = new WeakMap<ContractTerms, WeakMap<Rate, bigint>>();

  numberOf(payment: Payment): bigint {
    if (payment.settlementQuote !== null) return this.#numberOfContent(payment);
    let prices = this.#recognised.get(payment.terms);
    if (prices === undefined) {
      prices = new WeakMap();
      this.#recognised.set(payment.terms, prices);
    }
    // An offer makes its price once, so that the price stands for the whole offer.
    let number = prices.get(payment.quote.price);
    if (number === undefined) {
      number = this.#numberOfContent(payment);
      prices.set(payment.quote.price, number);
    }
    return number;
  }

  #numberOfContent(payment: Payment): bigint {
    const content = contentOf(payment);
    const known = this.#numbers.get(content);
    if (known !== undefined) return known;
    if (this.#numbers.size >= remembered) this.#numbers.clear();
    const number = numberOf(content);
    this.#numbers.set(content, number);
    return number;
  }

  /** Stores what these payments refer to and no committed transaction of this process is known to have stored. */
  async save(tx: Transaction, payments: readonly Payment[]): Promise<void> {
    const missing = new Map<bigint, Payment>();
    for (const payment of payments) {
      const number = this.numberOf(payment);
      if (!this.#stored.has(number)) missing.set(number, payment);
    }
    if (missing.size === 0) return;
    const sorted = [...missing].sort(([a], [b]) => (a < b ? -1 : 1));
    await tx.query(insertConditions, [
      integers(sorted.map(([number]) => number)),
      sorted.map(([, payment]) => contentOf(payment)).join('\u001e'),
    ]);
  }

  /** To be told after the commit: only then is it certain that the rows are there. */
  committed(payments: readonly Payment[]): void {
    if (this.#stored.size >= remembered) this.#stored.clear();
    for (const payment of payments) this.#stored.add(this.numberOf(payment));
  }
}

const insertConditions = statement(
  'payments.insert-conditions',
  `INSERT INTO payments.conditions (id, content)
   SELECT * FROM ROWS FROM (unnest($1::bigint[]), unnest(string_to_array($2, E'\\x1e')::json[]))
   ON CONFLICT (id) DO NOTHING`,
);

const conditionsByIds = statement(
  'payments.conditions-by-ids',
  'SELECT id, content FROM payments.conditions WHERE id = ANY($1::bigint[])',
);

const known = new Map<string, Conditions>();

interface ConditionsOf {
  readonly conditions_id: bigint;
  readonly currency: string;
  readonly payer_currency: string;
}

// The rates' currencies are the payment's own: the same figures may serve two pairs.
const keyOf = (row: ConditionsOf): string => `${row.conditions_id}/${row.currency}/${row.payer_currency}`;

/** The conditions of rows, asked for once and then remembered: they never change. */
export async function readConditions(
  connection: Connection,
  rows: readonly ConditionsOf[],
): Promise<(row: ConditionsOf) => Conditions> {
  const missing = new Map<string, ConditionsOf>();
  for (const row of rows) if (!known.has(keyOf(row))) missing.set(keyOf(row), row);
  if (missing.size > 0) {
    const ids = [...new Set([...missing.values()].map((row) => row.conditions_id))];
    const found = await connection.query<{ id: bigint; content: StoredConditions }>(conditionsByIds, [
      integers(ids),
    ]);
    const contents = new Map(found.map((row) => [row.id, row.content]));
    if (known.size >= remembered) {
      known.clear();
      return readConditions(connection, rows);
    }
    for (const [key, row] of missing) known.set(key, parse(contents.get(row.conditions_id)!, row));
  }
  // Taken now: another reader may make the memory begin anew before this one is done with its rows.
  const ofRow = new Map(rows.map((row) => [keyOf(row), known.get(keyOf(row))!]));
  return (row) => ofRow.get(keyOf(row))!;
}

function parse(stored: StoredConditions, row: ConditionsOf): Conditions {
  const { contract, rate, settlement } = stored;
  return {
    terms: { ...contract, pendingAccount: BigInt(contract.pendingAccount) },
    rate: parseStored(rate, row.currency, row.payer_currency),
    settlement:
      settlement === undefined ? null : parseStored(settlement, row.currency, contract.settlementCurrency),
  };
}

function parseStored(stored: StoredRate, base: string, quote: string): QuotedRate {
  const toRate = ([numerator, denominator]: readonly [string, string]) =>
    rateOf(base, quote, BigInt(numerator), BigInt(denominator));
  return { ...stored, mid: toRate(stored.mid), price: toRate(stored.price) };
}
