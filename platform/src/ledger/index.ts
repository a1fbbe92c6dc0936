// The door of the ledger.
export { type AccountKind, type AccountKindName, chart } from './accounts.ts';
export {
  assertBalanced,
  type Entry,
  type EntryKind,
  type Posting,
  postingsOf,
  reversed,
} from './entry.ts';
export {
  availableOf,
  type Balance,
  HouseAccounts,
  holdGate,
  lockBalances,
  openAccount,
  placeHold,
  readBalances,
  recordEntries,
  releaseHold,
  settleHold,
} from './ledger.ts';
export { addSpending, nothingSpent, type Spending } from './spending.ts';
export {
  type AccountWithBalance,
  countEntriesByKind,
  type KindSum,
  type OwnedBalance,
  readAccountPage,
  readBalancesOfOwner,
  readBelowFloor,
  readDifferingBalances,
  readDifferingHolds,
  readEntries,
  readEntryPage,
  readKindSums,
  readOwnedBalances,
  readPostingSums,
} from './store.ts';
