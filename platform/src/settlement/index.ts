// The door of the settlement room.

export type { BankDocument, BankOfCurrency, Pain001Version, SettlementBank } from './bank.ts';
export { electronicForm } from './bank-account.ts';
export { createBankJournal } from './bank-files-store.ts';
export type { Batch, BatchStatus, BatchSums, LineKind, SettlementTerms } from './batch.ts';
export { isWorkingDay, nothingDeclared, publishedYears } from './calendar.ts';
export type { Declaration, DeclarationKind, DeclarationPage } from './declaration-store.ts';
export type { ProposedDeclaration } from './declare.ts';
export { type PaymentLine, readLinePage, readPaymentLines } from './file-store.ts';
export {
  type ClassicItem,
  classicItems,
  type FileLine,
  linesOf,
  type SummaryLine,
  summaryOf,
  type TransactionLine,
  transactionsOf,
} from './files.ts';
export { escapeXml, isoTime } from './pain001.ts';
export type { SettlementParts } from './parts.ts';
export { readBankMovements, readOpenPayoutReferences, readPayouts } from './payout-store.ts';
export {
  readCounts,
  readExportedLines,
  readOwed,
  readReservePage,
  readWrongBatches,
  readWrongLines,
  readWrongPayouts,
} from './proof-store.ts';
export { type PayoutInHandRow, type PayoutPage, readPayoutsInHand } from './retry-store.ts';
export {
  type BatchWithPayouts,
  createSettlement,
  type HandDeal,
  newestBatches,
  type Settlement,
} from './settlement.ts';
export { readBatchPage } from './store.ts';
export { type Deal, readDealPage, readOpenDeals } from './treasury-store.ts';
