// A journal entry: postings that sum to zero in every currency. Credits are positive, debits negative. An account's
// id carries its currency (id % 1000 = ISO 4217 numeric code), so balance is provable from the entry alone.

export interface Posting {
  readonly account: bigint;
  /** Minor units of the account's currency; positive credits the account, negative debits it; never zero. */
  readonly amount: bigint;
}

/** What an entry records. The chart in accounts.ts says which accounts each kind moves. */
export type EntryKind =
  | 'opening'
  | 'top-up'
  | 'payment'
  | 'payment-reversal'
  | 'debit-unwanted'
  | 'debit-returned'
  | 'refund'
  | 'refund-funding'
  | 'refund-release'
  | 'withdrawal'
  | 'transfer'
  | 'settlement'
  | 'debt'
  | 'netting'
  | 'house-funding'
  | 'reserve-release'
  | 'payout'
  | 'payout-paid'
  | 'payout-rejected'
  | 'fx-conversion'
  | 'reconciliation';

export interface Entry {
  readonly id: bigint;
  readonly kind: EntryKind;
  /** The customer whose money it is about; 0 where there is none. */
  readonly payerId: bigint;
  /** The payment, refund or top-up that it belongs to. */
  readonly subjectId: bigint;
  readonly occurredAt: Date;
  readonly postings: readonly Posting[];
}

/** The ISO 4217 numeric code of an account's currency. */
export const currencyNumberOf = (account: bigint): bigint => account % 1000n;

/** Leaves out zero postings and joins postings of the same account, so that an entry names each account once. */
export function postingsOf(movements: readonly Posting[]): Posting[] {
  // Lists, not maps: an entry has a handful of accounts, and this is done for every payment.
  const accounts: bigint[] = [];
  const amounts: bigint[] = [];
  for (const { account, amount } of movements) {
    const place = accounts.indexOf(account);
    if (place !== -1) amounts[place]! += amount;
    else {
      accounts.push(account);
      amounts.push(amount);
    }
  }
  const postings: Posting[] = [];
  for (let place = 0; place < accounts.length; place++)
    if (amounts[place] !== 0n) postings.push({ account: accounts[place]!, amount: amounts[place]! });
  return postings;
}

const greatest = 2n ** 63n - 1n;

/**
 * What must hold of an entry that is recorded, whoever made it: it balances, names each account once, and says what it
 * is about. That its accounts exist, the database says when it moves them. Throws: a finding is a bug.
 */
export function assertEntry(entry: Entry): void {
  assertBalanced(entry);
  const { id, kind, payerId, subjectId, postings } = entry;
  if (id < 1n || payerId < 0n || subjectId < 0n)
    throw new Error(`entry ${id} (${kind}) has no id of its own, or those of nobody and nothing`);
  for (let place = 0; place < postings.length; place++) {
    const { account, amount } = postings[place]!;
    if (account < 1_000n || amount > greatest || amount < -greatest)
      throw new Error(
        `entry ${id} (${kind}) posts ${amount} to ${account}, which is no account or no amount`,
      );
    for (let other = place + 1; other < postings.length; other++)
      if (postings[other]!.account === account)
        throw new Error(`entry ${id} (${kind}) names account ${account} twice`);
  }
}

/** Throws unless the entry has two to 64 postings, none of them zero, that sum to zero in each currency. */
export function assertBalanced(entry: Entry): void {
  const { postings } = entry;
  if (postings.length < 2 || postings.length > 64) {
    throw new Error(`entry ${entry.id} (${entry.kind}) has ${postings.length} postings`);
  }
  const currencies: bigint[] = [];
  const sums: bigint[] = [];
  for (const { account, amount } of postings) {
    if (amount === 0n)
      throw new Error(`entry ${entry.id} (${entry.kind}) posts nothing to account ${account}`);
    const currency = currencyNumberOf(account);
    const place = currencies.indexOf(currency);
    if (place !== -1) sums[place]! += amount;
    else {
      currencies.push(currency);
      sums.push(amount);
    }
  }
  for (let place = 0; place < sums.length; place++) {
    if (sums[place] !== 0n)
      throw new Error(
        `entry ${entry.id} (${entry.kind}) is off by ${sums[place]} in currency ${currencies[place]}`,
      );
  }
}

/** The same entry the other way round: how corrections are made, since entries are never edited. */
export const reversed = (postings: readonly Posting[]): Posting[] =>
  postings.map(({ account, amount }) => ({ account, amount: -amount }));
