// The door of the connector for message centres that speak SMPP.
export { createSmppSms, type SmppOptions, type SmppSms } from './connector.ts';
export type { Receipt } from './receipt.ts';
