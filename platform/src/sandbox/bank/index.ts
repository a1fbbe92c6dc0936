// The door of the sandbox's bank.
export {
  createSandboxBank,
  readBankBooks,
  type SandboxBank,
  type SimulatedBank,
  type SimulatedCard,
} from './bank.ts';
export type { BankBehaviour } from './store.ts';
