// The door of the only room that touches time, randomness and the outside network.
export { type Clock, MovableClock, StillClock, machineClock } from './clock.ts';
export { Ids, type BlockSource } from './ids.ts';
export { type Randomness, machineRandomness } from './randomness.ts';
export { generateRsaKeys, type KeyPairText, pkcs1Of, privateKeyOf, publicTextOf } from './rsa.ts';
export type { Timer } from './timer.ts';
export { createOutbound, type Outbound, type OutboundAnswer, type OutboundPost } from './outbound.ts';
