// `npm run mutants [-- --sample N] [--seed S] [--only TEXT] [--threads T]`: small mistakes are made in the pure sources,
// one at a time, and the tests beside them have to fail. Survivors that are no mistake stand in survivors.json, each with
// its reason; any other one fails. Ends with `N passed, N failed`.
import { createHash, randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf } from './operators.ts';
import { type Target, targets } from './targets.ts';
import { openThread, type Thread } from './threads.ts';

const { values: options } = parseArgs({
  options: {
    /** So many mutants of all, chosen by the seed; without it all of them. */
    sample: { type: 'string' },
    seed: { type: 'string' },
    /** Only files whose path contains this. */
    only: { type: 'string' },
    threads: { type: 'string', default: '2' },
    /** Says of each mutant which test noticed it. */
    verbose: { type: 'boolean', default: false },
  },
});

const root = path.resolve(import.meta.dirname, '../..');
/** The share that has to be noticed. */
const wantedPercent = 95;

interface Listed {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}
const keyOf = (of: Pick<Listed, 'file' | 'before' | 'after'>) => `${of.file}\n${of.before}\n${of.after}`;

interface Verdict {
  readonly mutant: Mutant;
  readonly kind: 'killed' | 'timeout' | 'survived';
}

/** Tests in a folder that need no database, and who imports whom. */
interface Ground {
  readonly testsOf: (file: string) => readonly string[];
  readonly reachedFrom: (file: string) => readonly string[];
  /** Processor time that all tests of a folder took, with loading. */
  readonly baseMs: ReadonlyMap<string, number>;
}

const needsMore = /from '[^']*(?:\/testing\/(?!\w*-?sample)|start-sandbox)/;

const testsIn = (folder: string): string[] =>
  globSync(`${folder}/*.test.ts`, { cwd: root })
    .filter((file) => !needsMore.test(readFileSync(path.join(root, file), 'utf8')))
    .sort();

/** Runs all tests on the sources as they are: they must pass, or nothing that follows means anything. */
async function survey(thread: Thread, chosen: readonly Target[]): Promise<Ground> {
  const importers = new Map<string, Set<string>>();
  const baseMs = new Map<string, number>();
  const folders = [...new Set(chosen.map(({ file }) => path.dirname(file)))];
  for (const [index, folder] of folders.entries()) {
    const began = performance.now();
    const elsewhere = chosen.flatMap(({ file, tests }) => (path.dirname(file) === folder ? tests : []));
    const tests = [...testsIn(folder), ...new Set(elsewhere)];
    const trial = { number: -1 - index, mutant: null, tests, reached: [] };
    const { failed, isTimeout, importedBy } = await thread.run(trial, 60_000);
    if (failed !== null || isTimeout)
      throw new Error(`without any mutant: ${failed?.file ?? folder}: ${failed?.test ?? 'takes too long'}`);
    for (const [imported, by] of importedBy)
      importers.set(imported, (importers.get(imported) ?? new Set()).add(by));
    baseMs.set(folder, performance.now() - began);
  }
  const reachedFrom = (file: string): string[] => {
    const reached = new Set([file]);
    for (const each of reached) for (const by of importers.get(each) ?? []) reached.add(by);
    return [...reached];
  };
  return {
    baseMs,
    reachedFrom,
    testsOf: (file) => {
      const reached = new Set(reachedFrom(file));
      const { tests } = chosen.find((target) => target.file === file)!;
      return [...testsIn(path.dirname(file)), ...tests].filter((test) => reached.has(test));
    },
  };
}

/** The same seed chooses the same mutants, as long as there are the same ones. */
function sampled(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const placeOf = (mutant: Mutant) =>
    createHash('sha256')
      .update(`${seed}\n${keyOf(mutant)}\n${mutant.start}`)
      .digest('hex');
  const placed = mutants.map((mutant) => ({ mutant, place: placeOf(mutant) }));
  placed.sort((one, other) => (one.place < other.place ? -1 : 1));
  return placed.slice(0, count).map(({ mutant }) => mutant);
}

async function tryAll(mutants: readonly Mutant[], ground: Ground, threads: readonly Thread[]) {
  const verdicts: Verdict[] = [];
  const queue = mutants.map((mutant, index) => ({ mutant, number: index + 1 }));
  // The test that noticed the last mistake of a file is asked first about the next one.
  const noticed = new Map<string, string>();
  await Promise.all(
    threads.map(async (thread) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { mutant, number } = next;
        const first = noticed.get(mutant.file);
        const tests = [...ground.testsOf(mutant.file)].sort(
          (a, b) => Number(b === first) - Number(a === first),
        );
        const trial = { number, mutant, tests, reached: ground.reachedFrom(mutant.file) };
        const limit = 2_000 + 3 * (ground.baseMs.get(path.dirname(mutant.file)) ?? 0);
        const { failed, isTimeout } = await thread.run(trial, limit);
        if (failed !== null) noticed.set(mutant.file, failed.file);
        const kind = isTimeout ? 'timeout' : failed === null ? 'survived' : 'killed';
        verdicts.push({ mutant, kind });
        if (options.verbose)
          console.log(
            `${kind} ${mutant.file}:${mutant.line} ${mutant.operator}: ${mutant.after} ${failed?.test ?? ''}`,
          );
      }
    }),
  );
  return verdicts;
}

function printTable(verdicts: readonly Verdict[]): void {
  const rows = new Map<string, { killed: number; timeout: number; survived: number }>();
  const areaOf = new Map(targets.map(({ file, area }) => [file, area]));
  for (const { mutant, kind } of verdicts)
    for (const name of [mutant.file, `all of ${areaOf.get(mutant.file)}`]) {
      const row = rows.get(name) ?? { killed: 0, timeout: 0, survived: 0 };
      row[kind] += 1;
      rows.set(name, row);
    }
  console.log(`\n${'file'.padEnd(48)}   made killed endless survived  share`);
  for (const [name, { killed, timeout, survived }] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const made = killed + timeout + survived;
    const cells = [made, killed, timeout, survived].map((cell) => String(cell).padStart(7)).join('');
    console.log(`${name.padEnd(48)}${cells}  ${percent(killed + timeout, made)} %`);
  }
}

const percent = (part: number, whole: number): string => ((part * 100) / whole).toFixed(1);

/** What fails: survivors without a reason; in a whole run also lines of the list that are no survivors (any more). */
function findings(verdicts: readonly Verdict[], listed: readonly Listed[], isWhole: boolean): string[] {
  const survivors = verdicts.filter(({ kind }) => kind === 'survived').map(({ mutant }) => mutant);
  const reasons = new Set(listed.map(keyOf));
  const unlisted = survivors.filter((mutant) => !reasons.has(keyOf(mutant)));
  const wrong = unlisted.map(
    ({ file, line, operator, before, after }) =>
      `nobody noticed: ${file}:${line} (${operator})\n${JSON.stringify({ file, before, after })}`,
  );
  if (!isWhole) return wrong;
  const survived = new Set(survivors.map(keyOf));
  for (const each of listed)
    if (!survived.has(keyOf(each))) wrong.push(`listed, and does not survive: ${JSON.stringify(each)}`);
  const share = ((verdicts.length - survivors.length) * 100) / verdicts.length;
  if (share < wantedPercent) wrong.push(`${share.toFixed(1)} % were noticed, ${wantedPercent} % are wanted`);
  return wrong;
}

async function main(): Promise<number> {
  const began = performance.now();
  const only = options.only ?? '';
  const chosen = targets.filter(({ file }) => file.includes(only));
  const listed: Listed[] = JSON.parse(readFileSync(path.join(import.meta.dirname, 'survivors.json'), 'utf8'));
  const made = chosen.flatMap(({ file, skip }) =>
    mutantsOf(file, readFileSync(path.join(root, file), 'utf8'), skip),
  );
  const seed = options.seed ?? String(randomInt(1_000_000));
  const mutants = options.sample === undefined ? made : sampled(made, Number(options.sample), seed);
  if (options.sample !== undefined) console.log(`${mutants.length} of ${made.length} mutants, seed ${seed}`);
  const threads = Array.from({ length: Number(options.threads) }, openThread);
  const ground = await survey(threads[0]!, chosen);
  const verdicts = await tryAll(mutants, ground, threads);
  for (const thread of threads) await thread.close();
  printTable(verdicts);
  const mine = listed.filter(({ file }) => file.includes(only));
  const wrong = findings(verdicts, mine, options.sample === undefined);
  const survivors = verdicts.filter(({ kind }) => kind === 'survived').length;
  const share = percent(verdicts.length - survivors, verdicts.length);
  for (const finding of wrong) console.log(`\n${finding}`);
  console.log(
    `\n${share} % of ${verdicts.length} noticed in ${((performance.now() - began) / 1000).toFixed(0)} s; ${survivors} survivors, each with its reason unless said above`,
  );
  console.log(`${verdicts.length - wrong.length} passed, ${wrong.length} failed`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await main();
