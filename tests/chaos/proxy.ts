// A TCP proxy with bad manners: it cuts connections in the middle, delays bytes, and sends requests a second time.
import { connect, createServer, type Socket } from 'node:net';

export interface BadProxy {
  readonly port: number;
  readonly counts: { cut: number; delayed: number; duplicated: number };
  /** Of a hundred requests: how many are cut, delayed, duplicated. */
  set(percent: { cut: number; delay: number; duplicate: number }): void;
  close(): Promise<void>;
}

const longestDelayMs = 800;

export async function startProxy(target: () => number): Promise<BadProxy> {
  let percent = { cut: 0, delay: 0, duplicate: 0 };
  const counts = { cut: 0, delayed: 0, duplicated: 0 };
  const sockets = new Set<Socket>();
  const happens = (hundredth: number) => Math.random() * 100 < hundredth;
  const upstream = () => connect({ host: '127.0.0.1', port: target() });

  function own(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  }

  /** The same bytes over a connection of their own, whose answer nobody reads. */
  function sendTwin(chunk: string | Buffer): void {
    counts.duplicated++;
    const twin = own(upstream());
    twin.resume();
    twin.write(chunk);
    setTimeout(() => twin.destroy(), 5_000).unref();
  }

  function carry(client: Socket): void {
    own(client);
    const server = own(upstream());
    let isCut = false;
    // A connection is used for many requests: each is treated badly, or not, for itself.
    client.on('data', (chunk) => {
      isCut = happens(percent.cut);
      if (happens(percent.duplicate)) sendTwin(chunk);
      const waits = happens(percent.delay) ? Math.random() * longestDelayMs : 0;
      if (waits > 0) counts.delayed++;
      setTimeout(() => server.write(chunk), waits);
    });
    server.on('data', (chunk) => {
      if (!isCut) return void client.write(chunk);
      // The answer is lost after the work was done: the worst moment.
      counts.cut++;
      client.destroy();
      server.destroy();
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  const listener = createServer(carry);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as { port: number }).port,
    counts,
    set(next) {
      percent = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
