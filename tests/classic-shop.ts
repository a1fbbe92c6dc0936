// A shop as they were written in 2011: signs with MD5, talks to gateway.do, answers `success`. With the shopper who
// comes by its links, and the server its notifications go to.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type Charset, formOf, type ReadAnswer, readXml, signingBytes } from '@tongbao/protocol/gateway';
import type { Sandbox } from './start-sandbox.ts';

type Parameters = Readonly<Record<string, string>>;

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly location: string | null;
  readonly text: string;
  readonly xml: ReadAnswer;
}

export interface ClassicShop {
  readonly partner: string;
  readonly key: string;
  readonly gateway: string;
  sign(parameters: Parameters, charset?: Charset): Parameters;
  /** Signs and sends; `as` says how. */
  call(
    parameters: Parameters,
    as?: { method?: 'GET' | 'POST'; charset?: Charset; raw?: boolean },
  ): Promise<Answered>;
}

export const md5Of = (parameters: Parameters, key: string, charset: Charset = 'UTF-8'): string =>
  createHash('md5').update(signingBytes(parameters, charset)).update(key).digest('hex');

export async function send(url: string, init: RequestInit = {}): Promise<Answered> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const type = answer.headers.get('content-type') ?? '';
  const bytes = await answer.arrayBuffer();
  const text = new TextDecoder(/gbk/i.test(type) ? 'gbk' : 'utf-8').decode(bytes);
  return { status: answer.status, type, location: answer.headers.get('location'), text, xml: readXml(text) };
}

export function classicShop(sandbox: Sandbox, index: number): ClassicShop {
  const { partner, md5Key } = sandbox.credentials.merchants[index]!.classic;
  const gateway = `${sandbox.http}/gateway.do`;
  const sign = (parameters: Parameters, charset: Charset = 'UTF-8'): Parameters => {
    const all = { partner, _input_charset: charset, ...parameters };
    return { ...all, sign: md5Of(all, md5Key, charset), sign_type: 'MD5' };
  };
  return {
    partner,
    key: md5Key,
    gateway,
    sign,
    call(parameters, { method = 'GET', charset = 'UTF-8', raw = false } = {}) {
      const form = formOf(raw ? parameters : sign(parameters, charset), charset);
      if (method === 'GET') return send(`${gateway}?${form}`);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return send(`${gateway}?_input_charset=${charset}`, { method, headers, body: form });
    },
  };
}

/** The shopper at the cashier: signs in with the code, looks, pays. */
export async function shopperOf(sandbox: Sandbox, phone: string, pin: string) {
  const headers = { 'content-type': 'application/json', 'x-tongbao-csrf': '1' };
  const post = (path: string, body: object, cookie = '') =>
    fetch(`${sandbox.http}${path}`, {
      method: 'POST',
      headers: { ...headers, cookie },
      body: JSON.stringify(body),
    });
  const sent = (await (await post('/api/wallet/session/code', { phone })).json()) as { sandboxCode: string };
  const session = await post('/api/wallet/session', { phone, code: sent.sandboxCode });
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
  const path = (cashierUrl: string) => `/api/cashier/payments/${cashierUrl.split('/cashier/')[1]}`;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  type View = any;
  return {
    /** Any call of the shopper's pages; with the answer's status. */
    post: async (url: string, body: object): Promise<{ status: number; body: View }> => {
      const answer = await post(url, body, cookie);
      return { status: answer.status, body: await answer.json() };
    },
    path,
    get: async (url: string): Promise<View> =>
      (await fetch(`${sandbox.http}${url}`, { headers: { cookie } })).json(),
    look: async (cashierUrl: string): Promise<View> =>
      (await fetch(`${sandbox.http}${path(cashierUrl)}`, { headers: { cookie } })).json(),
    decline: async (cashierUrl: string): Promise<View> =>
      (await post(`${path(cashierUrl)}/decline`, {}, cookie)).json(),
    pay: async (cashierUrl: string): Promise<View> =>
      (await post(`${path(cashierUrl)}/authorizations`, { method: { kind: 'balance' }, pin }, cookie)).json(),
  };
}

export interface Receiver {
  readonly url: string;
  readonly received: Record<string, string>[];
  /** What the next calls are answered with. */
  answer: { status: number; body: string | Buffer; headers?: Record<string, string> };
  /** Runs while a call is being answered. */
  during: ((form: Record<string, string>) => Promise<void>) | null;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const receiver: Omit<Receiver, 'url' | 'close'> = {
    received: [],
    answer: { status: 200, body: 'success' },
    during: null,
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      receiver.received.push(form);
      await receiver.during?.(form);
      const { status, body, headers } = receiver.answer;
      response.writeHead(status, headers).end(body);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/notify`,
    close: () => void server.close(),
  });
}
