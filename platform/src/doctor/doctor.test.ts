// What the doctor makes of what it finds: each rule from both sides, and probes that only an installation's own keys make.
import { expect, test } from 'vitest';
import { keysOf, machineRandomness } from '../system/index.ts';
import { testKeyRecords } from '../testing/keys.ts';
import { skewFinding } from './clocks.ts';
import { roomFinding } from './disk.ts';
import type { Finding } from './finding.ts';
import { sizeText, spanText } from './finding.ts';
import { keyFindings } from './key-findings.ts';
import { sessionFindings } from './limits.ts';
import { durability, serverFindings, speed } from './postgres.ts';
import type { RoleFacts, ServerFacts } from './postgres-store.ts';
import { isProbe, probeToken } from './probe.ts';
import { readSeen, seenFindings } from './proxy.ts';
import { ownerFinding, servingFindings } from './roles.ts';

const said = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, verdict }) => [check.split('.')[1], verdict]));
const settings = (values: Record<string, string>) =>
  new Map(Object.entries(values).map(([name, setting]) => [name, { setting }]));

test('PostgreSQL: its version, whether it is the primary, what it is reached over', () => {
  const good: ServerFacts = {
    ...{ version: '17.2', number: 170_002, recovers: false, size: 1n, replicas: 1, here: false },
    encrypted: true,
  };
  expect(said(serverFindings(good))).toEqual({
    ...{ version: 'ok', primary: 'ok', replica: 'ok', encryption: 'ok' },
  });
  expect(
    said(serverFindings({ ...good, number: 159_999, recovers: true, replicas: 0, encrypted: false })),
  ).toEqual({
    ...{ version: 'fail', primary: 'fail', replica: 'warn', encryption: 'warn' },
  });
  expect(said(serverFindings({ ...good, number: 160_000, here: true, encrypted: false }))).toMatchObject({
    ...{ version: 'ok', encryption: 'ok' },
  });
});

test('durability that is off fails, slowness only warns', () => {
  const on = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' };
  expect(said(durability(settings({ ...on, data_checksums: 'on' })))).toEqual({
    ...{
      fsync: 'ok',
      synchronous_commit: 'ok',
      full_page_writes: 'ok',
      autovacuum: 'ok',
      data_checksums: 'ok',
    },
  });
  for (const name of Object.keys(on))
    expect(said(durability(settings({ ...on, [name]: 'off' })))).toMatchObject({
      ...{ [name]: 'fail', data_checksums: 'warn' },
    });
  expect(said(durability(settings({ ...on, synchronous_commit: 'remote_apply' })))).toMatchObject({
    synchronous_commit: 'ok',
  });
  const quick = { max_wal_size: '8192', checkpoint_timeout: '1200', shared_buffers: '16385' };
  expect(said(speed(settings({ ...quick, wal_compression: 'lz4' })))).toEqual({
    ...{ max_wal_size: 'ok', checkpoint_timeout: 'ok', shared_buffers: 'ok', wal_compression: 'ok' },
  });
  expect(
    said(
      speed(
        settings({
          ...{ max_wal_size: '8191', checkpoint_timeout: '1199', shared_buffers: '16384' },
          wal_compression: 'pglz',
        }),
      ),
    ),
  ).toEqual({
    ...{ max_wal_size: 'warn', checkpoint_timeout: 'warn', shared_buffers: 'warn', wal_compression: 'warn' },
  });
});

test('the role that serves owns nothing and may do nothing else', () => {
  const good: RoleFacts = {
    ...{ name: 'server', super: false, makes_roles: false, makes_databases: false, replicates: false },
    ...{ bypasses: false, owned: 0, unreadable: 0, makes_tables: false },
  };
  expect(said(servingFindings(good))).toEqual({ serving: 'ok', 'owns-nothing': 'ok', rights: 'ok' });
  for (const power of ['super', 'makes_roles', 'makes_databases', 'replicates', 'bypasses', 'makes_tables'])
    expect(said(servingFindings({ ...good, [power]: true })).serving).toBe('fail');
  expect(said(servingFindings({ ...good, owned: 1, unreadable: 1 }))).toMatchObject({
    ...{ 'owns-nothing': 'fail', rights: 'fail' },
  });
  expect(ownerFinding({ name: 'owner', super: false }, 'server').verdict).toBe('ok');
  expect(ownerFinding({ name: 'owner', super: true }, 'server').verdict).toBe('warn');
  expect(ownerFinding({ name: 'server', super: false }, 'server').verdict).toBe('fail');
  expect(ownerFinding(null, 'server').verdict).toBe('fail');
});

test('sessions that a pooler mixes, and limits that somebody overrides', () => {
  const limits = { lock_timeout: '7000', transaction_timeout: '20000' };
  const kept = (pid: number, lock = '7000') => ({ pid, settings: { lock_timeout: lock } });
  expect(said(sessionFindings([[kept(1), kept(1)], [kept(2)]], limits))).toEqual({
    ...{ sessions: 'ok', timeouts: 'ok' },
  });
  expect(said(sessionFindings([[kept(1), kept(2)], [kept(3)]], limits)).sessions).toBe('fail');
  expect(said(sessionFindings([[kept(1)], [kept(1)]], limits)).sessions).toBe('fail');
  expect(sessionFindings([[kept(1, '0')]], limits)[1]).toMatchObject({
    ...{ verdict: 'fail', found: 'lock_timeout is 0 ms, not 7000' },
  });
});

test('a clock is off by what lies outside the span of the question', () => {
  const at = (theirs: number) => skewFinding('clocks.database', theirs, [1_000_000, 1_000_900]);
  expect(at(1_000_500)).toMatchObject({ verdict: 'ok', found: 'no difference' });
  expect(at(1_002_900).verdict).toBe('ok');
  expect(at(1_002_901).verdict).toBe('warn');
  expect(at(997_999).verdict).toBe('warn');
  expect(at(940_000).verdict).toBe('warn');
  expect(at(939_999)).toMatchObject({ verdict: 'fail', found: '60.0 s off' });
});

test('what the proxy made of a probe', () => {
  const seen = {
    ...{ caller: '198.51.100.1', isForwarded: true, forwards: 2, host: 'pay.example', path: '/p' },
    at: '2026-01-01T00:00:00Z',
  };
  const about = { config: { publicUrl: 'https://pay.example' }, path: '/p' };
  expect(said(seenFindings(seen, about))).toEqual({ 'forwarded-for': 'ok', host: 'ok', path: 'ok' });
  expect(said(seenFindings({ ...seen, host: '127.0.0.1:8080', path: '/P' }, about))).toMatchObject({
    ...{ host: 'fail', path: 'fail' },
  });
  expect(said(seenFindings({ ...seen, caller: '203.0.113.77' }, about))['forwarded-for']).toBe('fail');
  expect(said(seenFindings({ ...seen, isForwarded: false }, about))['forwarded-for']).toBe('warn');
  expect(seenFindings({ ...seen, isForwarded: false, forwards: 0 }, about)[0]!.found).toBe(
    'the proxy takes it out',
  );
  expect(readSeen(JSON.stringify(seen))).toEqual(seen);
  for (const text of ['', 'null', '{}', JSON.stringify({ ...seen, forwards: '2' })])
    expect(readSeen(text)).toBeNull();
});

test('a probe counts for a minute, and only with this installation’s keys', () => {
  const keys = keysOf(testKeyRecords);
  const now = new Date('2026-01-01T00:00:00Z');
  const later = (ms: number) => new Date(now.getTime() + ms);
  const token = probeToken(keys, now);
  expect(isProbe(keys, token, now)).toBe(true);
  expect(isProbe(keys, token, later(120_000))).toBe(true);
  expect(isProbe(keys, token, later(120_001))).toBe(false);
  expect(isProbe(keys, token, later(-60_001))).toBe(false);
  const [id, until, mac] = token.split('.') as [string, string, string];
  for (const other of ['', `${id}.${until}`, `9.${until}.${mac}`, `${id}.${BigInt(until) + 1n}.${mac}`])
    expect(isProbe(keys, other, now)).toBe(false);
  const secret = machineRandomness.bytes(32).toString('base64');
  const others = testKeyRecords.map((key) => (key.purpose === 'pepper' ? { ...key, secret } : key));
  expect(isProbe(keysOf(others), token, now)).toBe(false);
});

test('keys: which is used, since when, what comes', () => {
  const now = new Date('2026-06-01T00:00:00Z');
  const coming = { purpose: 'cashier', id: 3, secret: '', from: '2026-06-02T00:00:00Z' } as const;
  const used = { purpose: 'cashier', id: 2, secret: '', from: '2026-05-31T00:00:00Z' } as const;
  const former = { purpose: 'cashier', id: 1, secret: '' } as const;
  const found = keyFindings([former, used, coming], now);
  expect(found.find(({ check }) => check === 'keys.cashier')).toMatchObject({
    ...{ verdict: 'ok', found: '2 is used, since 24 h, 1 former, 3 from 2026-06-02T00:00:00Z on' },
  });
  expect(found.find(({ check }) => check === 'keys.log')).toMatchObject({ verdict: 'warn' });
  const old = keyFindings([{ ...used, from: '2024-05-31T00:00:00Z' }], now);
  expect(old.find(({ check }) => check === 'keys.cashier')!.verdict).toBe('warn');
});

test('room on a disk, and words for spans and sizes', () => {
  expect(roomFinding('disk.keys', '/k', 3n * 1024n ** 3n).verdict).toBe('ok');
  expect(roomFinding('disk.keys', '/k', 1024n ** 3n).verdict).toBe('warn');
  expect(roomFinding('disk.keys', '/k', 1024n ** 2n).verdict).toBe('fail');
  expect([119_000, 120_000, 7_200_000, 86_400_000 * 2].map(spanText)).toEqual([
    '119 s',
    '2 min',
    '2 h',
    '2 days',
  ]);
  expect([10_239n, 10_240n, 20n * 1024n ** 3n].map(sizeText)).toEqual(['10239 bytes', '10 KiB', '20 GiB']);
});
