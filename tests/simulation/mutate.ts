// `npm run mutations [-- --only NAME,NAME] [--seconds T]`: is each deliberate bug caught? Runs the simulator once for
// each, in a process of its own, and prints a table: which checker caught it, in which world, after how long.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startScratchPostgres } from '../../platform/src/sandbox/scratch-postgres.ts';
import { type Mutation, mutations, patchesOf } from './mutations.ts';
import { stageSettings } from './stage.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    /** How long a bug may stay unnoticed. */
    seconds: { type: 'string', default: '60' },
    payments: { type: 'string', default: '25' },
  },
});

interface Verdict {
  readonly mutation: Mutation;
  /** Null: nobody noticed. */
  readonly checker: string | null;
  readonly seconds: number;
  readonly world: string;
  readonly said: string;
}

/** What a process may take beyond its time: starting, and ending the world it is in. */
const spareMs = 60_000;

async function main(): Promise<number> {
  const only = options.only?.split(',') ?? null;
  const chosen = mutations.filter(({ name }) => only === null || only.includes(name));
  const server = await startScratchPostgres('tongbao-mutations', stageSettings);
  const verdicts: Verdict[] = [];
  try {
    for (const mutation of chosen) {
      const verdict = await judge(mutation, server.url);
      verdicts.push(verdict);
      console.log(rowOf(verdict));
    }
  } finally {
    await server.stop();
  }
  console.log('\n| Bug | What is wrong | Caught by | World | Seconds |\n|---|---|---|---|---|');
  for (const verdict of verdicts) console.log(rowOf(verdict));
  const missed = verdicts.filter(({ checker }) => checker === null);
  for (const { mutation, said } of missed) console.log(`\nnot caught: ${mutation.name}\n${said}`);
  console.log(`${verdicts.length - missed.length} passed, ${missed.length} failed`);
  return missed.length === 0 ? 0 : 1;
}

const rowOf = ({ mutation, checker, seconds, world }: Verdict): string =>
  `| \`${mutation.name}\` | ${mutation.what} | ${checker ?? '**nobody**'} | ${world} | ${seconds.toFixed(0)} |`;

async function judge(mutation: Mutation, serverUrl: string): Promise<Verdict> {
  const began = performance.now();
  const output = await outputOf([
    path.join(import.meta.dirname, 'mutated.ts'),
    mutation.name,
    ...['--server', serverUrl, '--seed', String(mutation.seed ?? 1), '--seconds', options.seconds],
    ...[
      '--payments',
      String(mutation.payments ?? options.payments),
      '--mode',
      mutation.mode ?? 'serial',
      '--no-shrink',
      '--no-replay',
    ],
  ]);
  const seconds = (performance.now() - began) / 1_000;
  for (const { file } of patchesOf(mutation))
    if (!output.includes(`mutated ${file}`))
      throw new Error(`${mutation.name}: ${file} was never loaded\n${output.slice(-2_000)}`);
  const caught = /^FAILED: (.+)$/m.exec(output);
  const world = /seed (\d+) (\w+).*FAILED$/m.exec(output);
  return {
    mutation,
    seconds,
    checker: caught?.[1] ?? null,
    world: world === null ? '–' : `${world[1]} ${world[2]}`,
    said: output.slice(-1_500),
  };
}

function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    const tooLong = setTimeout(() => child.kill('SIGKILL'), Number(options.seconds) * 1_000 + spareMs);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(tooLong);
      resolve(Buffer.concat(parts).toString('utf8'));
    });
  });
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  },
);
