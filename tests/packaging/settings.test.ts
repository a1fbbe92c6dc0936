// The table of settings in docs/guides/serve.md is what the code reads: no more, no less, with what is usual.
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { literally, readSettings, type Settings, settingsOfCode, settingsOfGuide } from './settings.ts';

test('every setting that the code reads has its row in the table of serve.md, and no other has', () => {
  const code = [...settingsOfCode().keys()].sort();
  expect(code.length).toBeGreaterThan(25);
  expect([...settingsOfGuide().keys()].sort()).toEqual(code);
});

test('what stands for a setting that is not set is in its row', () => {
  const rows = settingsOfGuide();
  const missing: string[] = [];
  for (const [name, usual] of settingsOfCode())
    for (const text of usual)
      if (!new RegExp(`(?<![\\w,])${literally(text)}(?!\\w)`).test(rows.get(name) ?? ''))
        missing.push(`${name}: ${text} is usual`);
  expect(missing).toEqual([]);
});

test('a setting is found however it is read', () => {
  const found: Settings = new Map();
  const code = `
    const { TONGBAO_A: a, TONGBAO_B: b = '9' } = environment;
    word('TONGBAO_C', ['payer', 'order']); number('TONGBAO_D', '60', [1, 2]);
    use(environment.TONGBAO_E ?? 'out,in', environment['DATABASE_URL']);
    throw new Error('TONGBAO_F is missing; TONGBAO_G too');`;
  readSettings(parseSync('x.ts', code).program as never, found);
  expect(Object.fromEntries([...found].map(([name, usual]) => [name, [...usual]]))).toEqual({
    ...{ TONGBAO_A: [], TONGBAO_B: ['9'], TONGBAO_C: ['payer'], TONGBAO_D: ['60'] },
    ...{ TONGBAO_E: ['out,in'], DATABASE_URL: [] },
  });
});
