// What the room needs of the bank that pays merchants: the connectors' interface, and a simulated bank's clockwork.
import type { SettlementBank as AnySettlementBank } from '@tongbao/connector-interface';
import type { Timer } from '../system/index.ts';

export type { BankDocument, BankOfCurrency, Pain001Version } from '@tongbao/connector-interface';

export interface SettlementBank extends AnySettlementBank {
  /** A simulated bank's own clockwork; null for a real one. */
  readonly execution: Timer | null;
}
