// The connector for ISO 8583 at a switch made of jPOS: the connectors' kit, and what only a switch does: late and doubled
// answers, reversals that are stored and sent until they are acknowledged. One switch and one empty card for each check.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type CardBankDriver, cardRows, play, type Step } from '@tongbao/connector-conformance';
import type { BankGateway } from '@tongbao/connector-interface';
import { createCardSwitch, type OperationJournal } from '@tongbao/connector-iso8583';
import { money } from '@tongbao/money';
import { freshDatabase } from '../../../bench/database.ts';
import { openDatabase } from '../../../platform/src/database/index.ts';
import { startScratchPostgres } from '../../../platform/src/sandbox/scratch-postgres.ts';
import { StillClock } from '../../../platform/src/system/index.ts';
import { until } from '../../../platform/src/testing/until.ts';
import { createSwitchJournal } from '../../../platform/src/wallet/index.ts';

const [classpath] = process.argv.slice(2) as [string];
const server = await startScratchPostgres('tongbao-switch', {});
const database = openDatabase({ url: (await freshDatabase(server.url, 'switch')).url });
const journal = createSwitchJournal(database);

const repeatMs = 3_600_000;
const timeoutMs = 1_500;

interface World extends CardBankDriver {
  readonly clock: StillClock;
  tell(command: string): Promise<string>;
}

/** A switch that has just begun, in a process of its own. */
async function openWorld(): Promise<World> {
  const child = spawn('java', ['-cp', classpath, 'Switch'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the switch has ended');
    return value;
  };
  const port = Number.parseInt((await next()).split(' ')[1]!, 10);
  const tell = (command: string): Promise<string> => {
    child.stdin.write(`${command}\n`);
    return next();
  };
  const clock = new StillClock(new Date('2014-05-01T10:00:00Z'));
  let isDown = false;
  return {
    clock,
    tell,
    card: { bank: `SWITCH-${port}`, cardToken: 'token-1' },
    start: async (step) =>
      createCardSwitch({
        ...{ host: '127.0.0.1', port, timeoutMs, repeatMs, journal: stepped(journal, step) },
        ...{ now: () => clock.now(), acquirer: '27010001', terminal: 'TONGBAO1', acceptor: 'TONGBAO' },
        ...{
          tls: null,
          banks: null,
          currencies: new Set(['CNY']),
          reversals: '0420',
          verification: '330000',
        },
      }),
    async behave(mood) {
      if (mood === 'down' || isDown) await tell(mood === 'down' ? 'down' : 'up');
      isDown = mood === 'down';
      if (!isDown) await tell(mood);
    },
    taken: async () => BigInt((await tell('taken')).split(' ')[1]!),
    async close() {
      child.stdin.end();
      await once(child, 'exit');
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

async function check(name: string, work: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld();
  try {
    await work(world);
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name} - ${(error as Error).message.replaceAll('\n', ' ').slice(0, 600)}`);
  } finally {
    await world.close();
  }
}

function same(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [found, wanted].map((value) =>
    JSON.stringify(value, (_n, v) => (typeof v === 'bigint' ? `${v}` : v)),
  );
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`);
}

async function fails(asked: Promise<unknown>, words: RegExp): Promise<void> {
  const said = await asked.then(
    (answer) => `answered ${JSON.stringify(answer)}`,
    (error: Error) => error.message,
  );
  if (!words.test(said)) throw new Error(`expected ${words}, but: ${said}`);
}

const nothing = (): void => {};
let counter = 0;
const debitOf = ({ card }: World, amount = 500n) => ({
  ...card,
  amount: money('CNY', amount),
  reference: `SWITCH${++counter}`,
});
const approved = { outcome: 'approved' } as const;
const takenBack = { outcome: 'declined', reason: 'bank-unavailable' } as const;

for (const row of cardRows)
  await check(`the kit: ${row.name}`, async (world) => {
    const { ok, said } = await play(row, world);
    if (ok !== true) throw new Error(said);
  });

await check('members are signed on before anything else', async (world) => {
  const bank = await world.start(nothing);
  same(await bank.debit(debitOf(world)), approved, 'a debit');
  same(await world.tell('heard 0800'), 'heard 1', 'sign-ons');
  await bank.close();
});

await check(
  'an answer that comes too late decides nothing, and the repeat finds what was done',
  async (world) => {
    const bank = await world.start(nothing);
    await world.tell('late');
    const debit = debitOf(world);
    const asking = fails(bank.debit(debit), /has not answered within/);
    await until(async () => (await world.tell('heard 0200')) === 'heard 1');
    // Others are answered meanwhile: the connection is sound, and stays.
    const nobody = { ...debit, reference: 'NOBODY' };
    same(await bank.query(nobody), { outcome: 'unknown-reference' }, 'another');
    await asking;
    same(await world.tell('release'), 'released', 'the late answer');
    await world.tell('normal');
    same(await bank.query(debit), approved, 'the query');
    same(await bank.debit(debit), approved, 'asked again');
    same(await world.tell('heard 0200'), 'heard 1', 'first messages');
    same(await world.tell('heard 0201'), 'heard 1', 'repeats');
    same(await world.taken(), 500n, 'taken');
    await bank.close();
  },
);

await check('an answer that comes twice is one', async (world) => {
  const bank = await world.start(nothing);
  await world.tell('twice');
  for (let time = 0; time < 5; time++) same(await bank.debit(debitOf(world)), approved, 'a debit');
  same(await world.taken(), 2_500n, 'taken');
  await bank.close();
});

await check('an answer about another amount decides nothing', async (world) => {
  const bank = await world.start(nothing);
  await world.tell('wrong-amount');
  const debit = debitOf(world);
  await fails(bank.debit(debit), /answers to the amount/);
  await world.tell('normal');
  same(await bank.debit(debit), approved, 'asked again');
  same(await world.taken(), 500n, 'taken');
  await bank.close();
});

async function lostLongAgo(
  world: World,
): Promise<{ bank: BankGateway & { close(): Promise<void> }; debit: ReturnType<typeof debitOf> }> {
  const bank = await world.start(nothing);
  await world.tell('answer-lost');
  const debit = debitOf(world);
  await fails(bank.debit(debit), /has not answered within/);
  same(await world.taken(), 500n, 'taken, and the answer lost');
  world.clock.advance(repeatMs + 1_000);
  return { bank, debit };
}

await check('what is too old to be asked again is reversed, once', async (world) => {
  const { bank, debit } = await lostLongAgo(world);
  await world.tell('normal');
  same(await bank.query(debit), takenBack, 'the query');
  same(await world.taken(), 0n, 'taken');
  same(await bank.debit(debit), takenBack, 'asked again');
  same(await world.tell('heard 0420'), 'heard 1', 'reversals');
  same(await world.tell('heard 0201'), 'heard 0', 'repeats');
  await bank.close();
});

await check('a reversal goes on until the switch has said so, also from another process', async (world) => {
  const { bank, debit } = await lostLongAgo(world);
  await fails(bank.query(debit), /has not answered within/);
  await bank.close();
  const other = await world.start(nothing);
  await fails(other.debit(debit), /has not answered within/);
  await world.tell('normal');
  same(await other.query(debit), takenBack, 'the query');
  same(await world.taken(), 0n, 'taken');
  same(await world.tell('heard 0420'), 'heard 1', 'first reversals');
  same(await world.tell('heard 0421'), 'heard 2', 'repeated reversals');
  await other.close();
});

await check('what the switch has never heard of is reversed, and never done', async (world) => {
  const debit = debitOf(world);
  const { bank: name, reference, cardToken, amount } = debit;
  const about = { kind: 'debit', cardToken, currency: amount.currency, amount: amount.amount } as const;
  // A process died between this and the first message.
  const operation = await journal.open({ bank: name, reference, ...about });
  await journal.markSent(operation.number, world.clock.now());
  world.clock.advance(repeatMs + 1_000);
  const bank = await world.start(nothing);
  same(await bank.query(debit), takenBack, 'the query');
  same(await bank.debit(debit), takenBack, 'asked again');
  same(await world.taken(), 0n, 'taken');
  same(await world.tell('heard 0200'), 'heard 0', 'first messages');
  await bank.close();
});

await database.close();
await server.stop();
