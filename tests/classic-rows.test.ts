// The reference's checklist of the classic gateway (section 10): every row has a test that is named after it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const rows = 29;

test('all 29 rows', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '');
  const named = new Set(
    files.flatMap((file) =>
      [
        ...readFileSync(path.join(root, file), 'utf8').matchAll(/(?:test|it|describe)\(\s*['"`]row (\d+):/g),
      ].map(([, row]) => Number.parseInt(row!, 10)),
    ),
  );
  const missing = Array.from({ length: rows }, (_, index) => index + 1).filter((row) => !named.has(row));
  expect(missing).toEqual([]);
});
