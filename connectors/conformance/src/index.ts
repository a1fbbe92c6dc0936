// The conformance kit of connectors.
export type { CardBankDriver, CardBankMood } from './card-bank-driver.ts';
export { cardRows } from './cards.ts';
export type { Step } from './failing.ts';
export {
  type CarrierDriver,
  type CarrierMood,
  messageRows,
  type ReceivedMessage,
  type SentMessage,
} from './messages.ts';
export { type FeedDriver, type FeedMood, rateRows } from './rates.ts';
export { type RegistryDriver, type RegistryMood, registryRows } from './registry.ts';
export { holds, play, type Row, RowFailed, type RowResult } from './row.ts';
export {
  type Answer,
  type Message,
  type SettlementDriver,
  type StartedBank,
  settlementRows,
} from './settlement.ts';
export { codeRows, stepUpRows } from './step-ups.ts';
