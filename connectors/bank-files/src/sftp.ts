// A server over SFTP. It must show the host key that the operator has named; we show a key, never a password. One
// connection, opened when it is needed, given up after any failure; every question has an end.
import Client from 'ssh2-sftp-client';
import { type Listed, Missing, type Place } from './place.ts';

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** OpenSSH or PEM. */
  readonly privateKey: string;
  readonly passphrase?: string | undefined;
  /** As `ssh-keygen -l` prints it: SHA256:… without padding. */
  readonly hostKey: string;
  /** How long one question may take. */
  readonly timeoutMs: number;
  /** SHA-256 of bytes as base64 without padding: for the host's key. */
  readonly fingerprint: (key: Buffer) => string;
}

const connectMs = 20_000;

export function sftpPlace(server: SftpServer): Place {
  let connecting: Promise<Client> | null = null;

  /** A connection that has failed or ended is never used again. */
  function drop(former: Promise<Client> | null): void {
    if (former === null || connecting !== former) return;
    connecting = null;
    void former.then((client) => client.end()).catch(() => {});
  }

  function connected(): Promise<Client> {
    const mine: Promise<Client> = connecting ?? connect(server, () => drop(mine));
    connecting = mine;
    return mine;
  }

  async function ask<Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer> {
    const mine = connected();
    try {
      return await within(server.timeoutMs, mine.then(question));
    } catch (error) {
      if (isMissing(error)) throw new Missing((error as Error).message, { cause: error });
      drop(mine);
      throw new Error(`${server.host}: ${(error as Error).message}`, { cause: error });
    }
  }

  return {
    async list(folder) {
      const entries = await ask((client) => client.list(folder));
      const files = entries.filter((entry) => entry.type === '-');
      return files
        .map(({ name, size, modifyTime }): Listed => ({ name, size, changed: modifyTime }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    read: async (path) => (await ask((client) => client.get(path))) as Buffer,
    write: async (path, bytes) => void (await ask((client) => client.put(Buffer.from(bytes), path))),
    move: async (from, to) => void (await ask((client) => moved(client, from, to))),
    remove: async (path) => void (await ask((client) => client.delete(path, true))),
    async close() {
      const open = connecting;
      connecting = null;
      await open?.then((client) => client.end()).catch(() => {});
    },
  };
}

async function connect(server: SftpServer, onEnd: () => void): Promise<Client> {
  // A connection that ends by itself is opened again at the next question.
  const client = new Client('tongbao', { end: onEnd, close: onEnd, error: onEnd });
  const { host, port, user: username, privateKey, passphrase } = server;
  let shown = '';
  try {
    await client.connect({
      ...{ host, port, username, privateKey },
      ...(passphrase === undefined ? {} : { passphrase }),
      readyTimeout: connectMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer) => {
        shown = `SHA256:${server.fingerprint(key)}`;
        return shown === server.hostKey;
      },
    });
  } catch (error) {
    if (shown !== '' && shown !== server.hostKey)
      throw new Error(`the server shows the host key ${shown}, not ${server.hostKey}`, { cause: error });
    throw error;
  }
  // Each question is one small packet: held back for more of them, it would take 40 ms.
  (client as unknown as { client: { setNoDelay(on: boolean): void } }).client.setNoDelay(true);
  return client;
}

/** OpenSSH's own rename is atomic; where a server does not have it, the protocol's. */
const moved = async (client: Client, from: string, to: string): Promise<unknown> => {
  try {
    return await client.posixRename(from, to);
  } catch (error) {
    if (!/does not support/i.test((error as Error).message)) throw error;
    return client.rename(from, to);
  }
};

const isMissing = (error: unknown): boolean => {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  return code === 2 || code === 'ENOENT' || /no such file/i.test(message);
};

async function within<Answer>(ms: number, asked: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} seconds`)), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
