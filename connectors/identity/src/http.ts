// One request to the registry and its answer: one deadline over everything, a bounded answer, no redirects, TLS. No error's
// words repeat what was sent or answered: both may have a card's number.
import http from 'node:http';
import https from 'node:https';

export interface HttpParts {
  /** `https://registry.example/base`; plain http to this machine alone. */
  readonly url: string;
  /** PEM of who signs the registry's certificate; absent: the public ones. */
  readonly ca?: string | undefined;
  /** What stands behind `Bearer`, read anew for each request: a token is changed without a new start. */
  readonly token: () => Promise<string>;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface HttpClient {
  /** Throws when there is no whole answer in time. */
  ask(of: { method: string; path: string; body: object | null }): Promise<HttpAnswer>;
  close(): void;
}

const maxAnswerBytes = 64 * 1024;
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The one-line reason why a URL is none for a registry; null when it is one. */
export function urlFault(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'it is no http(s) URL';
  if (url.username !== '' || url.password !== '') return 'it carries credentials';
  if (url.search !== '' || url.hash !== '') return 'it has a query';
  if (url.protocol === 'http:' && !loopback.has(url.hostname))
    return 'only this machine is spoken to without TLS';
  return null;
}

/** Throws for a URL that is none for a registry. */
export function createHttpClient(parts: HttpParts): HttpClient {
  const fault = urlFault(parts.url);
  if (fault !== null) throw new Error(`the registry's URL cannot be used: ${fault}`);
  const base = new URL(parts.url);
  const secure = base.protocol === 'https:';
  const options = { keepAlive: true, maxSockets: 32, maxFreeSockets: 4, timeout: 30_000 };
  const agent = secure
    ? new https.Agent({ ...options, ...(parts.ca === undefined ? {} : { ca: parts.ca }) })
    : new http.Agent(options);

  async function send(
    { method, path, body }: Parameters<HttpClient['ask']>[0],
    fresh: boolean,
  ): Promise<HttpAnswer> {
    const token = await parts.token();
    const bytes = body === null ? null : Buffer.from(JSON.stringify(body));
    const url = new URL(base.pathname.replace(/\/$/, '') + path, base);
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method,
        agent: fresh ? undefined : agent,
        ...(fresh && parts.ca !== undefined ? { ca: parts.ca } : {}),
        signal: AbortSignal.timeout(parts.timeoutMs),
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token}`,
          ...(bytes === null ? {} : { 'content-type': 'application/json', 'content-length': bytes.length }),
        },
      });
      request.on('response', (response) => collect(response).then(resolve, reject));
      request.on('error', (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error),
      );
      request.end(bytes ?? undefined);
    });
  }

  return {
    async ask(of) {
      try {
        // The other side had closed a kept connection as we wrote to it. The id makes it safe to ask again.
        return await send(of, false).catch((error: Error) => {
          if (error instanceof StaleConnection) return send(of, true);
          throw error;
        });
      } catch (error) {
        const { name, code, message } = error as NodeJS.ErrnoException;
        const why =
          name === 'TimeoutError' || name === 'AbortError'
            ? `no answer within ${parts.timeoutMs} ms`
            : (code ?? message);
        throw new Error(`the registry was not reached: ${why}`);
      }
    },
    close: () => agent.destroy(),
  };
}

class StaleConnection extends Error {}

async function collect(response: http.IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxAnswerBytes) {
      response.destroy();
      throw new Error(`an answer of more than ${maxAnswerBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
}
