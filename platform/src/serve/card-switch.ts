// The switch that a production server's card debits and credits go to. Every process may ask it; the first one keeps its
// connection open, since debits are asked there.
import { readFile } from 'node:fs/promises';
import { type CardSwitch, createCardSwitch } from '@tongbao/connector-iso8583';
import type { Logger } from 'pino';
import type { Database } from '../database/index.ts';
import type { SwitchConfig } from '../switch-config.ts';
import type { Clock } from '../system/index.ts';
import { createSwitchJournal } from '../wallet/index.ts';

/** A bank that has not answered by then has not answered (connectors/interface). */
const timeoutMs = 10_000;

export async function openCardSwitch(
  config: SwitchConfig,
  parts: {
    database: Database;
    clock: Clock;
    /** Keeps the connection open, and hears when it is lost; null: it is opened when it is needed. */
    keeper: Logger | null;
  },
): Promise<CardSwitch> {
  const { echoMs, tls, ...others } = config;
  const { database, clock, keeper } = parts;
  const cards = createCardSwitch({
    ...others,
    tls: tls === null ? null : { ca: tls.caFile === null ? undefined : await caOf(tls.caFile) },
    journal: createSwitchJournal(database),
    now: () => clock.now(),
    timeoutMs,
  });
  if (keeper !== null)
    cards.keep({
      everyMs: echoMs,
      onChange: (error) =>
        error === null
          ? keeper.info('the card switch is there again')
          : keeper.warn({ reason: error.message }, 'the card switch cannot be reached; debits wait'),
    });
  return cards;
}

const caOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`TONGBAO_SWITCH_CA_FILE cannot be read: ${error.message}`);
  });
