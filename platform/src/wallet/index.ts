// The door of the wallet room.

export { createStepUps, type StepUpAnswer, type StepUps } from './answer-step-up.ts';
export {
  type BankAnswer,
  type BankGateway,
  type BankRefusal,
  type DebitAnswer,
  type DebitRequest,
  putToShopper,
  type StepUp,
} from './bank.ts';
export {
  type AnswerEffect,
  answerRows,
  effectOf,
  type HeardAnswer,
  outcomeOf,
  readAnswersOf,
  readStaleAnswers,
} from './bank-answer-store.ts';
export type { Card } from './card.ts';
export { cardNumberOf } from './card-number.ts';
export {
  bankReference,
  beginWithinMs,
  type CardTransfer,
  type CardTransferKind,
  type CardTransferStatus,
  waitAfter,
} from './card-transfer.ts';
export { depositRows } from './deposit-store.ts';
export type { CardClaim, CardFace, CardIssuers } from './issuer.ts';
export type { WalletParts } from './parts.ts';
export {
  createPaymentCodes,
  type PaymentCode,
  type PaymentCodes,
  paymentCodeLimits,
} from './payment-codes.ts';
export type { RequestTransfer } from './request-transfer.ts';
export { type ReturnRow, readOwedReturns, readReturned, readReturns } from './return-store.ts';
export { cardReturn, recordReturn, unwantedEntry } from './return-to-card.ts';
export { heardStepUp, isOver, nextLookAt, type OpenStepUp } from './step-up.ts';
export { readStepUps, writeStepUp } from './step-up-store.ts';
export { createSwitchJournal } from './switch-store.ts';
export {
  createWallet,
  type NewCard,
  openingReference,
  readAccounts,
  readCards,
  readOpenReferences,
  readTransferMovements,
  type Wallet,
  type WalletBalance,
  walletCurrency,
} from './wallet.ts';
