// docs/guides/security.md says what is promised: every test that it names is there, and its figures are the code's.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { limits } from '../../platform/src/customers/limits.ts';
import { guessesPerMinute } from '../../platform/src/http/shopper/routes.ts';
import { refusedCardsADay } from '../../platform/src/http/wallet/card-checks.ts';
import { idleMs, proofMs, sessionLifetimeMs } from '../../platform/src/staff/parts.ts';
import { codesAskedAtMost, codesGivenAtMost } from '../../platform/src/wallet/step-up.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(path.join(root, 'docs/guides/security.md'), 'utf8');
const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const section = (title: string): string => guide.split(`## ${title}\n`)[1]!.split('\n## ')[0]!;
const rowsOf = (title: string): string[][] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map(cellsOf);

/** `a/b/x.test.ts`, then `y.test.ts` beside it, or a whole folder of tests. */
function missingIn(cell: string): string[] {
  let folder = '';
  return [...cell.matchAll(/`([\w./-]+)`/g)].flatMap(([, name]) => {
    if (!/(\.test\.ts|^tests\/)/.test(name!)) return [];
    const file = name!.includes('/') ? name! : path.join(folder, name!);
    folder = path.dirname(file);
    const full = path.join(root, file);
    const isFolder = existsSync(full) && !name!.endsWith('.ts') && readdirSync(full).length > 0;
    return isFolder || (name!.endsWith('.ts') && existsSync(full)) ? [] : [name!];
  });
}

test('every subject is covered by a test that is there', () => {
  const rows = rowsOf('What is covered by which test');
  expect(rows.length).toBeGreaterThan(25);
  for (const [subject, tests] of rows) {
    expect(tests, subject).toMatch(/`[\w./-]*(tests|platform|protocol)\/[\w./-]+`|isolation\.test\.ts/);
    if (!tests!.startsWith('`isolation.test.ts` in')) expect(missingIn(tests!), subject).toEqual([]);
  }
});

test('how often somebody may try is what the code counts', () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
  const source = (file: string) => readFileSync(path.join(root, 'platform/src', file), 'utf8');
  const staff = source('staff/sign-in.ts');
  expect(Object.fromEntries(rowsOf('Who may try how often'))).toEqual({
    'codes asked for, by one network or one known browser, for one phone': `one a minute unless the former was used; ${limits.codesByCaller} a day*`,
    'codes for one phone by all networks from which nobody is known': `${limits.codesByPhone} a day*`,
    'codes for all phones by one network': `${limits.codesByNetwork} in ten minutes, ${limits.codesByNetworkADay} a day*`,
    'tries of a code, by who has the token that it was sent with': `${limits.codeTries}`,
    'tries of a code by who has not': `${limits.codeTries}, and ${limits.strayTries} a day for a phone*`,
    'sign-ins by one network; by one known browser': `${limits.entriesByNetwork}; ${limits.entriesByDevice} in ten minutes*`,
    'codes that one card debit hands on to its bank; asks for': `${codesGivenAtMost}; ${codesAskedAtMost} (a bank may allow fewer)`,
    'wrong PINs': `${limits.pinTries}, then three hours' lock (needs a session)`,
    'names and resident numbers that one account has checked, or is asked for': `${limits.identityTries} a day`,
    'cards that a registry or bank refuses to one account, and wrong codes for them': `${refusedCardsADay} a day`,
    'other calls where a PIN or a number could be guessed, by one account': '30 a minute (a sandbox: 600)',
    'payment codes shown, and codes read, by one account': '60 a minute',
    'staff: one name from one network, or from one known browser':
      '5 a minute, 10 in a quarter of an hour, 20 in six hours; a right password clears them',
    'staff: one name from everywhere but known browsers': '60 an hour*',
    'staff: all names from one network': '60 in a quarter of an hour, 300 a day*',
    'staff: links that are followed, from one network': '60 in a quarter of an hour',
    "staff: codes of one person's second factor":
      '5 in a quarter of an hour, 30 a day; a right one clears them',
    'staff: the present password, where it is asked for again': '5 in a quarter of an hour',
  });
  expect([limits.codeIntervalMs, limits.codeWindowMs, limits.networkWindowMs, limits.pinLockMs]).toEqual([
    ...[minute, day, 10 * minute, 3 * hour],
  ]);
  for (const [most, windowMs] of [
    ['5', 'minute'],
    ['10', '15 * minute'],
    ['20', '6 * hour'],
    ['60 * often', 'hour'],
    ['60 * often', '15 * minute'],
    ['300 * often', 'day'],
  ])
    expect(staff).toContain(`most: ${most}, windowMs: ${windowMs} }`);
  for (const window of ['most: 5, windowMs: 15 * minute }', 'most: 30, windowMs: 24 * 60 * minute }'])
    expect(source('staff/factors.ts')).toContain(window);
  expect(source('staff/join.ts')).toContain('most: 60, windowMs: 15 * minute }');
  expect(source('staff/change-password.ts')).toContain('const tries = { most: 5, windowMs: 15 * 60_000 };');
  expect([guessesPerMinute(false), guessesPerMinute(true)]).toEqual([30, 600]);
  expect(source('http/wallet/codes.ts')).toContain('const codesPerMinute = 60;');
});

test('how long sessions are good for', () => {
  const [minute, hour] = [60_000, 3_600_000];
  expect(guide).toContain("shoppers' end after seven days or twelve hours unused");
  expect([limits.sessionLifetimeMs, limits.sessionIdleMs]).toEqual([7 * 24 * hour, 12 * hour]);
  expect(guide).toContain("staff's after twelve hours or half an hour unused");
  expect([sessionLifetimeMs, idleMs(false), idleMs(true)]).toEqual([12 * hour, hour / 2, 12 * hour]);
  expect(guide).toContain('no older than ten minutes');
  expect([proofMs(false), proofMs(true)]).toEqual([10 * minute, 12 * hour]);
  expect(guide).toContain('can be sent again for two minutes');
  expect(limits.codeRepeatMs).toBe(2 * minute);
});
