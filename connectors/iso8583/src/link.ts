// One connection to the switch: two bytes of length before each message, signed on before anything else is asked, many
// questions under way at once. It is opened when it is needed and given up after any failure; every question has an end.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { answerType, type IsoMessage, readMessage, writeMessage } from './message.ts';

export interface Tls {
  /** PEM of who signs the switch's certificate; absent: the public ones. */
  readonly ca?: string | undefined;
}

export interface LinkParts {
  readonly host: string;
  readonly port: number;
  readonly tls: Tls | null;
  /** How long one question may take, and how long a connection. */
  readonly timeoutMs: number;
  /** Fields of a network message of this kind: 001 signs on, 301 asks whether somebody is there. */
  readonly network: (code: '001' | '301') => ReadonlyMap<number, string>;
}

export interface Link {
  /** Signed on: from here on a message may reach the switch. Throws when it cannot be. */
  ready(): Promise<void>;
  /** The answer to a message. Throws when there is none in time: what became of it is not known. */
  ask(message: IsoMessage): Promise<IsoMessage>;
  /** Throws when nobody is there. */
  echo(): Promise<void>;
  close(): Promise<void>;
}

const maxLength = 4_096;

/** Who asks meanwhile is told at once: a switch that is away is not stormed. Two failures, then 250 ms, doubling, half a minute at most. */
export const pauseAfter = (failures: number): number =>
  failures < 3 ? 0 : Math.min(250 * 2 ** Math.min(failures - 3, 10), 30_000);

interface Waiting {
  readonly resolve: (answer: IsoMessage) => void;
  readonly reject: (error: Error) => void;
}

interface Open {
  readonly socket: Socket;
  /** Who waits, by what the answer has: the same question may be asked by several at once. */
  readonly waiting: Map<string, Set<Waiting>>;
}

/** What an answer has in common with its question, however it is filled up: nothing else tells which one it answers. */
const keyOf = (mti: string, fields: ReadonlyMap<number, string>): string =>
  [mti, ...[7, 11, 37].map((number) => (fields.get(number) ?? '').trim().replace(/^0+/, ''))].join(' ');

/** How soon a switch that was not reached is tried again. */
function createPace() {
  let failures = 0;
  let failedAt = 0;
  return {
    assertMayTry(): void {
      const waitMs = failures === 0 ? 0 : failedAt + pauseAfter(failures) - performance.now();
      if (waitMs > 0)
        throw new Error(
          `the switch could not be reached ${failures} times; it is tried again in ${Math.ceil(waitMs)} ms`,
        );
    },
    reached(): void {
      failures = 0;
    },
    missed(): void {
      failures += 1;
      failedAt = performance.now();
    },
  };
}

export function createLink(parts: LinkParts): Link {
  let opening: Promise<Open> | null = null;
  let open: Open | null = null;
  const pace = createPace();

  function drop(socket: Socket, error: Error): void {
    socket.destroy();
    if (open?.socket !== socket) return;
    const { waiting } = open;
    open = null;
    opening = null;
    for (const each of [...waiting.values()].flatMap((all) => [...all])) each.reject(error);
  }

  async function opened(): Promise<Open> {
    if (opening !== null) return opening;
    pace.assertMayTry();
    opening = connect().then(
      (mine) => {
        pace.reached();
        return mine;
      },
      (error: Error) => {
        pace.missed();
        opening = null;
        throw error;
      },
    );
    return opening;
  }

  async function connect(): Promise<Open> {
    const socket = await dial(parts);
    const mine: Open = { socket, waiting: new Map() };
    open = mine;
    listen(socket, mine.waiting, (error) => drop(socket, error));
    const answer = await exchange(mine, { mti: '0800', fields: parts.network('001') });
    if (answer.fields.get(39) !== '00') {
      const error = new Error(`the switch refuses the sign-on: ${answer.fields.get(39)}`);
      drop(socket, error);
      throw error;
    }
    return mine;
  }

  const exchange = (mine: Open, message: IsoMessage): Promise<IsoMessage> =>
    put(mine, { message, timeoutMs: parts.timeoutMs, onDoubt: (error) => drop(mine.socket, error) });

  return {
    ready: async () => void (await opened()),
    ask: async (message) => exchange(await opened(), message),
    async echo() {
      await exchange(await opened(), { mti: '0800', fields: parts.network('301') });
    },
    async close() {
      const socket = open?.socket;
      if (socket !== undefined) drop(socket, new Error('the connection was closed'));
    },
  };
}

/** Puts a question, and waits for what answers it. `onDoubt`: nothing at all has come meanwhile. */
function put(
  { socket, waiting }: Open,
  of: { message: IsoMessage; timeoutMs: number; onDoubt: (error: Error) => void },
): Promise<IsoMessage> {
  const { message, timeoutMs } = of;
  const key = keyOf(answerType(message.mti), message.fields);
  const bytes = writeMessage(message);
  const heard = socket.bytesRead;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new Error(`the switch has not answered within ${timeoutMs} ms`);
      mine.reject(error);
      // Where nothing at all has come, the connection itself is in doubt.
      if (socket.bytesRead === heard) of.onDoubt(error);
    }, timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      all.delete(mine);
      if (all.size === 0) waiting.delete(key);
    };
    const mine: Waiting = {
      resolve(answer) {
        settle();
        resolve(answer);
      },
      reject(error) {
        settle();
        reject(error);
      },
    };
    const all = (waiting.get(key) ?? new Set()).add(mine);
    waiting.set(key, all);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
  });
}

function dial({ host, port, timeoutMs, tls }: LinkParts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const at = { host, port, noDelay: true, keepAlive: true };
    const named = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      tls === null ? connectTcp(at) : connectTls({ ...at, ...named, ...tls, minVersion: 'TLSv1.2' });
    const failed = (error: Error): void => {
      socket.destroy();
      reject(
        new Error(`the switch at ${host}:${port} cannot be reached: ${error.message}`, { cause: error }),
      );
    };
    const timer = setTimeout(() => failed(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.once('error', failed);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
    socket.once('close', () => clearTimeout(timer));
  });
}

/** Takes the stream apart. An answer that nobody waits for is late: whoever asked has given up, and asks again. */
function listen(socket: Socket, waiting: Open['waiting'], onEnd: (error: Error) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    try {
      while (rest.length >= 2) {
        const length = rest.readUInt16BE();
        if (length === 0 || length > maxLength) throw new Error(`a message of ${length} bytes`);
        if (rest.length < 2 + length) return;
        const message = readMessage(rest.subarray(2, 2 + length));
        rest = rest.subarray(2 + length);
        for (const each of [...(waiting.get(keyOf(message.mti, message.fields)) ?? [])])
          each.resolve(message);
      }
    } catch (error) {
      onEnd(new Error(`the switch is not understood: ${(error as Error).message}`, { cause: error }));
    }
  });
  socket.on('error', (error) => onEnd(error));
  socket.on('close', () => onEnd(new Error('the switch has ended the connection')));
}
