// Our bank files and an independent reader and writer of them (Prowide), both directions: our readers read what Prowide
// writes in every version, and Prowide reads what we, our sandbox's bank and our test generator write.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readCamt, readMt940 } from '../../../platform/src/reconciliation/index.ts';
import { readXml } from '../../../platform/src/reconciliation/xml.ts';
import {
  dayStatement,
  debitNotification,
  statusReport,
} from '../../../platform/src/sandbox/bank/documents.ts';
import { readPain002 } from '../../../platform/src/settlement/pain002.ts';
import { mt940Text } from '../../../platform/src/testing/bank-files.ts';
import { at, initiation } from './initiation.ts';

const [classpath, folder] = process.argv.slice(2) as [string, string];
const theirs = path.join(folder, 'theirs');
const ours = path.join(folder, 'ours');

function prowide(...args: string[]): string {
  const ran = spawnSync('java', ['-cp', classpath, 'Banks', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (ran.status !== 0) throw new Error(`Prowide: ${ran.stderr.slice(-3000)}`);
  return ran.stdout;
}

/** JSON without bigints, to compare by text. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_name, each) => (typeof each === 'bigint' ? `${each}` : each));

async function check(name: string, work: () => unknown): Promise<void> {
  try {
    await work();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name} - ${(error as Error).message.replaceAll('\n', ' ').slice(0, 600)}`);
  }
}
function same(found: unknown, wanted: unknown): void {
  if (shown(found) !== shown(wanted)) throw new Error(`found ${shown(found)}, wanted ${shown(wanted)}`);
}

const linesOf = (lines: ReturnType<typeof readMt940>[number]['lines']) =>
  lines.map(({ reference, amount, day }) => [reference, amount, day]);

/** What Banks.java puts into each of its camt files. */
async function readTheirCamt(number: string, version: string): Promise<void> {
  const found = readCamt(await readFile(path.join(theirs, `camt.${number}.001.${version}.xml`)));
  const kinds = { '052': 'intraday', '053': 'statement', '054': 'notification' };
  const day = '2014-11-12';
  const hasBalances = number !== '054';
  same(
    found.map(({ lines, ...rest }) => ({ ...rest, lines: linesOf(lines) })),
    [
      {
        kind: kinds[number as keyof typeof kinds],
        account: 'GB33BUKB20201555555555',
        statementId: 'S-1',
        ...{ fromDay: day, toDay: day },
        ...{ opening: hasBalances ? 6_525n : null, closing: hasBalances ? 131n : null },
        ...{ notBooked: 1, sequence: '97', currency: 'GBP' },
        lines: [
          ['4097-1', -4_000n, day],
          ['4098-1', -2_394n, day],
          ['', -1_000n, day],
          ['', 1_000n, day],
        ],
      },
    ],
  );
}

async function readTheirMt(): Promise<void> {
  await check('MT940 of Prowide', async () => {
    const [statement] = readMt940(await readFile(path.join(theirs, 'MT940.txt')));
    same(
      [statement!.account, statement!.statementId, statement!.opening, statement!.closing],
      [...['20041177/123456', '97/1', 6_525n, 1_131n]],
    );
    same(linesOf(statement!.lines), [
      ['4097-1', -6_394n, '2014-11-12'],
      ['NONREF', 1_000n, '2014-11-12'],
    ]);
  });
  await check('MT942 of Prowide', async () => {
    const [report] = readMt940(await readFile(path.join(theirs, 'MT942.txt')));
    same(
      [report!.kind, report!.currency, linesOf(report!.lines)],
      [...['intraday', 'GBP', [['FX7', 500n, '2014-11-12']]]],
    );
  });
}

const status = (version: 'pain.001.001.03' | 'pain.001.001.09') =>
  statusReport('S7-1', {
    ...{ messageId: 'TB1', endToEndId: '7-1', executed: false, reason: 'AC04', at, initiation: version },
  });
const account = { bic: 'TBSBHKHH', number: '9000HKD0001', currency: 'HKD' };
const bankEntry = { line: 1, reference: '7-1', amount: -123_456n, bookedAt: at };

/** Our documents, by the id that Prowide should give them. */
const documents: readonly (readonly [id: string, xml: string])[] = [
  ['pain.001.001.03', initiation('pain.001.001.03')],
  ['pain.001.001.09', initiation('pain.001.001.09')],
  ['pain.002.001.03', status('pain.001.001.03')],
  ['pain.002.001.10', status('pain.001.001.09')],
  [
    'camt.053.001.02',
    dayStatement({
      ...{ account, day: '2014-11-12', opening: 100_000n, entries: [bankEntry] },
      ...{ from: new Date('2014-11-12T00:00:00Z'), to: new Date('2014-11-13T00:00:00Z') },
    }),
  ],
  ['camt.054.001.02', debitNotification('N1', { account, entry: bankEntry, at })],
];

/** Every text and attribute of a document by its path, sorted; instants as instants, namespaces left out. */
function textsOf(xml: string): string[] {
  const texts: string[] = [];
  const steps = readXml([xml], (element, around) => {
    const at_ = [...around, element].map(({ name }) => name).join('/');
    for (const [name, value] of element.attributes) if (name === 'Ccy') texts.push(`${at_}@${name} ${value}`);
    const text = element.text.trim();
    const isTime = /^\d{4}-\d\d-\d\dT/.test(text);
    if (text !== '') texts.push(`${at_} ${isTime ? new Date(text).toISOString() : text}`);
    return true;
  });
  while (steps.next().done !== true);
  return texts.sort();
}

async function readOurs(): Promise<void> {
  const files: string[] = [];
  for (const [id, xml] of documents) {
    files.push(path.join(ours, `${id}.xml`));
    await writeFile(files.at(-1)!, xml);
  }
  const line = { number: 'REF1', reference: '4097-1', currency: 'GBP', charge: 0n, parts: [], alsoNamed: [] };
  const statement = {
    ...{
      kind: 'statement' as const,
      account: '20041177/123456',
      statementId: '97/1',
      sequence: '',
      currency: 'GBP',
    },
    ...{ fromDay: '2014-11-12', toDay: '2014-11-12', opening: 6_525n, closing: 131n, notBooked: 0 },
    lines: [{ ...line, amount: -6_394n, day: '2014-11-12' }],
  };
  const shape = { newline: '\r\n', blocks: true, information: 'german' as const, fundsCode: true };
  files.push(path.join(ours, 'mt940.txt'));
  await writeFile(files.at(-1)!, mt940Text([statement], shape));
  const found = prowide('read', ...files)
    .trim()
    .split('\n')
    .map(
      (each) =>
        JSON.parse(each) as {
          id: string;
          again?: string;
          opening?: string;
          closing?: string;
          entries?: string[];
        },
    );
  for (const [place, [id, xml]] of documents.entries())
    await check(`Prowide reads our ${id}`, () => {
      same(found[place]!.id, id);
      // Nothing of it is lost when Prowide writes what it has understood.
      same(textsOf(found[place]!.again!), textsOf(xml));
      if (id.startsWith('pain.002')) same(readPain002(found[place]!.again!), readPain002(xml));
    });
  await check('Prowide reads our generator’s MT940', () => {
    const { opening, closing, entries } = found.at(-1)!;
    same([opening, closing, entries], ['65.25', '1.31', ['1411121112DP63,94NTRFNONREF//REF1']]);
  });
}

async function main(): Promise<void> {
  await rm(theirs, { recursive: true, force: true });
  for (const each of [theirs, ours]) await mkdir(each, { recursive: true });
  prowide('write', theirs);
  for (const number of ['052', '053', '054'])
    for (let version = 2; version <= 13; version++) {
      const two = version.toString().padStart(2, '0');
      await check(`camt.${number}.001.${two} of Prowide`, () => readTheirCamt(number, two));
    }
  await readTheirMt();
  await readOurs();
}

await main();
