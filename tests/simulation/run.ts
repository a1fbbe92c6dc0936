// `npm run simulate -- --seed N [--seconds T] [--payments K]`: the whole network in one process under a seeded workload
// and seeded faults, checked by an independent auditor. Each seed is a world played one command after the other, whose
// hash is the same each time, and the same world with its races really racing. Ends with `N passed, N failed`.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describe } from './commands.ts';
import { createTally } from './coverage.ts';
import { shrink } from './shrink.ts';
import { type Outcome, simulate } from './simulate.ts';
import { openStage, type Stage } from './stage.ts';
import { type KeptTrace, readTrace } from './traces.ts';
import { workloadOf } from './workload.ts';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    payments: { type: 'string', default: '30' },
    /** serial, concurrent or both. */
    mode: { type: 'string', default: 'both' },
    /** A trace that was kept (a JSON file), instead of a seed's. */
    trace: { type: 'string' },
    /** A PostgreSQL that is there already (postgres://…, without a database name). */
    server: { type: 'string' },
    /** Do not look for a shorter trace of a failure. */
    'no-shrink': { type: 'boolean', default: false },
    /** Do not play the beginning of the first world twice to see that its hash is the same. */
    'no-replay': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: string, text: string, most: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > most)
    throw new Error(`--${name} must be a whole number up to ${most}, not "${text}"`);
  return Number(text);
}

type Played = Omit<KeptTrace, 'what'>;

const modes: Readonly<Record<string, readonly boolean[]>> = {
  serial: [false],
  concurrent: [true],
  both: [false, true],
};

async function main(): Promise<number> {
  const first =
    options.seed === undefined
      ? Date.now() % 1_000_000_000
      : wholeNumber('seed', options.seed, 4_294_967_295);
  const seconds = options.seconds === undefined ? null : wholeNumber('seconds', options.seconds, 86_400);
  const payments = wholeNumber('payments', options.payments, 2_000);
  if (options.trace !== undefined) return replay(options.trace);
  const kinds = modes[options.mode];
  if (kinds === undefined) throw new Error('--mode must be serial, concurrent or both');
  console.log(`seed ${first}${options.seed === undefined ? ' (fresh)' : ''}, ${payments} payments a world`);
  const stage = await openStage(options.server ?? null);
  const began = performance.now();
  const timeLeft = () => seconds !== null && performance.now() - began < seconds * 1_000;
  const tally = createTally();
  let passed = 0;
  try {
    for (let seed = first; seed === first || timeLeft(); seed++) {
      for (const concurrent of kinds) {
        const played = { seed, concurrent, commands: workloadOf({ seed, payments }) };
        const outcome = await play(stage, played);
        tally.add(outcome);
        report(played, outcome, began);
        if (outcome.failure !== null) return await explain(stage, played, outcome, { passed, tally });
        passed += 1;
        if (!timeLeft() && seconds !== null) break;
      }
      if (seed === first && kinds.includes(false) && !options['no-replay'])
        await assertSame(stage, { seed, payments });
    }
    for (const line of tally.summary()) console.log(line);
    console.log(`${passed} passed, 0 failed`);
    return 0;
  } finally {
    await stage.close();
  }
}

async function replay(file: string): Promise<number> {
  const trace = await readTrace(file);
  console.log(`${file}: ${trace.what}`);
  const stage = await openStage(options.server ?? null);
  try {
    const outcome = await play(stage, trace);
    report(trace, outcome, performance.now());
    if (outcome.failure !== null)
      return await explain(stage, trace, outcome, { passed: 0, tally: createTally() });
    console.log('1 passed, 0 failed');
    return 0;
  } finally {
    await stage.close();
  }
}

const play = (stage: Stage, of: Played): Promise<Outcome> =>
  simulate({ ...of, stage, verbose: options.verbose });

function report({ seed, concurrent }: Played, outcome: Outcome, began: number): void {
  const elapsed = Math.round((performance.now() - began) / 1_000);
  const { commands, payments, told, restarts, hash, failure } = outcome;
  console.log(
    `${String(elapsed).padStart(5)} s  seed ${seed} ${concurrent ? 'concurrent' : 'serial    '}  ` +
      `${commands} commands, ${payments} payments, ${told} told, ${restarts} restarts  ` +
      `${concurrent ? '' : hash.slice(0, 16)}${failure === null ? '' : '  FAILED'}`,
  );
}

/** The promise that a seed can be replayed, kept anew in each run. */
async function assertSame(stage: Stage, of: { seed: number; payments: number }): Promise<void> {
  const commands = workloadOf(of).slice(0, 40);
  const [one, other] = [
    await play(stage, { seed: of.seed, concurrent: false, commands }),
    await play(stage, { seed: of.seed, concurrent: false, commands }),
  ];
  if (one.hash === other.hash) return;
  const at = one.trace.findIndex((line, index) => line !== other.trace[index]);
  throw new Error(`seed ${of.seed} came out differently: "${one.trace[at]}" and "${other.trace[at]}"`);
}

const mostShrinkRuns = 120;

async function explain(
  stage: Stage,
  played: Played,
  outcome: Outcome,
  { passed, tally }: { passed: number; tally: ReturnType<typeof createTally> },
): Promise<number> {
  const failure = outcome.failure!;
  console.log(`\nFAILED: ${failure.checker}\n${failure.message}`);
  if (failure.at !== null) console.log(`while: ${describe(failure.at)}`);
  let shortest = outcome;
  if (!options['no-shrink']) {
    const commands = await shrink(played.commands, {
      mostRuns: mostShrinkRuns,
      async fails(commands) {
        const tried = await play(stage, { ...played, commands });
        const same = tried.failure?.checker === failure.checker;
        if (same) shortest = tried;
        return same;
      },
      onProgress: (left, runs) => console.log(`  shrunk to ${left} commands after ${runs} runs`),
    });
    await keep({ ...played, commands, what: `${failure.checker}: ${failure.message.split('\n')[0]}` });
  }
  console.log(`\nThe shortest trace found (${shortest.failure!.checker}):`);
  for (const line of shortest.trace.slice(-200)) console.log(line);
  console.log(`\n${shortest.failure!.message}`);
  if (shortest.failure!.timelines.length > 0) console.log('\nThe payments concerned:');
  for (const line of shortest.failure!.timelines) console.log(line);
  for (const line of tally.summary()) console.log(line);
  const mode = played.concurrent ? 'concurrent' : 'serial';
  console.log(
    `\nreplay: npm run simulate -- --seed ${played.seed} --payments ${options.payments} --mode ${mode}`,
  );
  console.log(`${passed} passed, 1 failed`);
  return 1;
}

/** Whoever mends the cause moves the file to tests/simulation/traces, where every test run plays it again. */
async function keep(trace: KeptTrace): Promise<void> {
  const file = `simulation-${trace.seed}-${trace.concurrent ? 'concurrent' : 'serial'}.json`;
  await writeFile(file, `${JSON.stringify(trace, null, 1)}\n`);
  console.log(`the trace is kept in ${file}: npm run simulate -- --trace ${file}`);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    console.log('0 passed, 1 failed');
    process.exit(1);
  },
);
