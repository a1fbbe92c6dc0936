// The door of the sandbox's bank.
export {
  createSandboxBank,
  readBankBooks,
  readBankExecuted,
  type SandboxBank,
  type SimulatedBank,
  type SimulatedCard,
} from './bank.ts';
export { type ClearingDay, clearingStatement } from './clearing.ts';
export { createSandboxIssuers, type SandboxIssuers } from './issuers.ts';
export { createSandboxSettlementBank, type SandboxSettlementBank } from './settlement-bank.ts';
export type { BankBehaviour } from './store.ts';
