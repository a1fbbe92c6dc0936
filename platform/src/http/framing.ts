// What has to be true of a request's bytes before anybody looks at what it asks: it can be read in one way only, by us and
// by every proxy in front of us (RFC 9112). What the parser itself refuses is answered here too, in the server's own form.
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** How long a connection may take for what it sends, in milliseconds. Long answers are not counted, only requests. */
export const timesOfConnections = {
  /** All header lines. */
  headersTimeout: 20_000,
  /** The whole request with its body. */
  requestTimeout: 60_000,
  /** Between two requests. */
  keepAliveTimeout: 30_000,
  /** How often the two first are looked at. */
  connectionsCheckingInterval: 2_000,
} as const;

/** `POST https://host/ams/... HTTP/1.1`: some official clients send the absolute form; routes see the origin form. */
export function originForm(target: string): string {
  const absolute = absoluteForm.exec(target);
  if (absolute === null) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const absoluteForm = /^https?:\/\/[^/?#]*/i;
const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

interface Fault {
  readonly status: 400 | 501;
  readonly why: string;
}

/**
 * Where the proxy in front and we may each understand another request: no host or two (RFC 9112 section 3.2), a target that
 * names another one, a body whose end is told in a way that not everybody knows (sections 6.1 and 7). `target` is the
 * request line's, as it came.
 */
export function faultOfFraming(request: IncomingMessage, target: string): Fault | null {
  const fault = (why: string, status: Fault['status'] = 400): Fault => ({ status, why });
  const [host = null, second] = hostsOf(request);
  const isOld = request.httpVersion === '1.0';
  if (second !== undefined) return fault('two Host headers');
  if (host === null && !isOld) return fault('the Host header is missing');
  if (host !== null && !hostPattern.test(host)) return fault('the Host header is no host');
  const absolute = absoluteForm.exec(target)?.[0];
  if (absolute !== undefined && !isAt(absolute, host))
    return fault('the target names another host than the Host header');
  const coding = request.headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (isOld) return fault('HTTP/1.0 has no Transfer-Encoding');
  if (coding.trim().toLowerCase() === 'chunked') return null;
  return fault('of transfer codings only chunked is understood', 501);
}

/** What the Host headers say. */
function hostsOf({ rawHeaders }: IncomingMessage): string[] {
  const hosts: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[at + 1]!);
  }
  return hosts;
}

/** Whether `http://host:port` of an absolute target is what the Host header says; a scheme's usual port may be left out. */
function isAt(absolute: string, host: string | null): boolean {
  if (absolute.includes('@')) return false;
  if (host === null) return true;
  const said = `${absolute.slice(0, absolute.indexOf('//'))}//${host}`;
  return URL.canParse(absolute) && URL.canParse(said) && new URL(absolute).host === new URL(said).host;
}

/** The server's own form of a refusal; adapters have their protocols'. */
export const refusalBody = (code: string, message: string) => ({ error: { code, message } });

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};
const reasons: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'the request did not come whole in time',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'the chunk extensions are too large',
  HPE_HEADER_OVERFLOW: 'the header lines are too large or too many',
};

/** What a connection waits for. */
const waiting = new WeakMap<Socket, Set<ServerResponse>>();

export function watchAnswers({ socket }: IncomingMessage, answer: ServerResponse): void {
  const answers = waiting.get(socket) ?? new Set();
  waiting.set(socket, answers.add(answer));
  answer.once('close', () => answers.delete(answer));
}

/** Whether the next bytes on the connection would be taken for the answer to an earlier, whole request. */
const owesAnswer = (socket: Socket): boolean =>
  [...(waiting.get(socket) ?? [])].some((answer) => answer.req.complete || answer.headersSent);

/**
 * Says why bytes are no request, and ends the connection. While an earlier request of it waits for its answer nothing is
 * said: whoever sent that one would take this for its answer.
 */
export function answerUnreadable(
  error: Error & { readonly code?: string; readonly reason?: string },
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  const code = error.code ?? '';
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable && !owesAnswer(socket)) {
    const status = statuses[code] ?? 400;
    // The parser's reasons are sentences of its own; they repeat nothing of what was sent.
    const why = reasons[code] ?? error.reason ?? 'the bytes are no HTTP request';
    const body = JSON.stringify(refusalBody('INVALID_REQUEST', why));
    const lines = { ...headers, 'content-type': 'application/json; charset=utf-8', connection: 'close' };
    socket.write(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        ...Object.entries(lines).map(([name, value]) => `${name}: ${value}`),
        `content-length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
}
