// The classic gateway's settings: what is usual, what can be chosen, what is refused; and that each protocol keeps its
// own timetable of retries.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sandboxConfig, serveConfig } from './config.ts';
import { nextAttemptAt, retryGapsMs } from './notifications/notification.ts';

const classicOf = (environment: Record<string, string> = {}) => sandboxConfig({}, environment).classic;
const minutes = (gaps: readonly number[]) => gaps.map((gap) => gap / 60_000);

describe('the classic gateway’s choices', () => {
  test('usual', () => {
    expect(classicOf()).toEqual({
      queriedFee: 'payer',
      barAtLineEnd: false,
      notifyIdMs: 60_000,
      rateFilesPerDay: 100,
      refundPauseMs: 0,
      retryGapsMs: [2, 10, 10, 60, 120, 360, 900].map((gap) => gap * 60_000),
    });
  });

  test('otherwise, in a sandbox and in production', () => {
    const environment = {
      DATABASE_URL: 'postgres://x',
      TONGBAO_PUBLIC_URL: 'https://pay.example',
      TONGBAO_KEYS: '{}',
      TONGBAO_CLASSIC_QUERIED_FEE: 'order',
      TONGBAO_CLASSIC_RATE_BAR: 'yes',
      TONGBAO_CLASSIC_NOTIFY_ID_SECONDS: '90',
      TONGBAO_CLASSIC_RATE_FILES: '7',
      TONGBAO_CLASSIC_REFUND_PAUSE_SECONDS: '3',
      TONGBAO_CLASSIC_RETRY_MINUTES: '4,10,10,60,120,360,900',
    };
    const chosen = classicOf(environment);
    expect(chosen).toMatchObject({
      queriedFee: 'order',
      barAtLineEnd: true,
      notifyIdMs: 90_000,
      rateFilesPerDay: 7,
      refundPauseMs: 3_000,
    });
    expect(minutes(chosen.retryGapsMs)).toEqual([4, 10, 10, 60, 120, 360, 900]);
    expect(serveConfig({}, environment).classic).toEqual(chosen);
  });

  test.each([
    ['TONGBAO_CLASSIC_QUERIED_FEE', 'both'],
    ['TONGBAO_CLASSIC_RATE_BAR', 'true'],
    ['TONGBAO_CLASSIC_NOTIFY_ID_SECONDS', '0'],
    ['TONGBAO_CLASSIC_RATE_FILES', '1e3'],
    ['TONGBAO_CLASSIC_RETRY_MINUTES', '2,,10'],
    ['TONGBAO_CLASSIC_RETRY_MINUTES', Array.from({ length: 20 }, () => '1').join(',')],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => classicOf({ [name]: value })).toThrow(name);
  });
});

describe('the first day of a fresh world', () => {
  test('is in the spring of 2014 unless it is said, at ten in the morning in Shanghai', () => {
    expect(sandboxConfig({}, {}).worldBegins.toISOString()).toBe('2014-04-28T02:00:00.000Z');
    const begins = sandboxConfig({ startDate: '2016-02-29' }, {}).worldBegins;
    expect(begins.toISOString()).toBe('2016-02-29T02:00:00.000Z');
  });
  test.each(['2010-12-31', '2015-02-29', '2014-4-28', 'today', '', '2014-04-28T10:00', '9999-01-01'])(
    '%j is refused in one line',
    (startDate) => {
      expect(() => sandboxConfig({ startDate }, {})).toThrow(
        /^--start-date must be a day from 2011-01-01 on/,
      );
    },
  );
});

test('each protocol’s timetable: eight attempts in 24 hours 22 minutes, unless the classic one is set otherwise', () => {
  const attempts = (gaps?: readonly number[]) => {
    const times = [new Date('2014-11-11T02:00:00Z')];
    for (let number = 1; number < 50; number += 1) {
      const next = nextAttemptAt(number, times.at(-1)!, gaps);
      if (next === null) break;
      times.push(next);
    }
    return times.map((time) => (time.getTime() - times[0]!.getTime()) / 60_000);
  };
  const usual = [0, 2, 12, 22, 82, 202, 562, 1462];
  expect(attempts()).toEqual(usual);
  expect(attempts(classicOf().retryGapsMs)).toEqual(usual);
  expect(
    attempts(classicOf({ TONGBAO_CLASSIC_RETRY_MINUTES: '4,10,15,60,120,360,900' }).retryGapsMs),
  ).toEqual([0, 4, 14, 29, 89, 209, 569, 1469]);
  expect(minutes(retryGapsMs)).toEqual([2, 10, 10, 60, 120, 360, 900]);
});

describe('a settlement bank that is spoken to by files', () => {
  const usual = {
    DATABASE_URL: 'postgres://x',
    TONGBAO_PUBLIC_URL: 'https://pay.example',
    TONGBAO_KEYS: '{}',
    TONGBAO_BANK_FILES: 'sftp://tongbao@sftp.bank.example/home/tongbao/',
    TONGBAO_BANK_SSH_KEY_FILE: '/etc/tongbao/bank_key',
    TONGBAO_BANK_HOST_KEY: `SHA256:${'a'.repeat(43)}`,
    TONGBAO_BANK_ACCOUNTS: 'GBP=TBSBHKHH/9000GBP0001, KRW=TBSBHKHHXXX/9000KRW0001/pain.001.001.03',
  };
  const of = (changes: Record<string, string | undefined>) =>
    serveConfig({}, { ...usual, ...changes }).bankFiles;

  test('over SFTP', () => {
    expect(of({ TONGBAO_BANK_POLL_SECONDS: '90' })).toEqual({
      place: {
        ...{ kind: 'sftp', host: 'sftp.bank.example', port: 22, user: 'tongbao', passphrase: undefined },
        ...{ keyFile: '/etc/tongbao/bank_key', hostKey: usual.TONGBAO_BANK_HOST_KEY },
      },
      folders: { out: '/home/tongbao/out', in: '/home/tongbao/in', done: '/home/tongbao/done' },
      accounts: new Map([
        ['GBP', { bic: 'TBSBHKHH', number: '9000GBP0001', initiation: 'pain.001.001.09' }],
        ['KRW', { bic: 'TBSBHKHHXXX', number: '9000KRW0001', initiation: 'pain.001.001.03' }],
      ]),
      pollMs: 90_000,
    });
  });

  test('every setting stands in the guide', () => {
    const here = path.dirname(fileURLToPath(import.meta.url));
    const names = readFileSync(path.join(here, 'bank-files-config.ts'), 'utf8').match(
      /TONGBAO_BANK_[A-Z_]+/g,
    );
    const guide = readFileSync(path.join(here, '../../docs/guides/serve.md'), 'utf8');
    for (const name of new Set(names)) expect(guide).toContain(`\`${name}`);
  });

  test('in a folder, with folders of the bank’s own; none at all', () => {
    const folder = of({
      TONGBAO_BANK_FILES: 'file:///srv/bank',
      TONGBAO_BANK_FOLDERS: 'to bank, /mnt/from, -',
    });
    expect(folder).toMatchObject({
      place: { kind: 'folder' },
      folders: { out: '/srv/bank/to bank', in: '/mnt/from', done: null },
    });
    expect(of({ TONGBAO_BANK_FILES: undefined })).toBeNull();
  });

  test.each([
    ['TONGBAO_BANK_FILES', 'ftp://bank/x'],
    ['TONGBAO_BANK_FILES', 'sftp://tongbao:secret@bank/x'],
    ['TONGBAO_BANK_FILES', 'sftp://bank/x'],
    ['TONGBAO_BANK_FILES', 'file://host/x'],
    ['TONGBAO_BANK_SSH_KEY_FILE', undefined],
    ['TONGBAO_BANK_HOST_KEY', undefined],
    ['TONGBAO_BANK_HOST_KEY', 'MD5:00:11'],
    ['TONGBAO_BANK_FOLDERS', 'out,in'],
    ['TONGBAO_BANK_FOLDERS', 'out,out,done'],
    ['TONGBAO_BANK_FOLDERS', 'out,../in,done'],
    ['TONGBAO_BANK_FOLDERS', '-,in,done'],
    ['TONGBAO_BANK_ACCOUNTS', undefined],
    ['TONGBAO_BANK_ACCOUNTS', 'XQX=TBSBHKHH/9000'],
    ['TONGBAO_BANK_ACCOUNTS', 'GBP=TBSBHKHH/9000/pain.001.001.12'],
    ['TONGBAO_BANK_ACCOUNTS', 'GBP=TBSBHKHH/9000,GBP=TBSBHKHH/9001'],
    ['TONGBAO_BANK_POLL_SECONDS', '0'],
  ])('%s=%s is refused by name, without the password', (name, value) => {
    expect(() => of({ [name]: value })).toThrow(name);
    expect(() => of({ [name]: value })).not.toThrow('secret');
  });
});

describe('a registry of people and cards', () => {
  const usual = {
    DATABASE_URL: 'postgres://x',
    TONGBAO_PUBLIC_URL: 'https://pay.example',
    TONGBAO_KEYS: '{}',
    TONGBAO_REGISTRY_URL: 'https://registry.example/tongbao',
    TONGBAO_REGISTRY_TOKEN_FILE: '/etc/tongbao/registry-token',
  };
  const of = (changes: Record<string, string | undefined>) =>
    serveConfig({}, { ...usual, ...changes }).registry;

  test('by HTTPS with a token, or none at all', () => {
    expect(of({ TONGBAO_REGISTRY_CA_FILE: '/etc/tongbao/ca.pem' })).toEqual({
      url: 'https://registry.example/tongbao',
      tokenFile: '/etc/tongbao/registry-token',
      caFile: '/etc/tongbao/ca.pem',
    });
    expect(of({ TONGBAO_REGISTRY_URL: 'http://127.0.0.1:9000' })).toMatchObject({ caFile: null });
    expect(of({ TONGBAO_REGISTRY_URL: undefined })).toBeNull();
  });

  test.each([
    ['TONGBAO_REGISTRY_URL', 'http://registry.example'],
    ['TONGBAO_REGISTRY_URL', 'https://me:secret@registry.example'],
    ['TONGBAO_REGISTRY_URL', 'registry.example'],
    ['TONGBAO_REGISTRY_URL', 'https://registry.example/?x=1'],
    ['TONGBAO_REGISTRY_TOKEN_FILE', undefined],
  ])('%s that is %s is refused in one line that names it', (name, value) => {
    expect(() => of({ [name]: value })).toThrow(new RegExp(`^${name} [^\\n]+$`));
  });
});
