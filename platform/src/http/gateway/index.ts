// The door of the classic gateway's adapter.
export { gatewayAdapter } from './adapter.ts';
export { gatewayChannel, returnUrlOf } from './channel.ts';
export { createNotifyIds, type NotifyIds } from './notify-id.ts';
export type { GatewayChoices } from './parts.ts';
