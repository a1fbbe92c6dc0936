// The server and the template that worlds are cloned from: one PostgreSQL, migrated and seeded once; a world is then
// there in a moment, and the same each time.
import { randomBytes } from 'node:crypto';
import { money } from '@tongbao/money';
import { openDatabase } from '../../platform/src/database/index.ts';
import { createLog } from '../../platform/src/log.ts';
import { migrateDatabase } from '../../platform/src/migrate.ts';
import { createPlatform, type Platform } from '../../platform/src/platform.ts';
import { createSandboxBank, createSandboxSettlementBank } from '../../platform/src/sandbox/bank/index.ts';
import { sandboxBankBooks } from '../../platform/src/sandbox/bank-books.ts';
import { prepareDatabase } from '../../platform/src/sandbox/databases-store.ts';
import { seedMerchants, seedSettlementAccounts } from '../../platform/src/sandbox/merchants.ts';
import { startScratchPostgres } from '../../platform/src/sandbox/scratch-postgres.ts';
import { safeguardingBank, seedCustomers } from '../../platform/src/sandbox/seed-customers.ts';
import { generateRsaKeys, machineRandomness, StillClock } from '../../platform/src/system/index.ts';
import { urlsOfClone } from '../../platform/src/testing/index.ts';
import { testKeys } from '../../platform/src/testing/keys.ts';
import { shops } from './cast.ts';
import { simulationConfig, worldBegins } from './network.ts';
import { agreeQuoteLife, countIdsWithoutClock } from './stage-store.ts';

export interface Stage {
  readonly spareKeys: readonly { readonly privateKey: string; readonly publicKey: string }[];
  /** A fresh world's database; `drop` takes it away. */
  world(): Promise<{ url: string; drop(): Promise<void> }>;
  close(): Promise<void>;
}

/** What dies here is the platform's process, never the server: nothing need reach the disk. */
export const stageSettings = {
  shared_buffers: '128MB',
  max_connections: '80',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/** `serverUrl`: a server that is there already, without a database name; null starts one of its own. */
export async function openStage(serverUrl: string | null): Promise<Stage> {
  const server = serverUrl === null ? await startScratchPostgres('tongbao-simulation', stageSettings) : null;
  const base = server?.url ?? serverUrl!;
  const close = async () => server?.stop();
  try {
    const template = `simulation_${process.pid}_${randomBytes(4).toString('hex')}`;
    const urls = await prepareDatabase(base, template, true);
    await migrateDatabase(urls, createLog('silent'));
    await countIdsWithoutClock(urls.ownerUrl);
    await seedTemplate(urls.url);
    const spareKeys = [await generateRsaKeys(), await generateRsaKeys()];
    let worlds = 0;
    return {
      spareKeys,
      async world() {
        worlds += 1;
        const name = `${template}_${worlds}`;
        await onServer(base, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
        return {
          url: urlsOfClone(urls, name).url,
          drop: () => onServer(base, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
        };
      },
      async close() {
        await onServer(base, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function onServer(base: string, statement: string): Promise<void> {
  const server = openDatabase({ url: `${base}/postgres`, maxConnections: 1 });
  try {
    await server.pool.query(statement);
  } finally {
    await server.close();
  }
}

/** The shops that may owe, and own money of the house to cover it. */
async function agreeDebts(
  { merchants, settlement }: Platform,
  bank: ReturnType<typeof createSandboxSettlementBank>,
): Promise<void> {
  for (const { clientId, currency, debtLimit } of shops) {
    if (debtLimit === undefined) continue;
    const { merchant } = (await merchants.findByClientId(clientId))!;
    await merchants.agreeDebtLimit(merchant.id, { amount: debtLimit, agreedBy: 'simulation' });
    const own = money(currency, debtLimit);
    const received = { reference: `OWN-${merchant.id}`, amount: own };
    await bank.receive(received);
    await settlement.bookOwnFunds(received);
  }
}

async function seedTemplate(url: string): Promise<void> {
  const database = openDatabase({ url });
  const clock = new StillClock(new Date(worldBegins));
  const bank = createSandboxBank({ database, clock, pause: async () => undefined });
  const settlementBank = createSandboxSettlementBank({ database, clock, safeguardingBank });
  try {
    const platform = await createPlatform({
      config: simulationConfig,
      ...{ database, clock, bank },
      randomness: machineRandomness,
      keys: testKeys,
      settlementBank,
      rates: { name: 'none', ratesUpTo: async () => [] },
      outbound: {
        post: () => Promise.reject(new Error('nobody is told anything yet')),
        getText: () => Promise.reject(new Error('nothing is fetched')),
        get: () => Promise.reject(new Error('nothing is fetched')),
        close: () => undefined,
      },
      sendSms: async () => undefined,
      bankBooks: sandboxBankBooks,
      log: createLog('silent'),
    });
    await seedMerchants({ ...platform, randomness: machineRandomness });
    for (const { clientId, quoteLifeMs } of shops)
      await agreeQuoteLife(database, { clientId, seconds: quoteLifeMs / 1_000 });
    await seedSettlementAccounts(platform);
    await agreeDebts(platform, settlementBank);
    await seedCustomers({ customers: platform.customers, wallet: platform.wallet, bank });
    await platform.close();
  } finally {
    await database.close();
  }
}
