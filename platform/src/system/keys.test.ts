// The secrets outside the database: sealing, peppers, and the file they lie in.
import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  completeKeys,
  createKeyFile,
  formatKeys,
  keysOf,
  machineRandomness,
  parseKeys,
  readKeyFile,
} from './index.ts';

const records = await completeKeys(machineRandomness);
const keys = keysOf(records);
const others = keysOf(await completeKeys(machineRandomness));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('security M7: what must be readable inside the database is sealed', () => {
  const sealed = keys.seal('md5 key 通宝', 'row 1');

  it('opens for the row it was sealed for, and looks different each time', () => {
    expect(keys.open(sealed, 'row 1')).toBe('md5 key 通宝');
    expect(keys.seal('md5 key 通宝', 'row 1')).not.toBe(sealed);
    expect(sealed).not.toContain(Buffer.from('md5 key').toString('base64url').slice(0, 8));
  });

  it.each([
    ['another row', () => keys.open(sealed, 'row 2')],
    ['another installation', () => others.open(sealed, 'row 1')],
    [
      'a changed byte',
      () => keys.open(`${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`, 'row 1'),
    ],
    ['a cut text', () => keys.open(sealed.slice(0, 20), 'row 1')],
    ['a plain text', () => keys.open('0123456789abcdef0123456789abcdef', 'row 1')],
    ['a master key that is not here', () => keys.open(sealed.replace('sealed.1.', 'sealed.2.'), 'row 1')],
  ])('%s does not open', (_name, open) => expect(open).toThrow(/row [12]/));

  it('opens what a former master key sealed, and seals with the newest', async () => {
    const second = {
      purpose: 'master' as const,
      id: 2,
      secret: machineRandomness.bytes(32).toString('base64'),
    };
    const both = keysOf([...records, second]);
    expect(both.open(sealed, 'row 1')).toBe('md5 key 通宝');
    expect(both.seal('x', 'row 1')).toMatch(/^sealed\.2\./);
  });
});

describe('peppers', () => {
  it('key a hash, part by part', () => {
    expect(keys.pepper(1, 'a', 'bc')).toEqual(keys.pepper(1, 'a', 'bc'));
    expect(keys.pepper(1, 'a', 'bc')).not.toEqual(keys.pepper(1, 'ab', 'c'));
    expect(keys.pepper(1, 'a', 'bc')).not.toEqual(others.pepper(1, 'a', 'bc'));
    expect(() => keys.pepper(2, 'a')).toThrow('pepper key 2');
  });
});

describe('the key file', () => {
  it('is made for its owner alone, read again, and never written over', async () => {
    const file = path.join(folder, 'keys.json');
    expect(await readKeyFile(file)).toBeNull();
    await createKeyFile(file, records);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readKeyFile(file)).toEqual(records);
    await expect(createKeyFile(file, records)).rejects.toThrow('never written over');
    expect(await readFile(file, 'utf8')).toBe(formatKeys(records));
  });

  it.each([0o640, 0o604, 0o660, 0o644])('is refused with the mode %o', async (mode) => {
    const file = path.join(folder, `open-${mode}.json`);
    await writeFile(file, formatKeys(records));
    await chmod(file, mode);
    await expect(readKeyFile(file)).rejects.toThrow(`chmod 600 ${file}`);
  });

  it('is refused as a link', async () => {
    const link = path.join(folder, 'link.json');
    await symlink(path.join(folder, 'keys.json'), link);
    await expect(readKeyFile(link)).rejects.toThrow('not a plain file');
  });

  it.each([
    ['', 'is not JSON'],
    ['null', 'version 1'],
    ['{"version":2,"keys":[]}', 'version 1'],
    ['{"version":1}', 'no list of keys'],
    ['{"version":1,"keys":[{"purpose":"tea","id":1,"secret":"s"}]}', 'unknown purpose'],
    ['{"version":1,"keys":[{"purpose":"master","id":0,"secret":"s"}]}', 'master key without an id'],
    [
      '{"version":1,"keys":[{"purpose":"log","id":1,"secret":"s"},{"purpose":"log","id":1,"secret":"s"}]}',
      'two log',
    ],
  ])('%j is refused with what is wrong', (text, reason) => {
    expect(() => parseKeys(text, 'the file')).toThrow(reason);
  });

  it.each(records.map(({ purpose }) => purpose))(
    'without a %s key, or with a wrong one, there are no keys',
    (purpose) => {
      const rest = records.filter((key) => key.purpose !== purpose);
      expect(() => keysOf(rest)).toThrow(`no ${purpose} key`);
      const wrong = records.find(
        (key) => key.purpose === (purpose === 'gateway' ? 'log' : 'gateway'),
      )!.secret;
      expect(() => keysOf([...rest, { purpose, id: 1, secret: wrong }])).toThrow(
        `the ${purpose} key 1 is no`,
      );
    },
  );
});
