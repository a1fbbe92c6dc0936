// What Tongbao asks of those around it. A connector implements one of these; the rooms know nothing else of them.
export {
  asksNobody,
  type BankAnswer,
  type BankGateway,
  type BankRefusal,
  type BankRequest,
  type DebitAnswer,
  type DebitRequest,
} from './card-bank.ts';
export type { Mail, MailService, MessageAnswer, ShortMessage, SmsService } from './messages.ts';
export type { PublishedRates, RateFeed } from './rates.ts';
export type {
  CardAnswer,
  CardFace,
  CardQuestion,
  CodeAnswer,
  NoMatch,
  PersonAnswer,
  PersonQuestion,
  RegisteredCard,
  Registry,
  RegistryElement,
} from './registry.ts';
export type {
  BankDocument,
  BankOfCurrency,
  Exchanged,
  Pain001Version,
  SettlementBank,
} from './settlement-bank.ts';
export type { BankFile, StatementSource } from './statements.ts';
export { type CodeStepUp, type RedirectStepUp, type StepUp, type StepUpKey, stepUpFault } from './step-up.ts';
