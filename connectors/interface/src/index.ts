// What Tongbao asks of the banks around it. A connector implements one of these; the rooms know nothing else of a bank.
export type { BankAnswer, BankGateway, BankRefusal, BankRequest } from './card-bank.ts';
export type { BankDocument, BankOfCurrency, Pain001Version, SettlementBank } from './settlement-bank.ts';
export type { BankFile, StatementSource } from './statements.ts';
