// A contract's versions on a real database: proposed by one, agreed by another, in effect from their date in every process, kept
// for ever; a date in the past, a wrong field and two operators at once are refused; suspension, and who ends it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MerchantAccess } from '../merchants/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import type { AgreedTerms } from './index.ts';

const day = 86_400_000;
let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
});
afterAll(() => world?.close());

const now = () => world.platform.clock.now();
const inDays = (days: number) => new Date(now().getTime() + days * day);
function propose(changes: Partial<AgreedTerms>, effectiveFrom: Date | null = null, operator = 'mei') {
  const { database, onboarding } = world.platform;
  const asked = { subjectId: shop.merchant.id, reason: 'as agreed', operator, changes, effectiveFrom };
  return database.transaction((tx) => onboarding.proposeContract(tx, asked));
}
function decide(id: bigint, operator = 'li', approved = true) {
  const { database, onboarding } = world.platform;
  return database.transaction((tx) => onboarding.decide(tx, { id, operator, approved, reason: 'seen' }));
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: Error) => error.message,
  );
const fee = async () => (await world.platform.merchants.get(shop.merchant.id)).contract.feeBps;
const history = async () =>
  (await world.platform.onboarding.contractHistory(shop.merchant.id)).versions.map(
    ({ number, state, terms }) => [number, state, terms.feeBps],
  );

it('counts from its date, in each process; what was before stays to be read', async () => {
  const id = await propose({ feeBps: 120, reserveBps: 500, reserveDays: 10, cycleDays: 2 }, inDays(1));
  expect(await history()).toEqual([]);
  await decide(id);
  expect(await history()).toEqual([
    [2, 'coming', 120],
    [1, 'in-effect', 150],
  ]);
  expect(await fee()).toBe(150);
  const other = await world.beside(world.platform.database);
  expect((await other.platform.merchants.get(shop.merchant.id)).contract.feeBps).toBe(150);
  await world.mover.moveTo(inDays(1));
  expect(await fee()).toBe(120);
  expect((await other.platform.merchants.get(shop.merchant.id)).contract.feeBps).toBe(120);
  await other.close();
  expect(await history()).toEqual([
    [2, 'in-effect', 120],
    [1, 'former', 150],
  ]);
  expect(await world.platform.settlement.terms(shop.merchant.id)).toMatchObject({
    ...{ reserveBps: 500, reserveDays: 10, cycleDays: 2, contractVersion: 2 },
  });
});

it('a settled batch keeps the version it was made under, and its reserve comes back by the calendar', async () => {
  const { settlement } = world.platform;
  await settlement.changeTerms(shop.merchant.id, { accountName: 'K', accountNumber: 'KR1' });
  await world.pay(shop, 100_000n, 'reserved');
  await world.mover.moveTo(inDays(3));
  const versions = async () =>
    (
      await world.test.owner.pool.query(
        'SELECT contract_version, adjustments FROM settlement.batch WHERE merchant_id = $1 ORDER BY id',
        [shop.merchant.id],
      )
    ).rows.map((row) => [row.contract_version, row.adjustments]);
  const [made] = (await versions()).filter(([, adjustments]) => adjustments < 0n);
  expect(made).toEqual([2, -4940n]);
  await decide(await propose({ reserveBps: 0, reserveDays: 0 }));
  expect((await versions()).filter(([, adjustments]) => adjustments < 0n)).toEqual([made]);
  await world.mover.moveTo(inDays(14));
  expect((await versions()).at(-1)).toEqual([3, 4940n]);
  expect(
    (await settlement.batchesOf({ merchantId: shop.merchant.id, before: 2n ** 62n, limit: 9 })).length,
  ).toBeGreaterThan(1);
});

it('nothing in the past, nothing that cannot be, nothing that changes nothing', async () => {
  expect(await refusal(propose({ feeBps: 100 }, new Date(now().getTime() - 1)))).toMatch(
    /^effectiveFrom: .* is in the past: a contract counts from a date to come/,
  );
  expect(
    await refusal(propose({ feeBps: 2001, calendar: 'XX', timeZone: 'Mars/Olympus', minAmount: '0' })),
  ).toMatch(
    /^feeBps: must be a whole number from 0 to 2000; minAmount: must be a whole number of minor units from 1 to 10\^15 - 1; timeZone: there is no time zone Mars\/Olympus; calendar: there is no calendar XX; there are AU, /,
  );
  expect(await refusal(propose({ settlementCurrency: 'USD' }))).toMatch(/^it is paid in KRW, and stays so/);
  expect(await refusal(propose({ accountNumber: 'DE00 1234 5678 9012 3456 00' }))).toMatch(/is not an IBAN/);
  expect(await refusal(propose({ notifyUrl: 'http://10.0.0.1/' }))).toMatch(/notifyUrl/);
  expect(await refusal(propose({ feeBps: await fee() }))).toMatch(/nothing would change/);
});

it('a date that has passed before anybody decided cannot be approved any more', async () => {
  const id = await propose({ feeBps: 130 }, inDays(1));
  await world.mover.moveTo(inDays(2));
  expect(await refusal(decide(id))).toMatch(/is in the past.*refuse it and propose it again/);
  await decide(id, 'li', false);
  expect(await fee()).toBe(120);
});

it('two people; of two who decide at once one wins and the other hears it', async () => {
  const id = await propose({ feeBps: 140 });
  expect(await refusal(propose({ feeBps: 141 }))).toBe(
    `proposal ${id} of mei waits for a decision: decide it first`,
  );
  expect(await refusal(decide(id, 'mei'))).toBe('mei proposed it: somebody else has to approve');
  const both = await Promise.all([refusal(decide(id, 'li')), refusal(decide(id, 'ann', false))]);
  expect(both.filter((said) => said === null)).toHaveLength(1);
  expect(both.find((said) => said !== null)).toMatch(
    /^(li has approved|ann has refused) proposal \d+ already$/,
  );
  expect(await fee()).toBe(both[0] === null ? 140 : 120);
  expect(await refusal(decide(1n))).toBe('there is no proposal 1');
  await expect(
    world.test.owner.pool.query(`UPDATE onboarding.proposal SET reason = 'x' WHERE id = $1`, [id]),
  ).rejects.toThrow('a decided proposal is never changed');
});

it('a later agreement that came first replaces an earlier one', async () => {
  await decide(await propose({ feeBps: 160 }, inDays(5)));
  await decide(await propose({ feeBps: 165 }, inDays(1)));
  await world.mover.moveTo(inDays(6));
  expect(await fee()).toBe(165);
  expect((await history()).slice(0, 2)).toMatchObject([
    [expect.any(Number), 'in-effect', 165],
    [expect.any(Number), 'replaced', 160],
  ]);
});

it('suspension stops confirmations at once in all processes, refunds go on; two people end it', async () => {
  const { database, onboarding, settlement } = world.platform;
  const { id } = shop.merchant;
  const other = await world.beside(database);
  const paid = await world.pay(shop, 2_000n, 'before');
  const open = await other.order(shop, 3_000n, 'open page');
  await database.transaction((tx) => onboarding.suspend(tx, { merchantId: id, holdsPayouts: true }));
  await expect(other.confirm(open)).rejects.toMatchObject({ code: 'merchant-not-active' });
  await world.refund(paid, 500n);
  expect((await settlement.terms(id)).isHeld).toBe(true);
  const again = database.transaction((tx) => onboarding.suspend(tx, { merchantId: id, holdsPayouts: false }));
  expect(await refusal(again)).toBe('it is suspended already');
  const asked = { subjectId: id, reason: 'cleared', operator: 'mei' };
  const proposal = await database.transaction((tx) => onboarding.proposeResume(tx, asked));
  await expect(other.confirm(open)).rejects.toMatchObject({ code: 'merchant-not-active' });
  await decide(proposal);
  await other.confirm(open);
  await other.close();
  expect((await settlement.terms(id)).isHeld).toBe(false);
  expect(await refusal(database.transaction((tx) => onboarding.proposeResume(tx, asked)))).toBe(
    'it is not suspended',
  );
});
