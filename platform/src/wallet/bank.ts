// What the wallet and the payments rooms need of a card's bank: the connectors' interface.
export type { BankAnswer, BankGateway, BankRefusal, BankRequest } from '@tongbao/connector-interface';
