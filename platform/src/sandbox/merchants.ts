// The sandbox's merchants: the shops of the story, each with a contract, and keys that only the sandbox knows.
// Names are our own; what each is modelled on is said in docs/guides/sandbox.md.
import {
  type Database,
  deleteSettings,
  readSetting,
  settingOrKeep,
  writeSetting,
} from '../database/index.ts';
import type { Merchants, SignUp } from '../merchants/index.ts';
import type { Settlement } from '../settlement/index.ts';
import {
  type Clock,
  generateRsaKeys,
  isSealed,
  type Keys,
  pkcs1Of,
  type Randomness,
} from '../system/index.ts';

type Seed = Omit<SignUp, 'publicKey' | 'classicMd5Key'> & {
  /** Its option opens on the contract's date also in a world that begins earlier: the date is the story. */
  readonly opensOnItsDate?: true;
};

// One contract's worth of common terms; each shop states what differs.
const terms = {
  returnsFee: false,
  regions: ['CN'],
  refundWindowDays: 365,
  liveFrom: new Date('2014-03-01T00:00:00Z'),
  quoteLifeMs: 3_600_000,
} as const;

export const sandboxMerchants: readonly Seed[] = [
  {
    clientId: 'SANDBOX_HANBIT_KR_0001',
    partner: '2088501410000001',
    name: 'Hanbit Mall',
    displayName: '韩光百货 Hanbit Mall',
    region: 'KR',
    notifyUrl: null,
    contract: {
      ...terms,
      liveFrom: new Date('2014-04-25T00:00:00+09:00'),
      settlementCurrency: 'KRW',
      paymentCurrencies: ['KRW'],
      feeBps: 150,
      spreadBps: 50,
      calendar: 'KR',
      timeZone: 'Asia/Seoul',
      minAmount: 100n,
      maxAmount: 50_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_ICHIBA_JP_0001',
    partner: '2088501410000002',
    name: 'Hinode Ichiba',
    displayName: '日出市场 Hinode Ichiba',
    region: 'JP',
    notifyUrl: null,
    contract: {
      ...terms,
      liveFrom: new Date('2014-04-01T00:00:00+09:00'),
      settlementCurrency: 'JPY',
      paymentCurrencies: ['JPY'],
      feeBps: 180,
      spreadBps: 60,
      calendar: 'JP',
      timeZone: 'Asia/Tokyo',
      minAmount: 10n,
      maxAmount: 5_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_ALDWYN_GB_0001',
    partner: '2088501410000003',
    name: 'Aldwyn Fashion',
    displayName: 'Aldwyn 时尚',
    region: 'GB',
    notifyUrl: null,
    contract: {
      ...terms,
      settlementCurrency: 'GBP',
      paymentCurrencies: ['GBP'],
      feeBps: 200,
      spreadBps: 80,
      returnsFee: true,
      calendar: 'GB',
      timeZone: 'Europe/London',
      minAmount: 10n,
      maxAmount: 1_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_HARBOUR_HK_0001',
    partner: '2088501410000004',
    name: 'Harbour Lane',
    displayName: '海港里 Harbour Lane',
    region: 'HK',
    notifyUrl: null,
    contract: {
      ...terms,
      settlementCurrency: 'HKD',
      paymentCurrencies: ['HKD'],
      feeBps: 160,
      spreadBps: 40,
      calendar: 'HK',
      timeZone: 'Asia/Hong_Kong',
      minAmount: 10n,
      maxAmount: 20_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_JADE_TW_0001',
    partner: '2088501410000005',
    name: 'Jade Street',
    displayName: '玉街 Jade Street',
    region: 'TW',
    notifyUrl: null,
    contract: {
      ...terms,
      settlementCurrency: 'TWD',
      paymentCurrencies: ['TWD'],
      feeBps: 160,
      spreadBps: 60,
      calendar: 'TW',
      timeZone: 'Asia/Taipei',
      minAmount: 100n,
      maxAmount: 50_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_TSUBAME_JP_0001',
    partner: '2088501410000006',
    name: 'Tsubame Agent',
    displayName: '燕子代购 Tsubame Agent',
    region: 'JP',
    notifyUrl: null,
    opensOnItsDate: true,
    contract: {
      ...terms,
      settlementCurrency: 'JPY',
      paymentCurrencies: ['JPY'],
      feeBps: 170,
      spreadBps: 60,
      liveFrom: new Date('2014-06-01T00:00:00+09:00'),
      calendar: 'JP',
      timeZone: 'Asia/Tokyo',
      minAmount: 10n,
      maxAmount: 3_000_000n,
    },
  },
  {
    clientId: 'SANDBOX_ALBATROSS_US_0001',
    partner: '2088501410000007',
    name: 'Albatross Duty Free',
    displayName: '信天翁免税 Albatross Duty Free',
    region: 'US',
    notifyUrl: null,
    contract: {
      ...terms,
      settlementCurrency: 'USD',
      paymentCurrencies: ['USD', 'KRW', 'JPY', 'GBP', 'EUR', 'HKD', 'SGD', 'THB', 'CNY'],
      settlementSpreadBps: 40,
      feeBps: 220,
      spreadBps: 60,
      calendar: 'US',
      timeZone: 'America/New_York',
      minAmount: 1n,
      maxAmount: 1_000_000n,
    },
  },
];

const keySetting = (clientId: string) => `sandbox.merchant-key.${clientId}`;
/** Where former releases kept an MD5 key a second time. */
const formerMd5Setting = (clientId: string) => `sandbox.classic-key.${clientId}`;
const privateKeyOf = (clientId: string) => `private key of ${clientId}`;

/** Signs the merchants up that are missing; a second start changes nothing. */
export async function seedMerchants(parts: {
  database: Database;
  clock: Clock;
  merchants: Merchants;
  randomness: Randomness;
  keys: Pick<Keys, 'seal'>;
}): Promise<void> {
  await sealFormerSecrets(parts);
  for (const { opensOnItsDate, ...seed } of sandboxMerchants) {
    if ((await parts.merchants.findByClientId(seed.clientId)) !== null) continue;
    const keys = await generateRsaKeys();
    const classicMd5Key = parts.randomness.bytes(16).toString('hex');
    const contract = opensOnItsDate ? seed.contract : liveBy(parts.clock.now(), seed.contract);
    await parts.merchants.signUp({ ...seed, contract, publicKey: keys.publicKey, classicMd5Key });
    const sealed = parts.keys.seal(keys.privateKey, privateKeyOf(seed.clientId));
    await settingOrKeep(parts.database, keySetting(seed.clientId), sealed);
  }
}

/** In a world that begins before the shop's date the shop is there from the first day, so that it can be tried. */
const liveBy = (now: Date, contract: Seed['contract']): Seed['contract'] =>
  contract.liveFrom <= now ? contract : { ...contract, liveFrom: now };

/** A world of a release that kept its merchants' secrets as they are. */
async function sealFormerSecrets({
  database,
  keys,
}: {
  database: Database;
  keys: Pick<Keys, 'seal'>;
}): Promise<void> {
  for (const { clientId } of sandboxMerchants) {
    const kept = await readSetting(database, keySetting(clientId));
    if (kept !== null && !isSealed(kept))
      await writeSetting(database, keySetting(clientId), keys.seal(kept, privateKeyOf(clientId)));
  }
  await deleteSettings(
    database,
    sandboxMerchants.map(({ clientId }) => formerMd5Setting(clientId)),
  );
}

/** Where the sandbox's merchants are paid: an account each, unless one was set before. */
export async function seedSettlementAccounts(rooms: {
  merchants: Merchants;
  settlement: Settlement;
}): Promise<void> {
  for (const seed of sandboxMerchants) {
    const access = await rooms.merchants.findByClientId(seed.clientId);
    if (access === null) continue;
    const { id } = access.merchant;
    if ((await rooms.settlement.terms(id)).accountNumber !== '') continue;
    await rooms.settlement.changeTerms(id, {
      accountName: seed.name,
      accountNumber: seed.partner,
      bankBic: `TBSM${seed.region}${seed.region}`,
    });
  }
}

export interface MerchantSecrets {
  readonly merchantPrivateKey: string;
  readonly merchantPrivateKeyPkcs1: string;
  readonly md5Key: string;
}

/** What only a sandbox can answer: a merchant's own secrets. Null for a merchant that the sandbox did not make. */
export async function secretsOf(
  parts: { database: Database; merchants: Merchants; keys: Pick<Keys, 'open'> },
  clientId: string,
): Promise<MerchantSecrets | null> {
  const sealed = await readSetting(parts.database, keySetting(clientId));
  const access = await parts.merchants.findByClientId(clientId);
  if (sealed === null || access === null) return null;
  const merchantPrivateKey = parts.keys.open(sealed, privateKeyOf(clientId));
  const { classicMd5Key: md5Key } = access.merchant;
  return { merchantPrivateKey, merchantPrivateKeyPkcs1: pkcs1Of(merchantPrivateKey), md5Key };
}
