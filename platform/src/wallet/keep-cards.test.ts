// security H6, the same kind: what the inbox says of a card is written with the card, or neither is.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';

let world: ShopperWorld;
beforeAll(async () => {
  world = await shopperWorld(true);
});
afterAll(() => world.close());

const sql = (text: string) => world.test.owner.pool.query(text);

it('security H6: a card is neither added nor removed without its line in the inbox', async () => {
  const { customerId, name, phone } = world.people[0]!;
  const { wallet, issuers, customers } = world;
  const cards = async () => (await wallet.cardsOf(customerId)).map(({ last4 }) => last4);
  const kinds = async () =>
    (await customers.eventsOf({ customerId, before: 2n ** 62n, limit: 10 })).map(({ kind }) => kind);
  const add = async () => {
    const { offer } = await issuers.offer(issuers.sampleNumber('629901'));
    return wallet.claimCard({ customerId, offer, holder: { name, phone } });
  };
  const before = { cards: await cards(), kinds: await kinds() };
  await sql(`CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the inbox cannot be written'; END $$`);
  const refuse =
    'CREATE TRIGGER refuse BEFORE INSERT ON customers.event FOR EACH ROW EXECUTE FUNCTION refuse_event()';
  await sql(refuse);
  await expect(add()).rejects.toThrow('the inbox cannot be written');
  expect(await cards()).toEqual(before.cards);
  await sql('DROP TRIGGER refuse ON customers.event');

  const { card } = await add();
  expect(await cards()).toEqual([...before.cards, card.last4]);
  expect(await kinds()).toEqual(['card-added', ...before.kinds]);
  await sql(refuse);
  await expect(wallet.removeCard(customerId, card.id)).rejects.toThrow('the inbox cannot be written');
  expect(await cards()).toEqual([...before.cards, card.last4]);
  await sql('DROP TRIGGER refuse ON customers.event');
  await wallet.removeCard(customerId, card.id);
  expect(await kinds()).toEqual(['card-removed', 'card-added', ...before.kinds]);
});
