// The connector for ISO 8583 at a switch made of jPOS: the connectors' kit, and what only a switch does: late and doubled
// answers, reversals that are stored and sent until they are acknowledged. One switch and one empty card for each check.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type CardBankDriver, cardRows, codeRows, play, type Step } from '@tongbao/connector-conformance';
import type { BankGateway } from '@tongbao/connector-interface';
import { createCardSwitch, type Iso8583Parts, type OperationJournal } from '@tongbao/connector-iso8583';
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
  /** The connector with other settings. */
  connect(changes?: Partial<Iso8583Parts>): ReturnType<typeof createCardSwitch>;
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
  const connect: World['connect'] = (changes = {}) =>
    createCardSwitch({
      ...{ host: '127.0.0.1', port, tls: null, timeoutMs, repeatMs, journal, now: () => clock.now() },
      ...{ acquirer: '27010001', terminal: 'TONGBAO1', acceptor: 'TONGBAO' },
      ...{ banks: null, currencies: new Set(['CNY']), reversals: '0420', verification: '330000' },
      stepUp: '65',
      ...changes,
    });
  let isDown = false;
  return {
    clock,
    tell,
    card: { bank: `SWITCH-${port}`, cardToken: 'token-1' },
    connect,
    start: async (step) => connect({ journal: stepped(journal, step) }),
    async behave(mood) {
      if (mood === 'down' || isDown) await tell(mood === 'down' ? 'down' : 'up');
      isDown = mood === 'down';
      if (!isDown) await tell(mood);
    },
    taken: async () => BigInt((await tell('taken')).split(' ')[1]!),
    stepUp: {
      cards: { 'one-time-code': { bank: `SWITCH-${port}`, cardToken: 'token-code' } },
      code: async (reference) => (await tell(`code ${reference}`)).split(' ')[1]!,
      visit: () => Promise.reject(new Error('the switch has no page')),
      async passTo(at) {
        const ms = at.getTime() - clock.now().getTime();
        clock.advance(ms);
        await tell(`pass ${ms}`);
      },
    },
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

for (const row of [...cardRows, ...codeRows])
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

await check(
  'whether a bank takes a card is asked of an amount of nothing, and again as a repeat',
  async (world) => {
    const bank = world.connect();
    const asked = { ...world.card, currency: 'CNY' };
    await world.tell('answer-lost');
    const first = { ...asked, reference: 'CARD-1' };
    await fails(bank.verify!(first), /has not answered within/);
    await world.tell('normal');
    same(await bank.verify!(first), approved, 'asked again');
    same(await world.tell('heard 0100'), 'heard 1', 'first questions');
    same(await world.tell('heard 0101'), 'heard 1', 'repeats');
    const unknown = { ...asked, cardToken: 'token-2', reference: 'CARD-2' };
    same(await bank.verify!(unknown), { outcome: 'declined', reason: 'card-unknown' }, 'another card');
    await world.tell('decline');
    const blocked = { ...asked, reference: 'CARD-3' };
    same(await bank.verify!(blocked), { outcome: 'declined', reason: 'declined' }, 'a bank that declines');
    // Nothing has moved: too old to be asked again, it is given up, and nothing is taken back.
    await world.tell('answer-lost');
    const lost = { ...asked, reference: 'CARD-4' };
    await fails(bank.verify!(lost), /has not answered within/);
    world.clock.advance(repeatMs + 1_000);
    same(await bank.verify!(lost), takenBack, 'too old');
    same(await world.tell('heard 0420'), 'heard 0', 'reversals');
    same(await world.taken(), 0n, 'taken');
    await bank.close();
  },
);

await check('a switch that wants requests is sent 0400, and 0401 by the next process', async (world) => {
  const bank = world.connect({ reversals: '0400' });
  await world.tell('answer-lost');
  const debit = debitOf(world);
  await fails(bank.debit(debit), /has not answered within/);
  world.clock.advance(repeatMs + 1_000);
  await fails(bank.query(debit), /has not answered within/);
  await bank.close();
  await world.tell('normal');
  const other = world.connect({ reversals: '0400' });
  same(await other.query(debit), takenBack, 'the query');
  same(await world.taken(), 0n, 'taken');
  for (const [mti, times] of [
    ['0400', 1],
    ['0401', 1],
    ['0420', 0],
  ] as const)
    same(await world.tell(`heard ${mti}`), `heard ${times}`, mti);
  await other.close();
});

await check(
  'the switch starts anew in the middle of a debit, and then we do: signed on, charged once',
  async (world) => {
    const bank = world.connect();
    await world.tell('late');
    const debit = debitOf(world);
    const asking = fails(bank.debit(debit), /has ended the connection|has not answered within|reached/);
    await until(async () => (await world.tell('heard 0200')) === 'heard 1');
    await world.behave('down');
    await asking;
    await fails(bank.query(debit), /reached|has not answered within/);
    await world.behave('normal');
    same(await bank.query(debit), approved, 'the query');
    await bank.close();
    const other = world.connect();
    same(await other.debit(debit), approved, 'asked by another process');
    same(await world.taken(), 500n, 'taken');
    same(await world.tell('heard 0200'), 'heard 1', 'first messages');
    await other.close();
  },
);

await check('a kept connection is asked over, and opened anew when the switch is back', async (world) => {
  const bank = world.connect();
  const changes: string[] = [];
  bank.keep({ everyMs: 50, onChange: (error) => changes.push(error === null ? 'back' : 'gone') });
  await until(async () => Number((await world.tell('heard 0800')).split(' ')[1]) >= 4);
  await world.behave('down');
  await until(() => changes.includes('gone'));
  await world.behave('normal');
  await until(() => changes.includes('back'));
  same(await bank.debit(debitOf(world)), approved, 'a debit');
  await bank.close();
});

await database.close();
await server.stop();
