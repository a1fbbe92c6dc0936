// Secrets as files: the file's text stands for the variable, two answers are none, and a file's text is never in an error.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateConfig, serveConfig } from './config.ts';
import { withSecretFiles } from './secret-files.ts';

let folder: string;
const fileWith = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tongbao-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the text of a file stands for the variable, for serve and for migrate', () => {
  const environment = withSecretFiles({
    DATABASE_URL_FILE: fileWith('server', 'postgres://tongbao_server:a@db/tongbao\n'),
    TONGBAO_OWNER_DATABASE_URL_FILE: fileWith('owner', 'postgres://tongbao_owner:b@db/tongbao'),
    TONGBAO_PUBLIC_URL: 'https://pay.example',
    TONGBAO_KEYS: '{}',
  });
  expect(serveConfig({}, environment).databaseUrl).toBe('postgres://tongbao_server:a@db/tongbao');
  expect(migrateConfig(environment).urls).toEqual({
    url: 'postgres://tongbao_server:a@db/tongbao',
    ownerUrl: 'postgres://tongbao_owner:b@db/tongbao',
  });
  expect(withSecretFiles({ DATABASE_URL: 'x', DATABASE_URL_FILE: '' }).DATABASE_URL).toBe('x');
});

test('what is missing, empty, said twice or more than one line is said by name, without its text', () => {
  const reads = (environment: NodeJS.ProcessEnv) => () => withSecretFiles(environment);
  expect(reads({ DATABASE_URL: 'x', DATABASE_URL_FILE: fileWith('a', 'y') })).toThrow(
    'DATABASE_URL and DATABASE_URL_FILE are both set',
  );
  expect(reads({ DATABASE_URL_FILE: path.join(folder, 'none') })).toThrow(
    /^DATABASE_URL_FILE: .* cannot be read \(ENOENT\)$/,
  );
  for (const text of ['', '\n', 'postgres://hidden\npostgres://other'])
    expect(reads({ DATABASE_URL_FILE: fileWith('b', text) })).toThrow(
      /^DATABASE_URL_FILE: (?!.*hidden).* must hold one line, postgres:\/\/…$/,
    );
});
