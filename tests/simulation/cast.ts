// Who plays: the sandbox's shops and shoppers as its guide describes them, written down a second time on purpose. The
// auditor believes this list and no contract of the server.
import type { zoneHours } from './arithmetic.ts';

export interface Shop {
  readonly clientId: string;
  readonly partner: string;
  readonly currency: string;
  readonly zone: Parameters<typeof zoneHours>[0];
  readonly feeBps: bigint;
  readonly spreadBps: bigint;
  /** Whether refunds return their share of the fee. */
  readonly returnsFee: boolean;
  readonly least: bigint;
  readonly most: bigint;
  /** How long the rate of an order stays locked; the stage agrees it with the shop. */
  readonly quoteLifeMs: number;
  /** How much the shop may owe for refunds of what was settled; absent: nothing. */
  readonly debtLimit?: bigint;
}

export const shops: readonly Shop[] = [
  {
    clientId: 'SANDBOX_HANBIT_KR_0001',
    partner: '2088501410000001',
    currency: 'KRW',
    zone: 'KR',
    feeBps: 150n,
    spreadBps: 50n,
    returnsFee: false,
    least: 100n,
    most: 50_000_000n,
    quoteLifeMs: 3_600_000,
  },
  {
    clientId: 'SANDBOX_ICHIBA_JP_0001',
    partner: '2088501410000002',
    currency: 'JPY',
    zone: 'JP',
    feeBps: 180n,
    spreadBps: 60n,
    returnsFee: false,
    least: 10n,
    most: 5_000_000n,
    quoteLifeMs: 300_000,
    // The stage agrees it with the shop, beyond what the guide says of it.
    debtLimit: 10_000n,
  },
  {
    clientId: 'SANDBOX_ALDWYN_GB_0001',
    partner: '2088501410000003',
    currency: 'GBP',
    zone: 'GB',
    feeBps: 200n,
    spreadBps: 80n,
    returnsFee: true,
    least: 10n,
    most: 1_000_000n,
    quoteLifeMs: 86_400_000,
  },
  {
    clientId: 'SANDBOX_HARBOUR_HK_0001',
    partner: '2088501410000004',
    currency: 'HKD',
    zone: 'HK',
    feeBps: 160n,
    spreadBps: 40n,
    returnsFee: false,
    least: 10n,
    most: 20_000_000n,
    quoteLifeMs: 3_600_000,
  },
  {
    clientId: 'SANDBOX_JADE_TW_0001',
    partner: '2088501410000005',
    currency: 'TWD',
    zone: 'TW',
    feeBps: 160n,
    spreadBps: 60n,
    returnsFee: false,
    least: 100n,
    most: 50_000_000n,
    quoteLifeMs: 900_000,
  },
];

/** A card; `funds` is what its bank lets it spend, in fen. */
export interface CastCard {
  readonly bank: string;
  readonly last4: string;
  readonly funds: bigint;
  readonly locked: boolean;
}

export interface Shopper {
  readonly phone: string;
  readonly pin: string;
  /** The most that one payment from the balance may be, in fen. */
  readonly mostFromBalance: bigint;
  readonly opening: bigint;
  readonly cards: readonly CastCard[];
}

const card = (bank: string, last4: string, funds: bigint, locked = false): CastCard => ({
  bank,
  last4,
  funds,
  locked,
});

export const shoppers: readonly Shopper[] = [
  {
    phone: '+8613800000001',
    pin: '200808',
    mostFromBalance: 5_000_000n,
    opening: 500_000n,
    cards: [card('JADE', '0018', 2_000_000n), card('BAMBOO', '0026', 0n)],
  },
  {
    phone: '+8613800000002',
    pin: '314159',
    mostFromBalance: 5_000_000n,
    opening: 8_800n,
    cards: [card('JADE', '0034', 6_000_000n)],
  },
  {
    phone: '+8613800000003',
    pin: '271828',
    mostFromBalance: 2_000_000n,
    opening: 1_200_000n,
    cards: [card('BAMBOO', '0042', 300_000n, true)],
  },
  { phone: '+8613800000004', pin: '161803', mostFromBalance: 100_000n, opening: 90_000n, cards: [] },
];

/** The most that one card payment may be, in fen. */
export const mostFromCard = 5_000_000n;
