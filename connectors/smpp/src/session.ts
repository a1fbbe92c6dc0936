// One session with the message centre: bound before anything else is asked, so many questions under way at once, watched while it
// is quiet. It is opened when it is needed and given up after any failure; every question has an end.
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Bind, bindBody, commands, isResponse, type Pdu, readPdu, writePdu } from './pdu.ts';
import { nameOf, statuses } from './status.ts';
import { createWindow } from './window.ts';

export interface SessionParts extends Bind {
  readonly host: string;
  readonly port: number;
  /** Null: not over TLS. `ca`: PEM that the certificate is held against besides the machine's. */
  readonly tls: { readonly ca?: string } | null;
  /** How long one question may take, and how long a connection. */
  readonly timeoutMs: number;
  /** Questions under way at once. */
  readonly window: number;
  /** How often a quiet session is asked whether it is there. */
  readonly enquireMs: number;
  /** Takes a message from the centre. Throws for one that cannot be read. */
  readonly onDeliver: (body: Buffer) => void;
}

/** The centre, or the way to it, is not there: what was to be asked has not been asked. */
export class NotAsked extends Error {}

export interface Session {
  /** The answer to a question. Throws NotAsked when it cannot have gone, else when there is none: then nobody knows. */
  ask(command: number, body: Buffer): Promise<Pdu>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: Pdu) => void;
  readonly reject: (error: Error) => void;
}

interface Open {
  readonly socket: Socket;
  readonly waiting: Map<number, Waiting>;
  sequence: number;
  pulse?: NodeJS.Timeout;
}

const maxSequence = 0x7fffffff;

export function createSession(parts: SessionParts): Session {
  let opening: Promise<Open> | null = null;
  let open: Open | null = null;
  let closed = false;
  const window = createWindow({
    ...{ size: parts.window, timeoutMs: parts.timeoutMs },
    tooLate: () => new NotAsked('the window is full'),
  });
  const exchange = (of: Open, command: number, body: Buffer): Promise<Pdu> =>
    question(of, { command, body, timeoutMs: parts.timeoutMs, onSilent: (error) => drop(of, error) });

  function drop(of: Open, error: Error): void {
    of.socket.destroy();
    clearInterval(of.pulse);
    if (open === of) {
      open = null;
      opening = null;
    }
    for (const each of [...of.waiting.values()]) each.reject(error);
  }

  function opened(): Promise<Open> {
    if (closed) return Promise.reject(new NotAsked('the session was closed'));
    opening ??= connect().catch((error: Error) => {
      opening = null;
      throw error instanceof NotAsked ? error : new NotAsked(error.message, { cause: error });
    });
    return opening;
  }

  async function connect(): Promise<Open> {
    const mine: Open = { socket: await dial(parts), waiting: new Map(), sequence: 0 };
    listen(mine, parts, (error) => drop(mine, error));
    const answer = await exchange(mine, commands.bindTransceiver, bindBody(parts)).catch((error: Error) => {
      drop(mine, error);
      throw error;
    });
    if (answer.status !== statuses.ok) {
      const error = new NotAsked(nameOf(answer.status));
      drop(mine, error);
      throw error;
    }
    // It may have ended with the very answer.
    if (mine.socket.destroyed) throw new NotAsked('the message centre has ended the connection');
    open = mine;
    mine.pulse = setInterval(() => {
      exchange(mine, commands.enquireLink, Buffer.alloc(0)).catch((error: Error) => drop(mine, error));
    }, parts.enquireMs).unref();
    return mine;
  }

  return {
    ask: (command, body) => window.run(async () => exchange(await opened(), command, body)),
    async close() {
      closed = true;
      const of = open;
      if (of === null) return;
      await exchange(of, commands.unbind, Buffer.alloc(0)).catch(() => undefined);
      drop(of, new Error('the session was closed'));
    },
  };
}

/** Asks, and waits for the answer with its number. Where nothing at all has come in time, the connection itself is in doubt. */
function question(
  of: Open,
  asked: { command: number; body: Buffer; timeoutMs: number; onSilent: (error: Error) => void },
): Promise<Pdu> {
  // A number is used again after two thousand million others: an answer that is late answers nobody.
  of.sequence = of.sequence === maxSequence ? 1 : of.sequence + 1;
  const { sequence, socket, waiting } = of;
  const heard = socket.bytesRead;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new Error(`the message centre has not answered within ${asked.timeoutMs} ms`);
      settle(() => reject(error));
      if (socket.bytesRead === heard) asked.onSilent(error);
    }, asked.timeoutMs);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      waiting.delete(sequence);
      then();
    };
    waiting.set(sequence, {
      resolve: (answer) => settle(() => resolve(answer)),
      reject: (error) => settle(() => reject(error)),
    });
    socket.write(writePdu({ command: asked.command, status: 0, sequence, body: asked.body }));
  });
}

function dial({ host, port, tls, timeoutMs }: SessionParts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      tls === null
        ? connectTcp({ host, port, noDelay: true, keepAlive: true })
        : connectTls({ host, port, servername: host, minVersion: 'TLSv1.2', ...tls });
    const failed = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new NotAsked(`the message centre at ${host}:${port} cannot be reached: ${error.message}`));
    };
    const timer = setTimeout(() => failed(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.once('error', failed);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** Takes the stream apart, answers what the centre asks, and gives each answer to who waits for it. */
function listen(of: Open, parts: SessionParts, onEnd: (error: Error) => void): void {
  const { socket, waiting } = of;
  let rest: Buffer = Buffer.alloc(0);
  const reply = (to: Pdu, command: number, body = Buffer.alloc(0)): void =>
    void socket.write(writePdu({ command, status: 0, sequence: to.sequence, body }));

  function take(pdu: Pdu): void {
    if (isResponse(pdu.command)) waiting.get(pdu.sequence)?.resolve(pdu);
    else if (pdu.command === commands.enquireLink) reply(pdu, commands.enquireLinkResp);
    else if (pdu.command === commands.deliverSm) {
      parts.onDeliver(pdu.body);
      reply(pdu, commands.deliverSmResp, Buffer.from([0]));
    } else if (pdu.command === commands.unbind) {
      reply(pdu, commands.unbindResp);
      socket.end();
      onEnd(new Error('the message centre has ended the session'));
    } else {
      const unknownCommand = 3;
      socket.write(
        writePdu({
          command: commands.genericNack,
          status: unknownCommand,
          sequence: pdu.sequence,
          body: Buffer.alloc(0),
        }),
      );
    }
  }

  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    try {
      for (let read = readPdu(rest); read !== null; read = readPdu(rest)) {
        rest = rest.subarray(read.length);
        take(read.pdu);
      }
    } catch (error) {
      onEnd(new Error(`the message centre is not understood: ${(error as Error).message}`));
    }
  });
  socket.on('error', (error) => onEnd(error));
  socket.on('close', () => onEnd(new Error('the message centre has ended the connection')));
}
