// A receipt is checked offline with the log's key alone; what somebody changed in it is found.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Receipt } from '@tongbao/protocol/receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointText, createNoteSigner } from '../audit-log/note.ts';
import { receiptOf } from '../http/reports/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { readCheckpointNote } from './verify-log.ts';
import { verifyReceipt } from './verify-receipt.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let receipts: Receipt[];
let folder: string;
let verifierKey: string;
let note: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-receipt-'));
  world = await settlementWorld('2014-11-11T02:00:00Z');
  const { payments, auditLog } = world.platform;
  const shop = await world.shop('KR');
  const paid = [];
  // Trees of several sizes: sealed after each.
  for (let number = 0; number < 7; number++) {
    paid.push(await world.pay(shop, 59_000n));
    await auditLog.sealAll();
  }
  paid.push(await world.payAtOnce(shop, 59_000n));
  await world.refund(paid[0]!, 4_000n);
  await auditLog.sealAll();
  receipts = await Promise.all(
    paid.map((payment) => receiptOf({ payments, auditLog }, payment, { withEntries: true })),
  );
  ({ verifierKey, note } = (await auditLog.checkpoint())!);
});
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

const check = (receipt: unknown, kept: string | null = null) =>
  verifyReceipt(JSON.stringify(receipt), {
    verifierKey,
    kept: kept === null ? null : readCheckpointNote(kept, null),
  });

test('every part of every receipt is proven, whatever its place in the tree', () => {
  for (const receipt of receipts) {
    const { findings, facts } = check(receipt, note);
    expect(findings).toEqual([]);
    expect(facts).toHaveLength(receipt.parts.length);
  }
  expect(receipts[0]!.parts.map(({ kind, leaf }) => `${kind} ${leaf}`)).toEqual([
    ...['paid event', 'paid entry', 'refunded event', 'refunded entry'],
  ]);
});

const changed = (change: (proof: string) => string): Receipt => ({
  ...receipts[0]!,
  parts: receipts[0]!.parts.map((part) => ({ ...part, proof: change(part.proof!) })),
});
const leafText = (proof: string, change: (text: string) => string): string =>
  proof.replace(/(?<=^extra ).*$/m, (extra) =>
    Buffer.from(change(Buffer.from(extra, 'base64').toString())).toString('base64'),
  );

test.each<[string, () => unknown, RegExp]>([
  [
    'another time',
    () => changed((proof) => leafText(proof, (text) => text.replace(/14156/, '14157'))),
    /is not in the log/,
  ],
  [
    'another amount',
    () => changed((proof) => leafText(proof, (text) => text.replace('"', ' "'))),
    /is not in the log/,
  ],
  ['another place', () => changed((proof) => proof.replace(/^index .*$/m, 'index 0')), /is not in the log/],
  [
    'a place beyond the tree',
    () => changed((proof) => proof.replace(/^index .*$/m, 'index 99999')),
    /is not in the log/,
  ],
  [
    'a shorter path',
    () => changed((proof) => proof.replace(/^(index \d+)\n.*\n/m, '$1\n')),
    /is not in the log/,
  ],
  [
    'a longer path',
    () => changed((proof) => proof.replace(/^(index \d+\n(.*\n))/m, '$1$2')),
    /is not in the log/,
  ],
  [
    'another root',
    () => changed((proof) => proof.replace(/\n[\w+/]{43}=\n\n— /, `\n${'A'.repeat(43)}=\n\n— `)),
    /not signed by/,
  ],
  ['no proof', () => changed(() => ''), /has no proof/],
  [
    'not sealed',
    () => ({ ...receipts[0], parts: [{ ...receipts[0]!.parts[0], proof: null }] }),
    /not sealed yet/,
  ],
  ['nothing', () => ({ ...receipts[0], parts: [] }), /nothing that moved money/],
  ['of another payment', () => ({ ...receipts[0], parts: receipts[1]!.parts }), /is about something else/],
  [
    'another kind',
    () => ({ ...receipts[0], parts: [{ ...receipts[0]!.parts[0], kind: 'refunded' }] }),
    /is about something else/,
  ],
  [
    'another instant',
    () => ({
      ...receipts[0],
      parts: receipts[0]!.parts.map((part) => ({ ...part, at: '2014-11-12T02:00:00.000Z' })),
    }),
    /is about something else/,
  ],
])('%s: found', (_name, receipt, says) => {
  expect(check(receipt()).findings.join('\n')).toMatch(says);
});

test('a log that shows another story to somebody else, and one of another name', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { origin, size } = readCheckpointNote(note, null);
  const other = createNoteSigner(origin, { present: privateKey, known: [] });
  const forged = other.sign(checkpointText(origin, size, Buffer.alloc(32)));
  expect(check(receipts[0], forged).findings.join()).toMatch(/two stories are told/);
  const elsewhere = createNoteSigner('other.example/log', { present: privateKey, known: [] });
  const named = elsewhere.sign(checkpointText('other.example/log', size, Buffer.alloc(32)));
  expect(check(receipts[0], named).findings.join()).toMatch(/is of .*, the kept checkpoint of other.example/);
  expect(() => check({ format: 'x' })).toThrow('this is not a receipt');
});

test('from the command line', async () => {
  const at = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return file;
  };
  const verify = (...options: string[]) =>
    spawnSync(process.execPath, [fileURLToPath(new URL('verify.ts', import.meta.url)), ...options], {
      encoding: 'utf8',
    });
  const [receipt, key, kept] = [
    await at('receipt.json', JSON.stringify(receipts[0])),
    await at('vkey', `${verifierKey}\n`),
    await at('note', note),
  ];
  const good = verify('--receipt', receipt, '--vkey', key, '--checkpoint', kept);
  expect(good.stdout, good.stderr).toMatch(/^PROVEN \["event\/1".*\n(PROVEN .*\n){3}The receipt is right/);
  expect(good.status).toBe(0);
  const wrong = verify('--receipt', await at('wrong.json', JSON.stringify(changed(() => ''))), '--vkey', key);
  expect(wrong.stdout).toMatch(/^WRONG {2}part 1 \(paid\) has no proof/m);
  expect(wrong.status).toBe(1);
  expect(verify('--receipt', receipt).stderr).toMatch(/^usage/);
  expect(verify('--receipt', key, '--vkey', key)).toMatchObject({ status: 2 });
});
