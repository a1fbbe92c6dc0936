// The secrets outside the database: sealing, peppers, and the file they lie in.
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeKeyFile,
  completeKeys,
  createKeyFile,
  formatKeys,
  type Keys,
  keyPurposes,
  keysOf,
  machineRandomness,
  nextKey,
  parseKeys,
  readKeyFile,
  StillClock,
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

describe('rotation', () => {
  const now = new Date('2014-11-11T02:00:00Z');

  it.each(keyPurposes)(
    'a further %s key makes nothing before its time, and is known at once',
    async (purpose) => {
      const ring = keysOf(records, new StillClock(now));
      const from = new Date(now.getTime() + 1_000);
      const next = await nextKey(machineRandomness, records, { purpose, from });
      expect(next).toMatchObject({ purpose, id: 2, from: from.toISOString() });
      const [before, after] = [
        keysOf([...records, next], new StillClock(now)),
        keysOf([...records, next], new StillClock(from)),
      ];
      const present = (of: Keys): unknown =>
        ({
          master: of.seal('x', 'y').split('.')[1],
          pepper: of.pepperId,
          cashier: of.cashier.present.toString('hex'),
          identity: of.identity.present.toString('hex'),
          gateway: [of.gateway.version, of.gateway.publicKey],
          log: of.log.present.export({ format: 'der', type: 'pkcs8' }).toString('hex'),
        })[purpose];
      expect(present(before)).toEqual(purpose === 'master' ? '1' : present(ring));
      expect(present(after)).not.toEqual(present(ring));
      // What the new one makes, a process whose clock is behind takes; and the other way round.
      for (const [maker, reader] of [
        [before, after],
        [after, before],
      ] as const) {
        expect(reader.open(maker.seal('x', 'y'), 'y')).toBe('x');
        expect(reader.pepper(maker.pepperId, 'x')).toEqual(maker.pepper(maker.pepperId, 'x'));
        for (const secret of ['cashier', 'identity'] as const)
          expect(reader[secret].known.map(String)).toContain(String(maker[secret].present));
      }
      // Whoever holds the object has the new key without asking for it again; a wrong one changes nothing.
      const { gateway, cashier } = ring;
      ring.renew([...records, { ...next, from: now.toISOString() }]);
      expect(present(ring)).toEqual(purpose === 'master' ? '2' : present(after));
      expect(() => ring.renew(records.slice(1))).toThrow('there is no');
      expect([gateway.version, cashier.known.length]).toEqual([
        purpose === 'gateway' ? 2 : 1,
        purpose === 'cashier' ? 2 : 1,
      ]);
    },
  );
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

  it('is changed whole or not at all, one change at a time, and stays its owner’s', async () => {
    const file = path.join(folder, 'changed.json');
    await createKeyFile(file, records);
    const from = new Date('2014-11-11T02:00:00Z');
    const next = await nextKey(machineRandomness, records, { purpose: 'cashier', from });
    await changeKeyFile(file, async (found) => {
      await expect(changeKeyFile(file, async (keys) => keys)).rejects.toThrow(
        'another change of the keys is under way',
      );
      return [...found, next];
    });
    expect(await readKeyFile(file)).toEqual([...records, next]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(
      changeKeyFile(file, async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await readKeyFile(file)).toEqual([...records, next]);
    expect((await readdir(folder)).filter((name) => name.startsWith('changed'))).toEqual(['changed.json']);
    await expect(changeKeyFile(path.join(folder, 'none.json'), async (keys) => keys)).rejects.toThrow(
      'no key file',
    );
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
      '{"version":1,"keys":[{"purpose":"log","id":1,"secret":"s","from":"soon"}]}',
      'log key 1 that is used from no instant',
    ],
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
