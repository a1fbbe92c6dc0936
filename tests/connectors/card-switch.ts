// A switch for cards that speaks ISO 8583, for tests and rehearsals: one card, or any number of tokens with CNY 1,000.00 each; every
// operation once for its trace number, and moods. jPOS is the independent one (tests/conformance/switch). Also a process of its own:
//
//   node tests/connectors/card-switch.ts [--port N] [--tls-key FILE --tls-cert FILE]
//
// It prints `port N`, then takes lines: `behave MOOD`, `taken`, `heard MTI`.
import { readFile } from 'node:fs/promises';
import net, { type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type IsoMessage, readMessage, writeMessage } from '@tongbao/connector-iso8583';

/** late: answers wait until the next mood. refuses: no sign-on. */
export type SwitchMood = 'normal' | 'down' | 'answer-lost' | 'decline' | 'late' | 'undecided' | 'refuses';

export interface TestSwitch {
  readonly port: number;
  behave(mood: SwitchMood): void;
  /** What all cards have paid, minor units; what was given back counts against it. */
  taken(): bigint;
  /** How many messages of a type have come. */
  heard(mti: string): number;
  /** Fields of every message of a type, in order. */
  messages(mti: string): readonly ReadonlyMap<number, string>[];
  /** Ends every connection. */
  cut(): void;
  close(): Promise<void>;
}

interface Options {
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

interface Done {
  readonly code: string;
  readonly moved: bigint;
  reversed: boolean;
}

const limit = 100_000n;

export async function startSwitch(options: Options = {}): Promise<TestSwitch> {
  let mood: SwitchMood = 'normal';
  const sockets = new Set<Socket>();
  const heard: IsoMessage[] = [];
  const done = new Map<string, Done>();
  const balances = new Map<string, bigint>();
  const late: (() => void)[] = [];

  function operate({ mti, fields }: IsoMessage): string {
    const key = `${fields.get(11)} ${fields.get(37)}`;
    if (mti.startsWith('04')) {
      const of = done.get(key);
      if (of === undefined) {
        done.set(key, { code: '12', moved: 0n, reversed: true });
        return '25';
      }
      if (!of.reversed) move(fields.get(48)!, -of.moved);
      of.reversed = true;
      return '00';
    }
    const former = done.get(key);
    if (former !== undefined) return former.reversed ? '12' : former.code;
    const amount = BigInt(fields.get(4)!) * (fields.get(3)!.startsWith('20') ? -1n : 1n);
    const token = fields.get(48)!;
    const isShort = (balances.get(token) ?? 0n) + amount > limit;
    const code = mood === 'decline' ? '05' : isShort ? '51' : '00';
    const moved = code === '00' ? amount : 0n;
    done.set(key, { code, moved, reversed: false });
    move(token, moved);
    return code;
  }

  const move = (token: string, amount: bigint): void =>
    void balances.set(token, (balances.get(token) ?? 0n) + amount);

  function answer(socket: Socket, message: IsoMessage): void {
    heard.push(message);
    const isNetwork = message.mti === '0800';
    const refuses = isNetwork && mood === 'refuses';
    const code = refuses ? '05' : isNetwork ? '00' : mood === 'undecided' ? '91' : operate(message);
    if (!isNetwork && mood === 'answer-lost') return;
    const fields = new Map(message.fields).set(39, code);
    fields.delete(90);
    const bytes = writeMessage({
      mti: `${message.mti.slice(0, 2)}${message.mti[2] === '2' && message.mti[1] === '4' ? '3' : '1'}0`,
      fields,
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    const send = (): void => void socket.write(Buffer.concat([length, bytes]));
    if (!isNetwork && mood === 'late') late.push(send);
    else send();
  }

  function listen(socket: Socket): void {
    if (mood === 'down') return void socket.destroy();
    sockets.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
        const end = 2 + rest.readUInt16BE();
        answer(socket, readMessage(rest.subarray(2, end)));
        rest = rest.subarray(end);
      }
    });
  }

  const server = options.tls === undefined ? net.createServer(listen) : tls.createServer(options.tls, listen);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    behave(next) {
      mood = next;
      if (mood === 'down') cut();
      if (mood !== 'late') for (const send of late.splice(0)) send();
    },
    taken: () => [...balances.values()].reduce((sum, each) => sum + each, 0n),
    heard: (mti) => heard.filter((message) => message.mti === mti).length,
    messages: (mti) => heard.filter((message) => message.mti === mti).map(({ fields }) => fields),
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'tls-key': { type: 'string' },
      'tls-cert': { type: 'string' },
    },
  });
  const { 'tls-key': key, 'tls-cert': cert } = values;
  const secure =
    key === undefined
      ? {}
      : { tls: { key: await readFile(key, 'utf8'), cert: await readFile(cert!, 'utf8') } };
  const cards = await startSwitch({ port: Number.parseInt(values.port, 10), ...secure });
  console.log(`port ${cards.port}`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, word = ''] = line.trim().split(' ');
    if (command === 'behave') cards.behave(word as SwitchMood);
    console.log(
      command === 'taken'
        ? `taken ${cards.taken()}`
        : command === 'heard'
          ? `heard ${cards.heard(word)}`
          : 'ok',
    );
  }
  await cards.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
