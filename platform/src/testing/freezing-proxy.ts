// A TCP proxy between a platform and its PostgreSQL that stops carrying bytes at a chosen message, as if the process had
// been stopped (SIGSTOP) or its network had gone silent: connections stay open, nothing comes through, nothing is refused.
import { connect, createServer, type Socket } from 'node:net';

export interface FreezingProxy {
  /** The database's URL through the proxy. */
  urlOf(url: string): string;
  /**
   * Freezes at the n-th message of the platform from now on: `whole` the message still arrives and its answer does not come
   * back; `half` only its first half arrives. Resolves when it is frozen.
   */
  freezeAt(message: number, part: 'whole' | 'half'): Promise<void>;
  /** Freezes at once. */
  freeze(): void;
  /** Takes back what `freezeAt` asked for, and carries everything that was held. */
  thaw(): void;
  /** Messages of the platform so far. */
  readonly messages: number;
  close(): Promise<void>;
}

interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
  /** Held while frozen. */
  held: Buffer[];
}

export async function startFreezingProxy(target: { host: string; port: number }): Promise<FreezingProxy> {
  const pipes = new Set<Pipe>();
  let messages = 0;
  let isFrozen = false;
  let armed: { message: number; part: 'whole' | 'half'; done: () => void } | null = null;

  function carry(pipe: Pipe, chunk: Buffer, isAsked: boolean): void {
    if (isFrozen) {
      pipe.held.push(chunk);
      return;
    }
    if (isAsked) messages += 1;
    if (!isAsked || armed === null || messages < armed.message) {
      pipe.to.write(chunk);
      return;
    }
    isFrozen = true;
    const arrives = armed.part === 'whole' ? chunk.length : chunk.length >> 1;
    if (arrives > 0) pipe.to.write(chunk.subarray(0, arrives));
    if (arrives < chunk.length) pipe.held.push(chunk.subarray(arrives));
    armed.done();
    armed = null;
  }

  function join(from: Socket, to: Socket, isAsked: boolean): void {
    const pipe: Pipe = { from, to, held: [] };
    pipes.add(pipe);
    from.on('data', (chunk: Buffer) => carry(pipe, chunk, isAsked));
    from.on('error', () => from.destroy());
    from.on('close', () => {
      pipes.delete(pipe);
      // A stopped process does not see that the other side has closed; the other side is not told either.
      if (!isFrozen) to.destroy();
    });
  }

  const listener = createServer((client) => {
    const server = connect(target);
    client.setNoDelay(true);
    server.setNoDelay(true);
    join(client, server, true);
    join(server, client, false);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  return {
    urlOf: (url) => {
      const own = new URL(url);
      own.host = `127.0.0.1:${port}`;
      return own.href;
    },
    freezeAt: (message, part) =>
      new Promise((done) => {
        armed = { message: messages + message, part, done };
      }),
    freeze() {
      isFrozen = true;
    },
    thaw() {
      armed = null;
      isFrozen = false;
      for (const pipe of pipes) {
        for (const chunk of pipe.held.splice(0)) pipe.to.write(chunk);
        // What has closed meanwhile is noticed now.
        if (pipe.to.destroyed || pipe.to.closed) pipe.from.destroy();
      }
    },
    get messages() {
      return messages;
    },
    async close() {
      for (const pipe of pipes) pipe.from.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
