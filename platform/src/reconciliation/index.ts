// The door of the reconciliation room.
export { clearingAccountName } from './books.ts';
export { readCamt053, StatementUnreadable } from './camt053.ts';
export { readStatementCsv } from './csv.ts';
export {
  createReconciliation,
  type Reconciliation,
  ReconciliationRefused,
} from './reconciliation.ts';
