// Banks as networks make them: a request that never arrives, an answer that does not, one that arrives twice. Behind
// them stand the sandbox's banks with their own books, which no fault touches.

import type { SettlementBank } from '../../platform/src/settlement/index.ts';
import type { BankGateway } from '../../platform/src/wallet/index.ts';
import type { BankFate } from './commands.ts';

export interface Fates {
  /** What happens to the next calls, in turn; afterwards all goes well. */
  plan(fates: readonly BankFate[]): void;
  readonly happened: Map<BankFate, number>;
  run<T>(call: () => Promise<T>): Promise<T>;
}

export function createFates(): Fates {
  let planned: BankFate[] = [];
  const happened = new Map<BankFate, number>();
  return {
    happened,
    plan(fates) {
      planned = [...fates];
    },
    async run(call) {
      const fate = planned.shift() ?? 'well';
      happened.set(fate, (happened.get(fate) ?? 0) + 1);
      if (fate === 'lost-before' || fate === 'down') throw new Error('the bank cannot be reached');
      if (fate === 'doubled') await call();
      const answer = await call();
      if (fate === 'lost-after') throw new Error('the bank did not answer in time');
      return answer;
    },
  };
}

export const faultyBank = (bank: BankGateway, fates: Fates): BankGateway => ({
  debit: (request) => fates.run(() => bank.debit(request)),
  credit: (request) => fates.run(() => bank.credit(request)),
  query: (key) => fates.run(() => bank.query(key)),
});

export const faultySettlementBank = (bank: SettlementBank, fates: Fates): SettlementBank => ({
  accountFor: bank.accountFor,
  submit: (message) => fates.run(() => bank.submit(message)),
  documents: (after, limit) => fates.run(() => bank.documents(after, limit)),
  nextDocumentAt: bank.nextDocumentAt,
  exchange: (deal) => fates.run(() => bank.exchange(deal)),
  execution: bank.execution,
});
