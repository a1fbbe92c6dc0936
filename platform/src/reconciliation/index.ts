// The door of the reconciliation room.
export { clearingAccountName } from './books.ts';
export { readCamt } from './camt.ts';
export { readStatementCsv } from './csv.ts';
export { CsvProfile } from './csv-profile.ts';
export { fetchStatements } from './fetch.ts';
export { StatementUnreadable } from './fields.ts';
export type { FileRead, Imported } from './import.ts';
export type { StatementPage, StatementRow } from './list-store.ts';
export { readMt940 } from './mt940.ts';
export type { KeptProfile } from './profile-store.ts';
export type { StatementFormat } from './read.ts';
export { createReconciliation, type Reconciliation, type SentFile } from './reconciliation.ts';
export { ReconciliationRefused } from './refused.ts';
