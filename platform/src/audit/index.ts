// The door of the audit room.
export { exportLines } from './export.ts';
export {
  type AuditOptions,
  type AuditReport,
  audit,
  type BankBook,
  type Coverage,
  coverage,
  isCovered,
  type Proof,
} from './proofs.ts';
