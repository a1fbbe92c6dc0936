// Registries of people and cards: the connector by HTTP and the sandbox's own pass the kit, its TLS and token are what they
// seem, and the published document is the one that answers are held against.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { play, registryRows } from '@tongbao/connector-conformance';
import { createHttpRegistry, registryDocument } from '@tongbao/connector-identity';
import { expect, test } from 'vitest';
import { localCertificate } from '../../platform/src/sandbox/tls.ts';
import { startRegistry } from './registry.ts';
import { cardNumber, httpRegistryDriver, registryData, sandboxRegistryDriver } from './registry-driver.ts';

test.each(registryRows.map((row) => [row.name, row.title, row] as const))(
  'by HTTP, %s: %s',
  async (name, _title, row) => {
    const driver = await httpRegistryDriver();
    const result = await play(row, driver);
    await driver.close();
    expect(result).toMatchObject({ name, ok: true });
  },
);

test.each(registryRows.map((row) => [row.name, row.title, row] as const))(
  'the sandbox’s, %s: %s',
  async (name, _title, row) => {
    const driver = await sandboxRegistryDriver();
    const result = await play(row, driver);
    await driver.close();
    // It is always there, knows everybody, and its banks send no codes.
    const cannot = ['vague', 'unknown', 'lost', 'late', 'nonsense', 'code'].includes(name);
    expect(result).toMatchObject({ name, ok: cannot ? null : true, said: expect.any(String) });
  },
);

const [person] = registryData.people;
const question = { ...person!, requestId: 'REQUEST-1', cardNumber };

test('a registry is spoken to by TLS, whoever it says it is; plain only on this machine', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-registry-'));
  const made = await localCertificate(folder, new Date());
  await rm(folder, { recursive: true });
  const registry = await startRegistry({
    ...{ data: registryData, token: 'right' },
    tls: { key: made.key, cert: made.cert },
  });
  const of = { url: registry.url, token: async () => 'right', timeoutMs: 5_000 };
  const trusting = createHttpRegistry({ ...of, ca: made.cert });
  const strict = createHttpRegistry(of);
  expect(await trusting.checkCard(question)).toMatchObject({ outcome: 'match' });
  await expect(strict.checkCard(question)).rejects.toThrow(/SELF_SIGNED|certificate/i);
  trusting.close();
  strict.close();
  await registry.close();
  const at = (url: string) => () => createHttpRegistry({ ...of, url });
  expect(at('http://registry.example')).toThrow(/only this machine is spoken to without TLS/);
  expect(at('https://me:secret@registry.example')).toThrow(/carries credentials/);
  expect(at('registry')).toThrow(/no http\(s\) URL/);
});

test('the token is read for each request; a wrong one decides nothing', async () => {
  const registry = await startRegistry({ data: registryData, token: 'right' });
  let token = 'wrong';
  const connector = createHttpRegistry({ url: registry.url, token: async () => token, timeoutMs: 5_000 });
  await expect(connector.checkPerson(question)).rejects.toThrow(/status 401: our token is not right/);
  token = 'right';
  expect(await connector.checkPerson(question)).toMatchObject({ outcome: 'match' });
  expect(await connector.cardFace('999999')).toBeNull();
  connector.close();
  await registry.close();
});

test('a number with a slip, or a question of a wrong form, does not leave the house', async () => {
  const connector = createHttpRegistry({
    url: 'http://127.0.0.1:9',
    token: async () => 'right',
    timeoutMs: 5_000,
  });
  const slip = `${cardNumber.slice(0, -1)}${(Number(cardNumber.at(-1)) + 1) % 10}`;
  await expect(connector.checkCard({ ...question, cardNumber: slip })).rejects.toThrow(/slip in it/);
  await expect(connector.checkPerson({ ...question, residentId: '1' })).rejects.toThrow(/a form that/);
  connector.close();
});

test('the published document is made of what answers are held against', () => {
  const published = JSON.parse(
    readFileSync(new URL('../../docs/openapi/registry.json', import.meta.url), 'utf8'),
  );
  expect(published).toEqual(JSON.parse(JSON.stringify(registryDocument())));
});
