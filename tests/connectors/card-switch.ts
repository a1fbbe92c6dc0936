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
  /** The code that the holder of the card `token-code` got last for this debit. */
  code(reference: string): string;
  /** Time goes by for questions to holders. */
  pass(ms: number): void;
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

interface Question {
  code: string;
  tries: number;
  readonly endsMs: number;
  resendMs: number;
}

const limit = 100_000n;

export async function startSwitch(options: Options = {}): Promise<TestSwitch> {
  let mood: SwitchMood = 'normal';
  const sockets = new Set<Socket>();
  const heard: IsoMessage[] = [];
  const done = new Map<string, Done>();
  const balances = new Map<string, bigint>();
  const late: (() => void)[] = [];
  const questions = new Map<string, Question>();
  let passedMs = 0;
  let codesSent = 0;
  /** What 63 of the next answer says. */
  let told: string | null = null;

  /** The holder of `token-code` is asked before each debit; answers what is to be told, or null when they have given the code. */
  function asked(key: string, fields: ReadonlyMap<number, string>): { code: string; told: string } | null {
    const [reference = '', said = ''] = fields.get(63)!.split('|');
    if (fields.get(48) !== 'token-code' || fields.get(3) !== '000000') return null;
    const fresh = () => String(100_000 + questions.size + codesSent++);
    const question = questions.get(reference) ?? {
      code: fresh(),
      tries: 3,
      endsMs: passedMs + 300_000,
      resendMs: passedMs + 60_000,
    };
    questions.set(reference, question);
    const decline = (code: string) => {
      done.set(key, { code, moved: 0n, reversed: false });
      return { code, told: reference };
    };
    if (passedMs >= question.endsMs) return decline('54');
    if (said === `C=${question.code}`) return null;
    if (said.startsWith('C=')) question.tries -= 1;
    if (question.tries === 0) return decline('75');
    if (said === 'R=1' && passedMs >= question.resendMs) {
      question.code = fresh();
      question.resendMs = passedMs + 60_000;
    }
    const seconds = (until: number): number => Math.max(0, until - passedMs) / 1000;
    const [end, resend] = [seconds(question.endsMs), seconds(question.resendMs)];
    return { code: '65', told: `${reference}|P=138****0001|L=6|T=${question.tries}|E=${end}|R=${resend}` };
  }

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
    const question = asked(key, fields);
    told = question?.told ?? null;
    if (question !== null) return question.code;
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
    told = null;
    const code = refuses ? '05' : isNetwork ? '00' : mood === 'undecided' ? '91' : operate(message);
    if (!isNetwork && mood === 'answer-lost') return;
    const fields = new Map(message.fields).set(39, code);
    if (message.mti.startsWith('02') && told !== null) fields.set(63, told);
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
    code: (reference) => questions.get(reference)!.code,
    pass(ms) {
      passedMs += ms;
    },
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
