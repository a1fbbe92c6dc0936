// SQL of the platform's own few rows: id blocks, the test clock's offset, settings of the installation.
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

const nextNumber = statement('system.next-number', 'SELECT system.next_number($1) AS number');
const numberOf = async (connection: Connection, kind: 'block' | 'person'): Promise<bigint> =>
  (await connection.query<{ number: bigint }>(nextNumber, [kind]))[0]!.number;
/** Not in a transaction that may be rolled back: the number would be given out again. */
export const takeIdBlock = (connection: Connection): Promise<bigint> => numberOf(connection, 'block');
/** A customer's number: at most twelve digits for two thousand years. Not in a transaction either. */
export const takePersonNumber = (connection: Connection): Promise<bigint> => numberOf(connection, 'person');

const readOffset = statement('system.read-clock', 'SELECT offset_ms FROM system.clock');
export const readClockOffset = async (connection: Connection): Promise<bigint | null> =>
  (await connection.query<{ offset_ms: bigint }>(readOffset))[0]?.offset_ms ?? null;

const writeOffset = statement(
  'system.write-clock',
  `INSERT INTO system.clock (offset_ms) VALUES ($1)
   ON CONFLICT (only_row) DO UPDATE SET offset_ms = excluded.offset_ms`,
);
export const writeClockOffset = async (connection: Connection, offsetMs: number): Promise<void> => {
  await connection.query(writeOffset, [offsetMs]);
};

const hasSettingsStatement = statement(
  'system.has-settings',
  `SELECT to_regclass('system.setting') IS NOT NULL AS has`,
);
/** False in a database that was never migrated. */
export const hasSettings = async (connection: Connection): Promise<boolean> =>
  (await connection.query<{ has: boolean }>(hasSettingsStatement))[0]!.has;

const readSettingStatement = statement(
  'system.read-setting',
  'SELECT value FROM system.setting WHERE name = $1',
);
export const readSetting = async (connection: Connection, name: string): Promise<string | null> =>
  (await connection.query<{ value: string }>(readSettingStatement, [name]))[0]?.value ?? null;

const keepSetting = statement(
  'system.keep-setting',
  `WITH kept AS (
     INSERT INTO system.setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING value
   ) SELECT value FROM kept UNION ALL SELECT value FROM system.setting WHERE name = $1 LIMIT 1`,
);
/** Stores a value unless the name has one; answers the one that stands. */
export const settingOrKeep = async (connection: Connection, name: string, value: string): Promise<string> => {
  const kept = (await connection.query<{ value: string }>(keepSetting, [name, value]))[0];
  // Two processes at the same instant: the other's row became visible only after this statement began.
  return kept?.value ?? (await readSetting(connection, name))!;
};

const aliveStatement = statement('system.alive', 'SELECT 1 AS one');
export const isAlive = async (connection: Connection): Promise<boolean> =>
  (await connection.query(aliveStatement)).length === 1;

const writeSettingStatement = statement(
  'system.write-setting',
  `INSERT INTO system.setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
);
export const writeSetting = async (connection: Connection, name: string, value: string): Promise<void> => {
  await connection.query(writeSettingStatement, [name, value]);
};

const deleteSettingsStatement = statement(
  'system.delete-settings',
  'DELETE FROM system.setting WHERE name = ANY($1::text[])',
);
export const deleteSettings = async (connection: Connection, names: readonly string[]): Promise<void> => {
  await connection.query(deleteSettingsStatement, [names]);
};

const makeSlicesStatement = statement('system.make-slices', 'SELECT system.make_slices() AS made');
/** Makes the slices that are missing for the ids of the next weeks; answers how many. */
export const makeSlices = async (connection: Connection): Promise<number> =>
  (await connection.query<{ made: number }>(makeSlicesStatement))[0]!.made;
