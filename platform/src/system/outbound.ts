// The only way out: HTTP requests to addresses that were checked, with one deadline over everything, a bounded answer
// and no redirects followed.
import { lookup as dnsLookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { isLoopback, mayConnect, type Reach } from './addresses.ts';

export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

export type OutboundAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly head: Buffer; readonly latencyMs: number }
  | { readonly kind: 'failed'; readonly reason: OutboundFailure; readonly detail: string; readonly latencyMs: number };

export type OutboundFailure = 'blocked' | 'dns' | 'refused' | 'timeout' | 'tls' | 'reset' | 'too-large' | 'other';

export interface Outbound {
  /** Never throws: whatever happens is an answer. `head` is the first 4 KiB of the body. */
  post(request: OutboundPost): Promise<OutboundAnswer>;
  /** The body of a 200 answer as text, at most 16 MiB. Throws for anything else. */
  getText(url: string, timeoutMs: number): Promise<string>;
  close(): void;
}

export interface OutboundOptions {
  readonly reach: Reach;
  /** For tests: how names become addresses. */
  readonly resolve?: (host: string) => Promise<string[]>;
}

const headBytes = 4 * 1024;
/** An answer longer than this is cut off: the endpoint is told by a closed connection, and we by a reason. */
const maxAnswerBytes = 64 * 1024;
const maxTextBytes = 16 * 1024 * 1024;

class Failure extends Error {
  readonly reason: OutboundFailure;
  constructor(reason: OutboundFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

const resolveByDns = async (host: string): Promise<string[]> =>
  (await dnsLookup(host, { all: true, verbatim: true })).map((entry) => entry.address);

export function createOutbound(options: OutboundOptions): Outbound {
  const resolve = options.resolve ?? resolveByDns;
  const sockets = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16, timeout: 30_000 };
  const plain = new http.Agent(sockets);
  const secure = new https.Agent(sockets);

  /** The one address that will be connected to: checked here, and pinned, so that DNS cannot change its mind. */
  async function pin(url: URL): Promise<string> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Failure('blocked', `${url.protocol} is not http(s)`);
    if (url.username !== '' || url.password !== '') throw new Failure('blocked', 'the URL carries credentials');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) !== 0 ? [host] : await resolve(host).catch((error: Error) => Promise.reject(new Failure('dns', error.message)));
    const allowed = addresses.find((address) => mayConnect(address, options.reach));
    if (addresses.length === 0) throw new Failure('dns', `${host} has no address`);
    if (allowed === undefined) throw new Failure('blocked', `${host} leads to ${addresses[0]}, which is not a public address`);
    return allowed;
  }

  async function send(request: OutboundPost & { method: 'GET' | 'POST'; maxBytes: number }) {
    const url = new URL(request.url);
    const address = await pin(url);
    const isSecure = url.protocol === 'https:';
    const family = isIP(address);
    return exchange(request, (signal) => {
      const settings: https.RequestOptions = {
        method: request.method,
        headers: { ...request.headers, ...(request.method === 'POST' ? { 'content-length': request.body.length } : {}) },
        agent: isSecure ? secure : plain,
        signal,
        lookup: (_host, lookupOptions, done) =>
          (lookupOptions as { all?: boolean }).all === true
            ? (done as unknown as (e: null, a: { address: string; family: number }[]) => void)(null, [{ address, family }])
            : done(null, address, family),
        // A developer's own https endpoint on this machine has a certificate that nobody signed.
        rejectUnauthorized: !(options.reach === 'public-and-loopback' && isLoopback(address)),
      };
      return isSecure ? https.request(url, settings) : http.request(url, settings);
    });
  }

  return {
    async post(request) {
      const started = performance.now();
      const latencyMs = () => Math.round(performance.now() - started);
      try {
        const answer = await withDeadline(request.timeoutMs, () => send({ ...request, method: 'POST', maxBytes: maxAnswerBytes }));
        return { kind: 'answered', status: answer.status, head: answer.body.subarray(0, headBytes), latencyMs: latencyMs() };
      } catch (error) {
        return { kind: 'failed', ...reasonOf(error as Error), latencyMs: latencyMs() };
      }
    },
    async getText(url, timeoutMs) {
      const request = { url, headers: {}, body: Buffer.alloc(0), timeoutMs };
      const answer = await withDeadline(timeoutMs, () => send({ ...request, method: 'GET', maxBytes: maxTextBytes }));
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      return answer.body.toString('utf8');
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Name resolution included: the caller never waits longer than this. */
function withDeadline<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure('timeout', `no answer within ${timeoutMs} ms`)), timeoutMs);
    work()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

function exchange(
  request: OutboundPost & { maxBytes: number },
  open: (signal: AbortSignal) => http.ClientRequest,
): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const outgoing = open(AbortSignal.timeout(request.timeoutMs));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > request.maxBytes) {
          outgoing.destroy();
          reject(new Failure('too-large', `the answer is longer than ${request.maxBytes} bytes`));
          return;
        }
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('aborted', () => reject(new Failure('reset', 'the answer was cut off')));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
    });
    outgoing.end(request.body);
  });
}

function reasonOf(error: Error & { code?: string }): { reason: OutboundFailure; detail: string } {
  const detail = error.message.slice(0, 300);
  if (error instanceof Failure) return { reason: error.reason, detail };
  if (error instanceof TypeError && error.code === 'ERR_INVALID_URL') return { reason: 'blocked', detail: 'not a URL' };
  const code = error.code ?? '';
  if (error.name === 'AbortError' || error.name === 'TimeoutError' || code === 'ETIMEDOUT') return { reason: 'timeout', detail };
  if (code === 'ECONNREFUSED') return { reason: 'refused', detail };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'HPE_INVALID_CONSTANT') return { reason: 'reset', detail };
  if (/^(ERR_TLS|CERT_|DEPTH_|UNABLE_|SELF_SIGNED|EPROTO)/.test(code)) return { reason: 'tls', detail };
  return { reason: 'other', detail };
}
