// What a production server is connected to. No bank speaks to it yet: without one nobody can add a card, and a card
// that is there all the same is never charged, since a bank that cannot be reached is an unknown outcome.
import { asksNobody } from '@tongbao/connector-interface';
import type { SettlementBank } from '../settlement/index.ts';
import type { BankGateway } from '../wallet/index.ts';

const unreachable = () => Promise.reject(new Error('no bank is connected'));

export const noBank: BankGateway = {
  serves: () => false,
  ...asksNobody,
  ...{ debit: unreachable, credit: unreachable, query: unreachable },
};

/** Merchants' money waits in their batches until there is a bank to pay it out. */
export const noSettlementBank: SettlementBank = {
  accountFor: () => ({ bic: '', number: '', initiation: 'pain.001.001.09' }),
  submit: unreachable,
  documents: async () => [],
  nextDocumentAt: async () => null,
  exchange: async () => 'by-hand',
  execution: null,
};
