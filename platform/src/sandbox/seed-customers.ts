// The sandbox's shoppers: invented people with numbers that nobody has, their money, and banks that do not exist.
// Seeding twice changes nothing, so that a start that was interrupted is finished by the next one.
import type { Customers, NewCustomer } from '../customers/index.ts';
import { type Card, openingReference, type Wallet, walletCurrency } from '../wallet/index.ts';
import type { SandboxBank } from './bank/index.ts';

export interface SeededCard extends Pick<Card, 'bank' | 'last4' | 'kind'> {
  /** Minor units at the bank, and how far below zero it may go. */
  readonly bankBalance: bigint;
  readonly creditLimit: bigint;
  readonly status: 'active' | 'locked';
  /** How its bank asks before each debit; absent: not at all. */
  readonly asks?: 'one-time-code' | 'redirect';
}

export interface SeededCustomer extends NewCustomer {
  readonly latinName: string;
  /** What the wallet begins with, in fen. */
  readonly opening: bigint;
  readonly cards: readonly SeededCard[];
}

export const sandboxBanks = [
  { code: 'JADE', name: { zh: '翡翠银行', en: 'Jade Bank' } },
  { code: 'BAMBOO', name: { zh: '青竹银行', en: 'Bamboo Bank' } },
  { code: 'PINE', name: { zh: '松涛银行', en: 'Pine Bank' } },
  { code: 'LOTUS', name: { zh: '芙蓉银行', en: 'Lotus Bank' } },
] as const;

/** The bank that keeps the client money. */
export const safeguardingBank = 'JADE';

const yuan = (amount: bigint): bigint => amount * 100n;
const shopper = { region: 'CN', language: 'zh-CN' } as const;

/** In the order in which they are shown; the first acts when a script names nobody. */
export const sandboxCustomers: readonly SeededCustomer[] = [
  {
    ...shopper,
    name: '李伟',
    latinName: 'Li Wei',
    phone: '+8613800000001',
    pin: '200808',
    kycClass: 3,
    opening: yuan(5_000n),
    cards: [
      {
        bank: 'JADE',
        last4: '0018',
        kind: 'debit',
        bankBalance: yuan(20_000n),
        creditLimit: 0n,
        status: 'active',
      },
      // Used up: every payment with it is declined for insufficient funds.
      {
        bank: 'BAMBOO',
        last4: '0026',
        kind: 'credit',
        bankBalance: yuan(-8_000n),
        creditLimit: yuan(8_000n),
        status: 'active',
      },
    ],
  },
  {
    ...shopper,
    name: '王芳',
    latinName: 'Wang Fang',
    phone: '+8613800000002',
    pin: '314159',
    kycClass: 3,
    opening: yuan(88n),
    cards: [
      {
        bank: 'JADE',
        last4: '0034',
        kind: 'debit',
        bankBalance: yuan(60_000n),
        creditLimit: 0n,
        status: 'active',
      },
    ],
  },
  {
    ...shopper,
    name: '张敏',
    latinName: 'Zhang Min',
    phone: '+8613800000003',
    pin: '271828',
    kycClass: 2,
    opening: yuan(12_000n),
    cards: [
      {
        bank: 'BAMBOO',
        last4: '0042',
        kind: 'debit',
        bankBalance: yuan(3_000n),
        creditLimit: 0n,
        status: 'locked',
      },
    ],
  },
  {
    ...shopper,
    language: 'en',
    name: '陈杰',
    latinName: 'Chen Jie',
    phone: '+8613800000004',
    pin: '161803',
    kycClass: 1,
    opening: yuan(900n),
    cards: [],
  },
  // Her banks ask her before they charge her cards: one sends a code, the other one has a page for it.
  {
    ...shopper,
    name: '赵雪',
    latinName: 'Zhao Xue',
    phone: '+8613800000005',
    pin: '577215',
    kycClass: 3,
    // As much as every second shopper has: what pays as each of them in turn, as the plugins' kit does, needs no top-up.
    opening: yuan(12_000n),
    cards: [
      {
        ...{ bank: 'PINE', last4: '0059', kind: 'debit', bankBalance: yuan(20_000n), creditLimit: 0n },
        ...{ status: 'active', asks: 'one-time-code' },
      },
      {
        ...{ bank: 'LOTUS', last4: '0067', kind: 'debit', bankBalance: yuan(20_000n), creditLimit: 0n },
        ...{ status: 'active', asks: 'redirect' },
      },
    ],
  },
];

/** Signs the sandbox's shoppers up, with their balances (real ledger entries) and cards; answers them in order. */
export async function seedCustomers(rooms: {
  customers: Customers;
  wallet: Wallet;
  bank: SandboxBank;
}): Promise<(SeededCustomer & { readonly customerId: bigint })[]> {
  const { customers, wallet, bank } = rooms;
  for (const each of sandboxBanks) await bank.openBank(each);
  const seeded: (SeededCustomer & { readonly customerId: bigint })[] = [];
  for (const each of sandboxCustomers) {
    const { phone, name, region, language, kycClass, pin, opening, cards } = each;
    const { id: customerId } = await customers.signUp({ phone, name, region, language, kycClass, pin });
    const amount = { currency: walletCurrency, amount: opening };
    await bank.receive({ bank: safeguardingBank, amount, reference: openingReference(customerId) });
    await wallet.openAccount({ customerId, currency: walletCurrency, opening, bank: safeguardingBank });
    for (const card of cards) await addCard(rooms, { customerId, phone }, card);
    seeded.push({ ...each, customerId });
  }
  return seeded;
}

async function addCard(
  rooms: { wallet: Wallet; bank: SandboxBank },
  { customerId, phone: holderPhone }: { customerId: bigint; phone: string },
  card: SeededCard,
): Promise<void> {
  const { bank, last4, kind, status } = card;
  const token = `${bank}-${customerId}-${last4}`;
  const balance = { currency: walletCurrency, amount: card.bankBalance };
  const asks = card.asks === undefined ? {} : { stepUp: { kind: card.asks, above: 0n } };
  const issued = { bank, token, balance, creditLimit: card.creditLimit, blocked: false };
  await rooms.bank.issueCard({ ...issued, holderPhone, ...asks });
  const bankName = sandboxBanks.find((each) => each.code === bank)!.name;
  await rooms.wallet.addCard({
    customerId,
    bank,
    bankName,
    last4,
    kind,
    currency: walletCurrency,
    token,
    status,
  });
}
