// The door of the ledger.
export { type AccountKind, type AccountKindName, chart } from './accounts.ts';
export {
  assertBalanced,
  assertEntry,
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
  lockBalances,
  openAccount,
  openHouseAccount,
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
  readBalancesOfOwners,
  readDifferingBalances,
  readDifferingHolds,
  readEntries,
  readEntryPage,
  readKindSums,
  readOpenHoldPage,
  readOutOfBounds,
  readOwnedBalances,
  readPostingSums,
  setLowestBalance,
} from './store.ts';
