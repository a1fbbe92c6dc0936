// The merchants room: finding a merchant (on every request, so from memory), signing merchants up, rotating keys.
import type { Connection, Database, News, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Ids, Keys } from '../system/index.ts';
import { merchantChanges } from './changes.ts';
import type { NewContract } from './contract.ts';
import type { ClassicSignType, Contract, Merchant, MerchantAccess, NotificationTarget } from './merchant.ts';
import { publicKeyOf } from './public-key.ts';
import { type SecondaryMerchants, secondaryMerchants } from './secondary-merchants.ts';
import { countDownload } from './secondary-store.ts';
import {
  type AccessRow,
  selectAll,
  selectByClientId,
  selectById,
  selectByPartner,
  selectSuspended,
  selectUnsealedMd5Keys,
  writeMd5Key,
} from './store.ts';

export interface SignUp {
  readonly clientId: string;
  readonly partner: string;
  readonly classicMd5Key: string;
  readonly name: string;
  readonly displayName: string;
  readonly region: string;
  readonly notifyUrl: string | null;
  /** SPKI, bare base64; null: it has none yet, and can sign nothing. */
  readonly publicKey: string | null;
  /** Absent: all of them. */
  readonly classicSignTypes?: readonly ClassicSignType[];
  readonly contract: NewContract;
}

/** What a new version of a contract changes. */
export interface Agreed
  extends Omit<Contract, 'liveFrom' | 'pendingAccount' | 'rateRule'>,
    Pick<Merchant, 'notifyUrl'> {}

export interface Merchants {
  /** Null for an unknown client. At most `cacheMs` old. */
  findByClientId(clientId: string): Promise<MerchantAccess | null>;
  /** The same by the classic gateway's partner number. */
  findByPartner(partner: string): Promise<MerchantAccess | null>;
  /** Merchants that sell through this one, and what is counted about it. */
  readonly secondary: SecondaryMerchants;
  /** Counts a fetch of a file; answers how many there have been that day (YYYY-MM-DD). */
  countDownload(download: { merchantId: bigint; file: string; day: string }): Promise<number>;
  /** Rejections: merchant-unknown. */
  get(id: bigint): Promise<MerchantAccess>;
  /** The same for many; whom nobody knows is absent. */
  getAll(ids: Iterable<bigint>): Promise<Map<bigint, MerchantAccess>>;
  list(): Promise<MerchantAccess[]>;
  /** Which of these merchants are suspended at this moment: read from the books, not from memory. */
  suspendedAmong(connection: Connection, ids: readonly bigint[]): Promise<ReadonlySet<bigint>>;
  /**
   * How the merchant may sign requests to the classic gateway from now on; without MD5 it needs a key that is valid.
   * Rejections: merchant-unknown, sign-types-unusable.
   */
  setClassicSignTypes(tx: Transaction, merchantId: bigint, types: readonly ClassicSignType[]): Promise<void>;
  /** What of a notification's URL is signed from the next attempt on. Rejections: merchant-unknown. */
  setNotificationTarget(tx: Transaction, merchantId: bigint, target: NotificationTarget): Promise<void>;
  /** Suspends a merchant (nobody can pay it; refunds go on) or ends that. Rejections: merchant-unknown. */
  setStatus(merchantId: bigint, status: Merchant['status']): Promise<void>;
  /** The same in the caller's transaction: an act of an operator. */
  setStatusIn(tx: Transaction, merchantId: bigint, status: Merchant['status']): Promise<void>;
  /**
   * Lets a version of the contract count from this transaction on, for what is created afterwards. Rejections:
   * merchant-unknown, settlement-currency-not-contracted (what a merchant is paid in never changes).
   */
  agree(tx: Transaction, merchantId: bigint, agreed: Agreed): Promise<void>;
  /** From when shoppers can pay it. */
  setLiveFrom(tx: Transaction, merchantId: bigint, from: Date): Promise<void>;
  signUp(merchant: SignUp): Promise<MerchantAccess>;
  /** The same in the caller's transaction, under an id that was taken before. */
  signUpIn(tx: Transaction, id: bigint, merchant: SignUp): Promise<void>;
  /** Adds a key version; former versions stay valid for `graceMs`. Answers the new version. */
  rotateKey(merchantId: bigint, publicKey: string, graceMs: number): Promise<number>;
  /** The same in the caller's transaction. */
  rotateKeyIn(
    tx: Transaction,
    merchantId: bigint,
    key: { readonly publicKey: string; readonly graceMs: number },
  ): Promise<number>;
  /**
   * Agrees how much a merchant may owe for refunds, minor units of its settlement currency. What is owed already stays
   * owed. Rejections: merchant-unknown, amount-out-of-limits.
   */
  agreeDebtLimit(merchantId: bigint, limit: { amount: bigint; agreedBy: string }): Promise<void>;
}

interface Remembered {
  readonly access: MerchantAccess | null;
  readonly readAt: number;
}

const cacheMs = 5_000;
const cacheSize = 10_000;

/** What a sealed MD5 key is for: in another merchant's row it does not open. */
export const md5KeyOf = (merchantId: bigint): string => `MD5 key of merchant ${merchantId}`;

/** Seals the MD5 keys that a release before the key file kept as they are. */
export const protectMd5Keys = (database: Database, keys: Pick<Keys, 'seal'>): Promise<void> =>
  database.transaction(async (tx) => {
    for (const { id, classic_md5_key: md5Key } of await selectUnsealedMd5Keys(tx))
      await writeMd5Key(tx, id, keys.seal(md5Key, md5KeyOf(id)));
  });

export interface MerchantsParts {
  /** Where other processes' changes are heard of; absent: what is remembered is at most five seconds old. */
  readonly news?: Pick<News, 'on'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: Pick<Keys, 'seal' | 'open'>;
}

export function createMerchants(options: MerchantsParts): Merchants {
  const { database, clock, keys } = options;
  const accessOf = (row: AccessRow): MerchantAccess =>
    accessTo(row, keys.open(row.classic_md5_key, md5KeyOf(row.id)));
  const byClientId = new Map<string, Remembered>();
  const byPartner = new Map<string, Remembered>();
  const byId = new Map<bigint, Remembered>();

  async function cached<Key>(
    cache: Map<Key, Remembered>,
    key: Key,
    read: (connection: Connection, key: Key) => Promise<AccessRow | undefined>,
  ): Promise<MerchantAccess | null> {
    const now = clock.now().getTime();
    const known = fresh(cache.get(key), now);
    if (known !== undefined) return known;
    const era = forgotten;
    const row = await read(database, key);
    const access = row === undefined ? null : accessOf(row);
    // Something changed while it was read: it may be the former state.
    if (era !== forgotten) return access;
    if (cache.size >= cacheSize) cache.clear();
    cache.set(key, { access, readAt: now });
    return access;
  }

  /** A clock that was moved in either direction makes the entry old. */
  const fresh = (known: Remembered | undefined, now: number): MerchantAccess | null | undefined =>
    known !== undefined && Math.abs(now - known.readAt) < cacheMs ? known.access : undefined;

  let forgotten = 0;
  function forget(): void {
    forgotten += 1;
    byClientId.clear();
    byPartner.clear();
    byId.clear();
  }
  options.news?.on('merchants', forget);

  return {
    findByClientId: (clientId) => cached(byClientId, clientId, selectByClientId),
    findByPartner: (partner) => cached(byPartner, partner, selectByPartner),
    secondary: secondaryMerchants(options),
    countDownload: (download) => countDownload(database, download),
    async getAll(merchantIds) {
      const found = new Map<bigint, MerchantAccess>();
      const now = clock.now().getTime();
      for (const id of merchantIds) {
        if (found.has(id)) continue;
        // Who is remembered costs no promise: this is asked for every payment.
        const access = fresh(byId.get(id), now) ?? (await cached(byId, id, selectById));
        if (access !== null) found.set(id, access);
      }
      return found;
    },
    async get(id) {
      const access = await cached(byId, id, selectById);
      if (access === null) throw new Rejection('merchant-unknown');
      return access;
    },
    list: async () => (await selectAll(database)).map(accessOf),
    suspendedAmong: selectSuspended,
    ...merchantChanges(options, { forget, accessOf }),
  };
}

function accessTo(row: AccessRow, classicMd5Key: string): MerchantAccess {
  return {
    merchant: {
      id: row.id,
      clientId: row.client_id,
      partner: row.partner,
      classicMd5Key,
      classicSignTypes: row.classic_sign_types,
      notificationTarget: row.notification_target,
      name: row.name,
      displayName: row.display_name,
      region: row.region,
      status: row.status,
      notifyUrl: row.notify_url,
    },
    keys: row.keys.map((key) => ({
      version: key.version,
      publicKey: publicKeyOf(key.public_key),
      status: key.status,
      retiresAt: key.retires_at === null ? null : new Date(key.retires_at),
    })),
    contract: {
      settlementCurrency: row.settlement_currency,
      paymentCurrencies: row.payment_currencies,
      rateRule: row.rate_rule,
      settlementSpreadBps: row.settlement_spread_bps,
      feeBps: row.fee_bps,
      spreadBps: row.spread_bps,
      returnsFee: row.returns_fee,
      regions: row.regions,
      calendar: row.calendar,
      timeZone: row.time_zone,
      minAmount: row.min_amount,
      maxAmount: row.max_amount,
      refundWindowDays: row.refund_window_days,
      debtLimit: row.debt_limit,
      queuesRefunds: row.queues_refunds,
      quoteLifeMs: row.quote_life_s * 1000,
      liveFrom: row.live_from,
      pendingAccount: row.pending_account,
    },
  };
}
