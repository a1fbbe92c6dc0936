// The door of the JSON gateway's adapter.
export { type AmsParts, amsAdapter } from './adapter.ts';
export { amsChannel } from './channel.ts';
export type { GatewayKey } from './signing.ts';
