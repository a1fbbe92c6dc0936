// The sandbox's card banks for the kit: a card that asks for nothing, one that asks for a code, one that sends to the bank's page.
import type { CardBankDriver } from '@tongbao/connector-conformance';
import type { BankGateway } from '@tongbao/connector-interface';
import { money } from '@tongbao/money';
import { createSandboxBank } from '../../platform/src/sandbox/bank/index.ts';
import { machineRandomness, StillClock } from '../../platform/src/system/index.ts';
import { testDatabase } from '../../platform/src/testing/index.ts';

const begins = new Date('2014-05-01T10:00:00Z');
const nothing = async () => {};
const bank = 'JADE';
const has = 100_000n;

/** What a broken copy does otherwise. */
export interface CardBankChanges {
  /** Made anew for each process. */
  readonly wrap?: (gateway: BankGateway) => BankGateway;
  /** The bank does not notice that time goes by. */
  readonly bankStandsStill?: true;
}

export async function cardBankDriver(changes: CardBankChanges = {}): Promise<CardBankDriver> {
  const { database, drop } = await testDatabase();
  const clock = new StillClock(begins);
  const codes = new Map<string, string>();
  let asking = '';
  const sandbox = createSandboxBank({
    ...{ database, pause: nothing },
    clock: changes.bankStandsStill ? new StillClock(begins) : clock,
    stepUp: {
      ...{ randomness: machineRandomness, publicUrl: 'http://localhost:8080' },
      sendSms: async (_phone, text) => void codes.set(asking, /\d{6}/.exec(text)![0]),
    },
  });
  await sandbox.openBank({ code: bank, name: { zh: '翡翠银行', en: 'Jade Bank' } });
  const cards = { plain: 'token-1', code: 'token-2', page: 'token-3' };
  const asks = { [cards.code]: 'one-time-code', [cards.page]: 'redirect' } as const;
  for (const token of Object.values(cards)) {
    const kind = asks[token];
    await sandbox.issueCard({
      ...{ bank, token, balance: money('CNY', has), creditLimit: 0n, blocked: false },
      ...(kind === undefined ? {} : { stepUp: { kind, above: 0n } }),
    });
  }
  const at = (cardToken: string) => ({ bank, cardToken });
  return {
    card: at(cards.plain),
    async start(step) {
      const stepped = async <T>(reference: string, work: () => Promise<T>): Promise<T> => {
        await step();
        asking = reference;
        const answer = await work();
        await step();
        return answer;
      };
      const gateway: BankGateway = {
        ...sandbox,
        debit: (request) => stepped(request.reference, () => sandbox.debit(request)),
        confirm: (given) => stepped(given.reference, () => sandbox.confirm(given)),
        resend: (key) => stepped(key.reference, () => sandbox.resend(key)),
      };
      return { ...(changes.wrap?.(gateway) ?? gateway), close: nothing };
    },
    behave: async (behaviour) => void (await sandbox.setBehaviour({ code: bank, behaviour, slowMs: null })),
    async taken() {
      let left = 0n;
      for (const token of Object.values(cards))
        left += (await sandbox.findCard({ bank, token }))!.balance.amount;
      return has * 3n - left;
    },
    stepUp: {
      cards: { 'one-time-code': at(cards.code), redirect: at(cards.page) },
      code: async (reference) => codes.get(reference)!,
      async visit({ id }, answer) {
        await sandbox.sayOnPage({ id, agrees: answer === 'approve' });
      },
      passTo: async (until) => clock.advance(until.getTime() - clock.now().getTime()),
    },
    close: drop,
  };
}
