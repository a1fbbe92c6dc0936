// The door of what operators do, from the console and from the command line alike.
export {
  addCsvProfile,
  decideClosure,
  importFile,
  type OperatorActParts,
  proposeClosure,
} from './acts.ts';
export {
  answerApplication,
  bringApplication,
  goLive,
  proposeAdmission,
  sayCheck,
} from './applications.ts';
export {
  type CustomerActParts,
  customerProposals,
  decideCustomerProposal,
  findCustomer,
  freezeCustomer,
  setCustomerLimits,
  unfreezeCustomer,
} from './customers.ts';
export { agreeDeal, type DealActParts, decideAgreement, handDeals } from './deals.ts';
export {
  changeKeys,
  confirmHeldRate,
  decideClosing,
  proposeClosing,
  proposeHeldRate,
  releaseWaiting,
  retryPayout,
} from './duties.ts';
export {
  applicationSummary,
  applicationView,
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
export { payoutsInHand } from './payouts.ts';
export { inviteMember, linkView, type StaffActParts, staffMembers } from './staff.ts';
export {
  actView,
  breakView,
  closureView,
  importedView,
  nextBefore,
  payoutView,
  profileView,
  statementView,
  waitingView,
} from './views.ts';
