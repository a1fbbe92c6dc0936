// The platform over a production database: what each process of `serve` has, and a command of the command line for its moment.
import type { BankFiles } from '@tongbao/connector-bank-files';
import { createRateFeed } from '@tongbao/connector-rates';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import {
  assertMigrated,
  type Database,
  endStuckSessions,
  excessOfRole,
  makeSlices,
  openDatabase,
} from '../database/index.ts';
import { checkedSource, ecbSource, freechangeSource, type RateSource } from '../fx/index.ts';
import { openKeys, prepareKeys, renewalOf } from '../installation-keys.ts';
import { migrateDatabase } from '../migrate.ts';
import { createPlatform, type Platform } from '../platform.ts';
import { createOutbound, machineClock, machineRandomness, type Outbound } from '../system/index.ts';
import { openBankFiles } from './bank-files.ts';
import { openCardSwitch } from './card-switch.ts';
import { openMailService } from './mail-service.ts';
import { noBank, noSettlementBank } from './neighbours.ts';
import { openRegistry } from './registry.ts';
import { openSmsService } from './sms-service.ts';

export interface Opening {
  readonly log: Logger;
  /**
   * clockwork: prepares the database, and takes over secrets of older releases. http: finds both done. command: finds the
   * schema that is this release's, or throws.
   */
  readonly as: 'clockwork' | 'http' | 'command';
  readonly nudge?: (timer: string) => void;
}

/** Throws a one-line error when the database, its schema, its role or the keys are not what this release needs. */
export async function openPlatform(
  config: Config,
  { log, as, nudge }: Opening,
): Promise<{ platform: Platform; database: Database; close(): Promise<void> }> {
  const onConnectionError = (error: Error) =>
    log.warn({ reason: error.message }, 'an idle database connection broke; the pool opens another');
  const database = openDatabase({ url: config.databaseUrl!, onConnectionError });
  const outbound = createOutbound({ reach: config.reach });
  // To what the operator has named.
  const ours = createOutbound({ reach: 'anywhere' });
  if (as === 'clockwork') await prepare(config, database, log);
  if (as === 'command') await assertMigrated(database.pool);
  const of = { source: config.keys, database, randomness: machineRandomness };
  const keys = await (as === 'clockwork' ? prepareKeys(of) : openKeys(of));
  // Timers run in the first process alone: nobody else speaks to the bank, or reads the key for it.
  const bankFiles = as === 'clockwork' ? await bankFilesOf(config, database, log) : null;
  const keeps = as === 'clockwork';
  const neighbours = await neighboursOf(config, { database, log, outbound: ours, keeps });
  const { cards, registry, mailService, sms } = neighbours;
  const platform = await createPlatform({
    config,
    database,
    keys,
    renewKeys: renewalOf(keys, { source: config.keys, database }, log),
    clock: machineClock,
    randomness: machineRandomness,
    bank: cards ?? noBank,
    registry,
    settlementBank: bankFiles === null ? noSettlementBank : { ...bankFiles, execution: null },
    ...(bankFiles === null ? {} : { statements: bankFiles }),
    rates: ratesOf(config, ours),
    outbound,
    sendSms: { service: sms, countries: config.sms.countries },
    mailService,
    bankBooks: null,
    log,
    nudge,
  });
  const stopWatching = endStuckSessions(database, (pid) =>
    log.warn({ pid }, 'a session whose process had stopped was ended'),
  );
  return {
    platform,
    database,
    async close() {
      stopWatching();
      await platform.close();
      await bankFiles?.close();
      registry?.close();
      await cards?.close();
      mailService?.close();
      await sms?.close();
      outbound.close();
      ours.close();
      await database.close();
    },
  };
}

async function neighboursOf(
  config: Config,
  parts: { database: Database; log: Logger; outbound: Outbound; keeps: boolean },
) {
  const { cardSwitch, registry, mail } = config;
  const { service: sms } = config.sms;
  const { database, log, keeps } = parts;
  const cardParts = { database, clock: machineClock, keeper: keeps ? log : null };
  return {
    sms: sms === null ? null : await openSmsService(sms, parts),
    mailService: mail === null ? undefined : await openMailService(mail),
    registry: registry === null ? undefined : await openRegistry(registry),
    cards: cardSwitch === null ? null : await openCardSwitch(cardSwitch, cardParts),
  };
}

/** Rates come from what the operator has named; a second feed is asked with the first one. */
function ratesOf({ rates: { first, second, toleranceBps } }: Config, { get }: Outbound): RateSource {
  if (first === null) return freechangeSource();
  const source = ecbSource(first, get);
  return second === null
    ? source
    : checkedSource(source, { second: createRateFeed({ location: second, get }), toleranceBps });
}

const bankFilesOf = async (config: Config, database: Database, log: Logger): Promise<BankFiles | null> =>
  config.bankFiles === null
    ? null
    : openBankFiles(config.bankFiles, {
        ...{ database, clock: machineClock, randomness: machineRandomness },
        onFailed: (error, name) => log.warn({ err: error, file: name }, 'a file of the bank was not taken'),
      });

/**
 * Serving needs a schema that is exactly this release's, and a role that cannot change what is append-only. Somebody who
 * asks for it serves as the owner, and then migrates here.
 */
async function prepare(config: Config, database: Database, log: Logger): Promise<void> {
  if (config.serveAsOwner) {
    await migrateDatabase({ url: config.databaseUrl!, ownerUrl: config.databaseUrl! }, log);
    return;
  }
  await assertMigrated(database.pool);
  await makeSlices(database);
  const excess = await excessOfRole(database.pool);
  if (excess !== null)
    throw new Error(
      `serve refuses DATABASE_URL: ${excess}; give it the role that only serves (docs/guides/serve.md), or set TONGBAO_SERVE_AS_OWNER=allow`,
    );
}
