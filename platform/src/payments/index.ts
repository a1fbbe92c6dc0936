// The door of the payments room.

export { type AskBankParts, askBank, bankQuestionsTimer, paymentStepUps } from './ask-bank.ts';
export { type BankQuestion, type BankTask, debitReference } from './bank-question.ts';
export {
  type BankReferences,
  readBankReferences,
  readQuestionsOf,
} from './bank-question-store.ts';
export { paymentFault, refundFault, sumsFault } from './bounds.ts';
export { readClearingMovements } from './clearing-store.ts';
export type {
  AuthorizePayment,
  CancelPayment,
  Checkout,
  CreateAnswer,
  CreatePayment,
  CustomsDeclaration,
  Payer,
  PayInOneStep,
  PaymentKey,
  Payments,
  RefundAnswer,
  RefundPayment,
} from './commands.ts';
export type { EnqueueQuestions } from './decision.ts';
export { type PaymentEvent, readEvents, readExportedEvents } from './event-store.ts';
export { type HouseFacts, legsOf, loadHouse } from './house.ts';
export { createPayByCode, type PayByCode } from './pay-by-code.ts';
export {
  advance,
  type ContractTerms,
  type Funding,
  type OrderFacts,
  type OrderShares,
  type Payment,
  type PaymentEventKind,
  type PaymentStatus,
  type Refund,
  type RefundStatus,
} from './payment.ts';
export { createPayments, type PaymentsOptions, type PaymentsRoom } from './payments.ts';
export {
  fundingPostings,
  paymentPostings,
  refundPostings,
  releasePostings,
  reversalPostings,
} from './postings.ts';
export { readRefundsOfPayments } from './refund-store.ts';
export { needsQuote } from './requote.ts';
export { settledAt } from './settlement-price.ts';
export { type ShareBack, sharesOf, total } from './shares.ts';
export { readWrongSpending } from './spending-store.ts';
export {
  countEventsWithEntry,
  readPaymentPage,
} from './store.ts';
export { accountsAmong, type MerchantAccounts, merchantKinds, neededFor } from './unsettled-funds.ts';
