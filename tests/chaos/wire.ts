// The wire between the server and its PostgreSQL, which can fall silent as a network does when a host is lost without a
// word: connections stay open, what is sent is swallowed, and a connection that lost a byte never says anything again.
import { connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** Connections that have lost something so far. */
  readonly silenced: () => number;
  silence(on: boolean): void;
  close(): Promise<void>;
}

export async function startWire(target: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  let silenced = 0;

  function own(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  }

  function carry(client: Socket): void {
    const server = own(connect({ host: '127.0.0.1', port: target }));
    own(client);
    let isLost = false;
    const pass = (to: Socket) => (chunk: Buffer) => {
      if (isSilent && !isLost) {
        isLost = true;
        silenced++;
      }
      if (!isLost) to.write(chunk);
    };
    client.on('data', pass(server));
    server.on('data', pass(client));
    // An end is not heard on the other side either, once the connection is lost.
    client.on('close', () => isLost || server.destroy());
    server.on('close', () => isLost || client.destroy());
  }

  const listener = createServer(carry);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as { port: number }).port,
    silenced: () => silenced,
    silence(on) {
      isSilent = on;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
