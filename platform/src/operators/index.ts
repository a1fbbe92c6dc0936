// The door of what operators do, from the console and from the command line alike.
export {
  addCsvProfile,
  decideClosure,
  importFile,
  type OperatorActParts,
  proposeClosure,
} from './acts.ts';
export {
  contractVersionViews,
  type MerchantViewParts,
  merchantSummary,
  merchantView,
  presentView,
  proposalView,
} from './merchant-views.ts';
export {
  decideProposal,
  type MerchantActParts,
  merchantOf,
  proposeContract,
  proposeResume,
  rotateMerchantKey,
  suspendMerchant,
} from './merchants.ts';
export { inviteMember, linkView, type StaffActParts, staffMembers } from './staff.ts';
export { closureView, importedView, nextBefore, profileView, statementView } from './views.ts';
