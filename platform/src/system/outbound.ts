// The only way out: HTTP requests to addresses that were checked, with one deadline over everything, a bounded answer
// and no redirects followed.
import { lookup as dnsLookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { isLoopback, mayConnect, type Reach } from './addresses.ts';

export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** For everything together: name, connection, request and the whole answer. */
  readonly timeoutMs: number;
  /** A longer answer is cut off: the endpoint is told by a closed connection, and we by a reason. 64 KiB by default. */
  readonly maxAnswerBytes?: number;
}

export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly head: Buffer; readonly latencyMs: number }
  | {
      readonly kind: 'failed';
      readonly reason: OutboundFailure;
      readonly detail: string;
      readonly latencyMs: number;
    };

export type OutboundText =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly kind: 'failed'; readonly reason: OutboundFailure; readonly detail: string };

export type OutboundFailure =
  | 'blocked'
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'tls'
  | 'reset'
  | 'too-large'
  | 'other';

export interface Outbound {
  /** Never throws: whatever happens is an answer. `head` is the first 4 KiB of the body. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
  /** The body of a 200 answer as text, at most 16 MiB. Throws for anything else. */
  getText(url: string, timeoutMs: number): Promise<string>;
  /** What a GET answers, at most 64 KiB of it if nothing else is said. Never throws. */
  get(request: Omit<OutboundPost, 'body'>): Promise<OutboundText>;
  /** Cuts whatever is still under way. */
  close(): void;
}

export interface OutboundOptions {
  readonly reach: Reach;
  /** For tests: how names become addresses. */
  readonly resolve?: (host: string) => Promise<string[]>;
}

const headBytes = 4 * 1024;
const defaultAnswerBytes = 64 * 1024;
const maxTextBytes = 16 * 1024 * 1024;

class Failure extends Error {
  readonly reason: OutboundFailure;
  constructor(reason: OutboundFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

interface Exchange extends Required<OutboundPost> {
  readonly method: 'GET' | 'POST';
}

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly body: Buffer;
}

const resolveByDns = async (host: string): Promise<string[]> =>
  (await dnsLookup(host, { all: true, verbatim: true })).map((entry) => entry.address);

export function createOutbound(options: OutboundOptions): Outbound {
  const resolve = options.resolve ?? resolveByDns;
  const sockets = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: 30_000 };
  const agents = { plain: new http.Agent(sockets), secure: new https.Agent(sockets) };

  async function send(exchange: Exchange): Promise<Answer> {
    const deadline = new AbortController();
    const late = new Failure('timeout', `no answer within ${exchange.timeoutMs} ms`);
    const timer = setTimeout(() => deadline.abort(late), exchange.timeoutMs);
    try {
      const url = new URL(exchange.url);
      const addresses = await unlessAborted(allowedAddresses(url, options.reach, resolve), deadline.signal);
      const open = (fresh: boolean) =>
        openRequest({ exchange, url, addresses, reach: options.reach, agents: fresh ? null : agents });
      return await receive(open(false), exchange, deadline.signal).catch((error: Error) => {
        // The endpoint had closed a kept connection just as we wrote to it: that says nothing about the endpoint.
        if (!(error instanceof StaleConnection)) throw error;
        return receive(open(true), exchange, deadline.signal);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async post(request) {
      const started = performance.now();
      const latencyMs = () => Math.round(performance.now() - started);
      try {
        const answer = await send({ maxAnswerBytes: defaultAnswerBytes, ...request, method: 'POST' });
        return {
          kind: 'answered',
          status: answer.status,
          head: answer.body.subarray(0, headBytes),
          latencyMs: latencyMs(),
        };
      } catch (error) {
        return { kind: 'failed', ...failureOf(error as Error), latencyMs: latencyMs() };
      }
    },
    async getText(url, timeoutMs) {
      const nothing = { headers: {}, body: Buffer.alloc(0) };
      const answer = await send({ ...nothing, url, timeoutMs, method: 'GET', maxAnswerBytes: maxTextBytes });
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      return answer.body.toString('utf8');
    },
    async get(request) {
      try {
        const whole = { body: Buffer.alloc(0), maxAnswerBytes: defaultAnswerBytes };
        const { body, ...answer } = await send({ ...whole, ...request, method: 'GET' });
        return { kind: 'answered', ...answer, text: body.toString('utf8') };
      } catch (error) {
        return { kind: 'failed', ...failureOf(error as Error) };
      }
    },
    close() {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}

/** The addresses that may be connected to, out of those that the URL leads to. Throws when there is none. */
async function allowedAddresses(
  url: URL,
  reach: Reach,
  resolve: (host: string) => Promise<string[]>,
): Promise<string[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('blocked', `${url.protocol} is not http(s)`);
  if (url.username !== '' || url.password !== '') throw new Failure('blocked', 'the URL carries credentials');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolve(host).catch(asDnsFailure) : [host];
  if (addresses.length === 0) throw new Failure('dns', `${host} has no address`);
  const allowed = addresses.filter((address) => mayConnect(address, reach));
  if (allowed.length === 0)
    throw new Failure('blocked', `${host} leads to ${addresses[0]}, which is not a public address`);
  return allowed;
}

const asDnsFailure = (error: Error): never => {
  throw new Failure('dns', error.message);
};

interface Opening {
  readonly exchange: Exchange;
  readonly url: URL;
  readonly addresses: readonly string[];
  readonly reach: Reach;
  /** Null for a connection that nobody has used before. */
  readonly agents: { readonly plain: http.Agent; readonly secure: https.Agent } | null;
}

/** A request that goes to the checked addresses and no other: DNS is not asked again, so it cannot change its mind. */
function openRequest({ exchange, url, addresses, reach, agents }: Opening): http.ClientRequest {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  const isSecure = url.protocol === 'https:';
  const settings: https.RequestOptions = {
    method: exchange.method,
    headers: {
      ...exchange.headers,
      ...(exchange.method === 'POST' ? { 'content-length': exchange.body.length } : {}),
    },
    agent: agents === null ? false : isSecure ? agents.secure : agents.plain,
    // With several addresses Node tries one after the other, as for `localhost` that is ::1 and 127.0.0.1.
    lookup: (_host, { all }, done) =>
      all ? done(null, checked) : done(null, checked[0]!.address, checked[0]!.family),
    // A developer's own https endpoint on this machine has a certificate that nobody signed.
    rejectUnauthorized: !(reach !== 'public' && addresses.every(isLoopback)),
  };
  return isSecure ? https.request(url, settings) : http.request(url, settings);
}

class StaleConnection extends Error {}

/** Sends the body and reads the answer to its end. Rejects with whatever stopped it. */
function receive(outgoing: http.ClientRequest, exchange: Exchange, deadline: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answering = false;
    const stop = (error: Error) => {
      reject(error);
      outgoing.destroy();
    };
    const onDeadline = () => stop(deadline.reason);
    if (deadline.aborted) onDeadline();
    deadline.addEventListener('abort', onDeadline, { once: true });
    outgoing.on('error', (error: Error & { code?: string }) => {
      const isStale =
        outgoing.reusedSocket && !answering && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnection(error.message) : error);
    });
    // Last of all, and without effect when there was an answer: a connection that ended in any other way.
    outgoing.on('close', () => {
      deadline.removeEventListener('abort', onDeadline);
      reject(new Failure('reset', 'the connection was closed before the end of the answer'));
    });
    outgoing.on('response', (response) => {
      answering = true;
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        if (length > exchange.maxAnswerBytes) {
          stop(new Failure('too-large', `the answer is longer than ${exchange.maxAnswerBytes} bytes`));
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        try {
          const whole = Buffer.concat(chunks);
          const body = unpacked(whole, headers['content-encoding'], exchange.maxAnswerBytes);
          const { etag = null, 'last-modified': lastModified = null } = headers;
          resolve({ status: statusCode, etag, lastModified, body });
        } catch {
          reject(new Failure('other', 'the answer is not packed as it says, or is longer than it may be'));
        }
      });
    });
    outgoing.end(exchange.body);
  });
}

/** Nobody asked for a packed answer, but some servers pack whatever they send. Throws for what cannot be unpacked. */
function unpacked(body: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, { maxOutputLength });
    case 'deflate':
      return inflateSync(body, { maxOutputLength });
    case 'br':
      return brotliDecompressSync(body, { maxOutputLength });
    default:
      return body;
  }
}

/** The promise's value, unless the deadline comes first: the promise's own end is then of no interest any more. */
function unlessAborted<T>(promise: Promise<T>, deadline: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true });
    promise.then(resolve, reject);
  });
}

const reasonsByCode: readonly (readonly [RegExp, OutboundFailure])[] = [
  [/^ERR_INVALID_URL$/, 'blocked'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(ECONNRESET|EPIPE)$/, 'reset'],
  [/^HPE_HEADER_OVERFLOW$/, 'too-large'],
  [/^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_|UNABLE_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/, 'tls'],
];

function failureOf(error: Error & { code?: string }): { reason: OutboundFailure; detail: string } {
  // Several addresses were tried and none took the connection: the error then has only a code.
  const detail = (error.message === '' ? String(error.code) : error.message).slice(0, 300);
  if (error instanceof Failure) return { reason: error.reason, detail };
  const reason = reasonsByCode.find(([pattern]) => pattern.test(error.code ?? ''))?.[1] ?? 'other';
  return { reason, detail };
}
