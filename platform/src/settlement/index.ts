// The door of the settlement room.
export type { BankDocument, SettlementBank } from './bank.ts';
export type { Batch, BatchStatus, BatchSums, LineKind, SettlementTerms } from './batch.ts';
export { localDayOf, localTimeText } from './calendar.ts';
export { escapeXml, isoTime } from './pain001.ts';
export { readOpenPayoutReferences } from './payout-store.ts';
export type { SettlementParts } from './parts.ts';
export { type BatchWithPayouts, createSettlement, newestBatches, type Settlement } from './settlement.ts';
