// The connector for ISO 8583 as the kit drives it: its journal in PostgreSQL, a switch in this process behind it.
import type { CardBankDriver, Step } from '@tongbao/connector-conformance';
import type { BankGateway } from '@tongbao/connector-interface';
import { createCardSwitch, type Iso8583Parts, type OperationJournal } from '@tongbao/connector-iso8583';
import { StillClock } from '../../platform/src/system/index.ts';
import { testDatabase } from '../../platform/src/testing/index.ts';
import { createSwitchJournal } from '../../platform/src/wallet/index.ts';
import { startSwitch, type TestSwitch } from './card-switch.ts';

export interface SwitchDriver extends CardBankDriver {
  readonly server: TestSwitch;
  readonly clock: StillClock;
  /** A connector like any other, with other settings. */
  connect(changes?: Partial<Iso8583Parts>): ReturnType<typeof createCardSwitch>;
}

/** How a broken copy differs from the true one. */
export type SwitchChange = (bank: BankGateway) => BankGateway;

export async function switchDriver(
  change: SwitchChange = (bank) => bank,
  secure?: { readonly key: string; readonly cert: string },
): Promise<SwitchDriver> {
  const test = await testDatabase();
  const server = await startSwitch(secure === undefined ? {} : { tls: secure });
  const clock = new StillClock(new Date('2014-05-01T10:00:00Z'));
  const journal = createSwitchJournal(test.database);
  const connect: SwitchDriver['connect'] = (changes = {}) =>
    createCardSwitch({
      ...{ host: '127.0.0.1', port: server.port, timeoutMs: 400, repeatMs: 3_600_000, journal },
      ...{ now: () => clock.now(), acquirer: '27010001', terminal: 'TONGBAO1', acceptor: 'TONGBAO' },
      ...{ banks: null, currencies: new Set(['CNY']), reversals: '0420', verification: '330000' },
      stepUp: '65',
      tls: secure === undefined ? null : { ca: secure.cert },
      ...changes,
    });
  return {
    server,
    clock,
    connect,
    card: { bank: 'RIVER', cardToken: 'token-1' },
    async start(step) {
      const cards = connect({ journal: stepped(journal, step) });
      return { ...change(cards), close: () => cards.close() };
    },
    behave: async (mood) => server.behave(mood),
    taken: async () => server.taken(),
    stepUp: {
      cards: { 'one-time-code': { bank: 'RIVER', cardToken: 'token-code' } },
      code: async (reference) => server.code(reference),
      visit: () => Promise.reject(new Error('the switch has no page')),
      async passTo(at) {
        const ms = at.getTime() - clock.now().getTime();
        clock.advance(ms);
        server.pass(ms);
      },
    },
    async close() {
      await server.close();
      await test.drop();
    },
  };
}

function stepped(of: OperationJournal, step: Step): OperationJournal {
  return new Proxy(of, {
    get: (target, name, receiver) => {
      const method = Reflect.get(target, name, receiver) as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        await step();
        const answer = await method(...given);
        await step();
        return answer;
      };
    },
  });
}
