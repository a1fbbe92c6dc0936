// The sandbox's own banks pass the connectors' kit: the one that pays merchants, and those behind cards.
import {
  cardRows,
  play,
  type SettlementDriver,
  settlementRows,
  stepUpRows,
} from '@tongbao/connector-conformance';
import { expect, test } from 'vitest';
import { createSandboxSettlementBank } from '../../platform/src/sandbox/bank/index.ts';
import { StillClock } from '../../platform/src/system/index.ts';
import { testDatabase } from '../../platform/src/testing/index.ts';
import { cardBankDriver } from './card-bank-driver.ts';

const begins = new Date('2014-05-01T10:00:00Z');
const nothing = async () => {};

async function settlementDriver(): Promise<SettlementDriver> {
  const { database, owner, drop } = await testDatabase();
  const clock = new StillClock(begins);
  const bank = createSandboxSettlementBank({ database, clock, safeguardingBank: 'CCB' });
  const submitted = new Map<string, string>();
  let orders = 0;
  return {
    async start(step) {
      return {
        ...bank,
        async submit(message) {
          await step();
          await bank.submit(message);
          // What it knows already changes nothing.
          if (!submitted.has(message.messageId)) submitted.set(message.messageId, message.xml);
          await step();
        },
        async documents(after, limit) {
          await step();
          const found = await bank.documents(after, limit);
          await step();
          return found;
        },
        close: nothing,
      };
    },
    /** Each of its orders is one of a message's: our messages here have one. */
    async collect() {
      const rows = await owner.pool.query(
        'SELECT message_id, end_to_end_id FROM sandbox_bank.payment_order ORDER BY end_to_end_id OFFSET $1',
        [orders],
      );
      orders += rows.rows.length;
      return rows.rows.map(({ message_id }) => ({ messageId: message_id, xml: submitted.get(message_id)! }));
    },
    async answer({ endToEndId, paid }) {
      const behaviour = paid ? 'execute' : 'reject';
      const at = clock.now();
      await owner.pool.query(
        `UPDATE sandbox_bank.payment_order SET account_number = $2, execute_at = $3 WHERE end_to_end_id = $1`,
        [endToEndId, `KIT-${behaviour}`, at],
      );
      await bank.setPayee({ account: `KIT-${behaviour}`, behaviour, reason: 'AC04', delayMs: 0n });
      await bank.execution!.run(at);
    },
    pass: nothing,
    contradicts: false,
    close: drop,
  };
}

test.each(settlementRows.map((row) => [row.name, row.title, row] as const))(
  'the settlement bank, %s: %s',
  async (name, _title, row) => {
    const driver = await settlementDriver();
    const result = await play(row, driver);
    await driver.close();
    // Its answers come whole, once, and never against each other.
    const cannot = ['doubled', 'contradictory', 'half'].includes(name);
    expect(result).toMatchObject({ name, ok: cannot ? null : true });
  },
);

test.each([...cardRows, ...stepUpRows].map((row) => [row.name, row.title, row] as const))(
  'the card banks, %s: %s',
  async (name, _title, row) => {
    const driver = await cardBankDriver();
    const result = await play(row, driver);
    await driver.close();
    expect(result).toMatchObject({ name, ok: true });
  },
);
