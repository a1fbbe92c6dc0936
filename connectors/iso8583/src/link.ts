// One connection to the switch: two bytes of length before each message, signed on before anything else is asked, many
// questions under way at once. It is opened when it is needed and given up after any failure; every question has an end.
import { connect as connectTcp, type Socket } from 'node:net';
import { answerType, type IsoMessage, readMessage, writeMessage } from './message.ts';

export interface LinkParts {
  readonly host: string;
  readonly port: number;
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

export function createLink(parts: LinkParts): Link {
  let opening: Promise<Open> | null = null;
  let open: Open | null = null;

  function drop(socket: Socket, error: Error): void {
    socket.destroy();
    if (open?.socket !== socket) return;
    const { waiting } = open;
    open = null;
    opening = null;
    for (const each of [...waiting.values()].flatMap((all) => [...all])) each.reject(error);
  }

  async function opened(): Promise<Open> {
    opening ??= connect().catch((error: Error) => {
      opening = null;
      throw error;
    });
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

  function exchange({ socket, waiting }: Open, message: IsoMessage): Promise<IsoMessage> {
    const key = keyOf(answerType(message.mti), message.fields);
    const bytes = writeMessage(message);
    const heard = socket.bytesRead;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new Error(`the switch has not answered within ${parts.timeoutMs} ms`);
        mine.reject(error);
        // Where nothing at all has come, the connection itself is in doubt.
        if (socket.bytesRead === heard) drop(socket, error);
      }, parts.timeoutMs);
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

function dial({ host, port, timeoutMs }: LinkParts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, noDelay: true, keepAlive: true });
    const failed = (error: Error): void => {
      socket.destroy();
      reject(
        new Error(`the switch at ${host}:${port} cannot be reached: ${error.message}`, { cause: error }),
      );
    };
    const timer = setTimeout(() => failed(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.once('error', failed);
    socket.once('connect', () => {
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
