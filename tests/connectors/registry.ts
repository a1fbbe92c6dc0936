// A registry of people and cards, as an operator's would be, for tests and rehearsals: it knows whom it is told of, remembers
// what it answered to each id, and can be told to misbehave. Also a process of its own:
//
//   node tests/connectors/registry.ts --token-file FILE --data FILE [--port N] [--tls-key FILE --tls-cert FILE]
//
// `--data` is JSON: { "people": [{ name, residentId, phone }], "cards": [{ number, name, residentId, phone, bank, bankName:
// { zh, en }, kind, currency?, code?, blocked? }] }; a card with a `code` is confirmed with it. It prints `port N`, then takes
// lines: `behave MOOD`, `counted`.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { RegistryMood } from '@tongbao/connector-conformance';
import { CardRequest, CodeRequest, PersonRequest } from '@tongbao/connector-identity';

export interface KnownPerson {
  readonly name: string;
  readonly residentId: string;
  readonly phone: string;
}

export interface KnownCard extends KnownPerson {
  readonly number: string;
  readonly bank: string;
  readonly bankName: { readonly zh: string; readonly en: string };
  readonly kind: 'debit' | 'credit';
  readonly currency?: string;
  /** The code that this card's phone is sent; absent: none is needed. */
  readonly code?: string;
  readonly blocked?: boolean;
}

export interface RegistryData {
  readonly people: readonly KnownPerson[];
  readonly cards: readonly KnownCard[];
}

export interface TestRegistry {
  readonly url: string;
  behave(mood: RegistryMood): void;
  counted(): number;
  /** Answers that came too late are let go now. */
  release(): void;
  close(): Promise<void>;
}

interface Options {
  readonly data: RegistryData;
  readonly token: string;
  readonly port?: number;
  /** The code of every card while it behaves as `code`. */
  readonly code?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

interface Kept {
  readonly content: string;
  readonly answer: Told;
  readonly card: KnownCard | null;
  tries: number;
  confirmed: boolean;
}
type Told = Readonly<Record<string, unknown>> & { readonly outcome?: string };

const maxTries = 3;
const tokenOf = ({ bank, number }: KnownCard): string =>
  `${bank}-${createHash('sha256').update(`a registry’s secret ${number}`).digest('base64url').slice(0, 24)}`;

export async function startRegistry(options: Options): Promise<TestRegistry> {
  const { data, token } = options;
  let mood: RegistryMood = 'normal';
  const kept = new Map<string, Kept>();
  const late: (() => void)[] = [];
  let references = 0;
  const reference = (): string => `REG-${++references}`;

  function person(question: typeof PersonRequest._output): Told {
    const { name, residentId, phone } = question;
    const found = data.people.find((each) => each.residentId === residentId);
    const wrong = [
      ...(found === undefined ? ['resident-id'] : []),
      ...(found !== undefined && found.name !== name ? ['name'] : []),
      ...(found !== undefined && phone !== null && found.phone !== phone ? ['phone'] : []),
    ];
    if (wrong.length > 0) return noMatch(wrong);
    const sources = [{ source: 'resident-registry', reference: reference() }];
    if (phone !== null) sources.push({ source: 'mobile-operator', reference: reference() });
    return { outcome: 'match', sources };
  }

  const noMatch = (wrong: string[]): Told => ({
    outcome: 'no-match',
    reference: reference(),
    ...(mood === 'vague' ? {} : { wrong }),
  });

  function card(question: typeof CardRequest._output): { answer: Told; card: KnownCard | null } {
    const found = data.cards.find(({ number }) => number === question.cardNumber);
    if (found === undefined) return { answer: noMatch(['card-number']), card: null };
    const wrong = [
      ...(found.name === question.name ? [] : ['name']),
      ...(found.residentId === question.residentId ? [] : ['resident-id']),
      ...(found.phone === question.phone ? [] : ['phone']),
    ];
    if (wrong.length > 0) return { answer: noMatch(wrong), card: null };
    if (found.blocked === true)
      return { answer: { outcome: 'refused', reference: reference(), reason: 'card-blocked' }, card: null };
    if (found.code !== undefined || mood === 'code') {
      const expiresAt = new Date(Date.now() + 300_000).toISOString();
      return { answer: { outcome: 'code-sent', reference: reference(), expiresAt }, card: found };
    }
    return { answer: matched(found), card: found };
  }

  const matched = (found: KnownCard): Told => ({
    outcome: 'match',
    reference: reference(),
    card: {
      token: tokenOf(found),
      bank: found.bank,
      bankName: found.bankName,
      kind: found.kind,
      last4: found.number.slice(-4),
      currency: found.currency ?? 'CNY',
    },
  });

  /** The answer to an id, as it was first; null where it was used for something else. */
  function once(
    requestId: string,
    content: unknown,
    work: () => { answer: Told; card: KnownCard | null },
  ): Told | null {
    const text = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const former = kept.get(requestId);
    if (former !== undefined) return former.content === text ? former.answer : null;
    const made = work();
    kept.set(requestId, { ...made, content: text, tries: 0, confirmed: false });
    return made.answer;
  }

  function confirm({ requestId, code }: typeof CodeRequest._output): Told | null {
    const of = kept.get(requestId);
    if (of === undefined || of.card === null || of.answer.outcome !== 'code-sent') return null;
    const right = of.card.code ?? options.code;
    if (of.tries >= maxTries && !of.confirmed) return { outcome: 'code-expired', reference: reference() };
    if (code === right) {
      of.confirmed = true;
      return matched(of.card);
    }
    of.tries += 1;
    return { outcome: 'wrong-code', reference: reference(), attemptsLeft: maxTries - of.tries };
  }

  function answerTo(method: string, path: string, body: unknown): { status: number; told: Told } {
    if (method === 'GET' && /^\/v1\/card-faces\/\d{6,8}$/.test(path)) {
      const digits = path.split('/').pop()!;
      const found = data.cards.find(({ number }) => number.startsWith(digits.slice(0, 6)));
      const face =
        found === undefined
          ? null
          : { bank: found.bank, bankName: found.bankName, kind: found.kind, digits: found.number.length };
      return { status: 200, told: { face } };
    }
    const asked = shapes[path]?.safeParse(body);
    if (method !== 'POST' || asked === undefined) return { status: 404, told: {} };
    if (!asked.success) return { status: 400, told: {} };
    const { requestId } = asked.data;
    if (mood === 'unknown') return { status: 200, told: { requestId, outcome: 'unknown' } };
    const told =
      path === '/v1/person-checks'
        ? once(requestId, asked.data, () => ({ answer: person(asked.data as never), card: null }))
        : path === '/v1/card-checks'
          ? once(requestId, asked.data, () => card(asked.data as never))
          : confirm(asked.data as never);
    return told === null ? { status: 409, told: {} } : { status: 200, told: { requestId, ...told } };
  }

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (mood === 'down') return void request.destroy();
    const body = await textOf(request);
    if (request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end();
    const { status, told } = answerTo(
      request.method ?? '',
      request.url ?? '',
      body === '' ? null : JSON.parse(body),
    );
    if (mood === 'answer-lost') return void request.destroy();
    const send = (): void => spoiled(mood, { response, status, told, body });
    if (mood === 'late') late.push(send);
    else send();
  }

  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void serve(request, response).catch(() => response.destroy());
  const server =
    options.tls === undefined ? http.createServer(listener) : https.createServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    behave(next) {
      mood = next;
      if (next !== 'late') for (const send of late.splice(0)) send();
    },
    counted: () => kept.size,
    release: () => {
      for (const send of late.splice(0)) send();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const shapes: Readonly<Record<string, typeof PersonRequest | typeof CardRequest | typeof CodeRequest>> = {
  '/v1/person-checks': PersonRequest,
  '/v1/card-checks': CardRequest,
  '/v1/card-checks/code': CodeRequest,
};

async function textOf(request: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error('too long');
  }
  return text;
}

function spoiled(
  mood: RegistryMood,
  of: { response: http.ServerResponse; status: number; told: Told; body: string },
): void {
  const { response, status, told, body } = of;
  const card = told.card as Record<string, unknown> | undefined;
  const number = /"cardNumber":"(\d+)"/.exec(body)?.[1];
  const changed: Told =
    mood === 'other-request'
      ? { ...told, requestId: 'SOMEBODY-ELSES' }
      : mood === 'other-card'
        ? { ...told, card: { ...card, last4: '0000' } }
        : mood === 'number-as-token'
          ? { ...told, card: { ...card, token: number } }
          : mood === 'half'
            ? { ...told, card: undefined }
            : told;
  const text = JSON.stringify(changed);
  response.writeHead(mood === 'broken' ? 500 : status, { 'content-type': 'application/json' });
  if (mood === 'cut') {
    response.write(text.slice(0, text.length / 2));
    response.socket?.end();
  } else response.end(mood === 'flood' ? text.padEnd(1_000_000, ' ') : mood === 'broken' ? body : text);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'token-file': { type: 'string' },
      data: { type: 'string' },
      'tls-key': { type: 'string' },
      'tls-cert': { type: 'string' },
    },
  });
  const text = (name: 'token-file' | 'data'): Promise<string> => readFile(values[name]!, 'utf8');
  const tls =
    values['tls-key'] === undefined
      ? {}
      : {
          tls: {
            key: await readFile(values['tls-key'], 'utf8'),
            cert: await readFile(values['tls-cert']!, 'utf8'),
          },
        };
  const registry = await startRegistry({
    data: JSON.parse(await text('data')) as RegistryData,
    token: (await text('token-file')).trim(),
    port: Number.parseInt(values.port, 10),
    ...tls,
  });
  console.log(`port ${new URL(registry.url).port}`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, mood] = line.trim().split(' ');
    if (command === 'behave') registry.behave(mood as RegistryMood);
    console.log(command === 'counted' ? `counted ${registry.counted()}` : 'ok');
  }
  // Whoever started this process has gone.
  await registry.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
