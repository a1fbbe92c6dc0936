// @tongbao/protocol/files: the report files that merchants fetch, as pure row writers.
export {
  type FileConversion,
  type FileFees,
  psp,
  type SettlementItemRow,
  type SettlementSummaryRow,
  type SettlementType,
  settlementItemLine,
  settlementItemsHeader,
  settlementSummaryHeader,
  settlementSummaryLine,
  type TransactionItemRow,
  transactionItemLine,
  transactionItemsHeader,
} from './ams.ts';
export { type ClassicRow, classicLine } from './classic.ts';
export { csvLine, csvValue, endLine } from './csv.ts';
