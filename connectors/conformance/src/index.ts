// The conformance kit of connectors.
export { type CardBankDriver, type CardBankMood, cardRows } from './cards.ts';
export type { Step } from './failing.ts';
export { holds, play, type Row, RowFailed, type RowResult } from './row.ts';
export {
  type Answer,
  type Message,
  type SettlementDriver,
  type StartedBank,
  settlementRows,
} from './settlement.ts';
