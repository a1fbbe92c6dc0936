// The door of the database room.
export { decideAgain } from './again.ts';

export { instants, integers, texts } from './arrays.ts';
export { type Arrival, arrivalRows, readOldestArrival } from './arrival-store.ts';
export { copyInto, type Execution, type Pipeline, type RowsToCopy } from './copy.ts';
export {
  type Connection,
  type Database,
  openDatabase,
  type Transaction,
} from './database.ts';
export { gather } from './gather.ts';
export { createIsolation, type Isolation, quarantine } from './isolation.ts';
export { createLanes, isInfrastructureError, type Lanes, type Verb } from './lanes.ts';
export {
  connectionOptions,
  limitsInForce,
  migrationLimits,
  readStuckSessions,
  servingLimits,
} from './limits-store.ts';
export { assertMigrated, migrate, ownSchemas, roleOf } from './migrate.ts';
export { createNews, type News, type Topic, tell } from './news.ts';
export { countQuarantine, type QuarantinedItem, readQuarantine, releaseItem } from './quarantine-store.ts';
export { changePassword, type DatabaseUrls, excessOfRole, makeRole, roleExists } from './roles-store.ts';
export { slicesTimer } from './slices.ts';
export { microsecondText, type Statement, statement } from './statement.ts';
export { endStuckSessions } from './stuck-sessions.ts';
export {
  deleteSettings,
  hasSettings,
  isAlive,
  makeSlices,
  readClockOffset,
  readSetting,
  settingOrKeep,
  takeIdBlock,
  takePersonNumber,
  writeClockOffset,
  writeSetting,
} from './system-store.ts';
export { createTally, type Quota, type Tally } from './tally.ts';
