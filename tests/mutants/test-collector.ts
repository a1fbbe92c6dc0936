// What tests under a mutant get when they import vitest: its own `expect`, and describe and test as a list that can be
// collected and run again and again in one process, which the runner itself cannot do.
import { expect as vitestExpect } from 'vitest';

type Work = () => unknown;

interface Suite {
  readonly before: Work[];
  readonly beforeEach: Work[];
  readonly afterEach: Work[];
  readonly after: Work[];
  readonly items: (Suite | { readonly name: string; readonly run: Work })[];
}

const emptySuite = (): Suite => ({ before: [], beforeEach: [], afterEach: [], after: [], items: [] });
let current = emptySuite();

type Named = (name: string, work: Work, timeout?: number) => void;
// biome-ignore lint/suspicious/noExplicitAny: rows of a table have any shape.
type Row = any;

/** A row that is a list is spread over the parameters, as vitest does it. */
const withEach = (named: Named) =>
  Object.assign(named, {
    each:
      (rows: readonly Row[]) =>
      (name: string, work: (...values: Row[]) => unknown): void => {
        for (const [index, row] of rows.entries())
          named(`${name} (${index + 1})`, () => (Array.isArray(row) ? work(...row) : work(row)));
      },
  });

export const describe = withEach((_name, work) => {
  const outer = current;
  current = emptySuite();
  outer.items.push(current);
  work();
  current = outer;
});
export const test = withEach((name, run) => void current.items.push({ name, run }));
export const it = test;
export const suite = describe;
export const beforeAll = (work: Work): void => void current.before.push(work);
export const afterAll = (work: Work): void => void current.after.push(work);
export const beforeEach = (work: Work): void => void current.beforeEach.push(work);
export const afterEach = (work: Work): void => void current.afterEach.push(work);
export const expect = vitestExpect;

/** Forgets what was collected. */
export function startCollecting(): void {
  current = emptySuite();
}

/** Runs what was collected up to the first failure. Answers the failed test's name, null when all passed. */
export const runCollected = (): Promise<string | null> => runSuite(current, [], []);

async function runSuite(at: Suite, before: readonly Work[], after: readonly Work[]): Promise<string | null> {
  const [first, last] = [
    [...before, ...at.beforeEach],
    [...at.afterEach, ...after],
  ];
  for (const work of at.before) await work();
  for (const item of at.items) {
    const failed = 'run' in item ? await runTest(item, first, last) : await runSuite(item, first, last);
    if (failed !== null) return failed;
  }
  for (const work of at.after) await work();
  return null;
}

async function runTest(
  { name, run }: { name: string; run: Work },
  before: readonly Work[],
  after: readonly Work[],
): Promise<string | null> {
  try {
    for (const work of before) await work();
    await run();
    for (const work of after) await work();
    return null;
  } catch {
    return name;
  }
}
