// The connector for switches that speak ISO 8583.
export { type CardSwitch, createCardSwitch, type Iso8583Parts } from './connector.ts';
export type { Operation, OperationJournal, OperationKind, OperationState } from './journal.ts';
export { pauseAfter, type Tls } from './link.ts';
export { type IsoMessage, readMessage, writeMessage } from './message.ts';
