// The door of the only room that touches time, randomness and the outside network.
export { addressList, mayNotify, networkOf } from './addresses.ts';
export { type Clock, MovableClock, machineClock, StillClock } from './clock.ts';
export { type BlockSource, Ids } from './ids.ts';
export {
  changeKeyFile,
  createKeyFile,
  formatKeys,
  isOthersFile,
  parseKeys,
  readKeyFile,
} from './key-file.ts';
export {
  completeKeys,
  isSealed,
  type KeyPurpose,
  type KeyRecord,
  type KeyRing,
  type Keys,
  keyPurposes,
  keysOf,
  nextKey,
  type Secrets,
} from './keys.ts';
export {
  addDays,
  dayOfNumber,
  daysBetween,
  houseDayNumber,
  houseDayOf,
  houseTimeText,
  houseZone,
  instantOf,
  isDay,
  localDayOf,
  localTimeText,
  weekdayOf,
} from './local-time.ts';
export { createOutbound, type Outbound, type OutboundAnswer, type OutboundPost } from './outbound.ts';
export { machineRandomness, type Randomness } from './randomness.ts';
export { generateRsaKeys, type KeyPairText, pkcs1Of, privateKeyOf } from './rsa.ts';
export type { Timer } from './timer.ts';
