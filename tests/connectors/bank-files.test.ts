// The connector for bank files against the conformance kit: in a folder, and over SFTP with a real OpenSSH server.
import { play, settlementRows } from '@tongbao/connector-conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bankFilesDriver } from './bank-files-driver.ts';
import { isSkipped, openSshd, type Sshd } from './sshd.ts';

async function plays(name: string, server: Sshd | null): Promise<void> {
  const driver = await bankFilesDriver(server);
  try {
    const row = settlementRows.find((each) => each.name === name)!;
    expect(await play(row, driver)).toMatchObject({ name, ok: true });
  } finally {
    await driver.close();
  }
}

describe('in a folder', () => {
  test.each(settlementRows.map(({ name, title }) => [name, title]))('%s: %s', (name) => plays(name, null));
});

describe.skipIf(isSkipped)('over SFTP', () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await openSshd();
  });
  afterAll(() => server?.close());
  test.each(settlementRows.map(({ name, title }) => [name, title]))('%s: %s', (name) => plays(name, server));
});
