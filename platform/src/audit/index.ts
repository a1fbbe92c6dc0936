// The door of the audit room.
export { exportLines } from './export.ts';
export { type AuditOptions, type AuditReport, audit, type BankBook, type Proof } from './proofs.ts';
