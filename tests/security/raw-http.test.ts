// Security, "25 raw HTTP cases", kept so: bytes that no client sends, over sockets of our own. Each has its right answer, nobody
// is answered with somebody else's, the server serves on, and no money moves.
import net from 'node:net';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedPost } from '../signed-post.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

interface Exchange {
  /** The status of every answer on this connection, in order. */
  readonly statuses: readonly string[];
  /** Everything that was received. */
  readonly text: string;
}

let sandbox: Sandbox;
let port: number;
let before: string;
/** Begun first, so that the server's patience runs while the other cases do. */
let slow: { headers: Promise<Exchange>; body: Promise<Exchange>; chunks: Promise<Exchange> };

beforeAll(async () => {
  sandbox = await startSandbox();
  port = Number(new URL(sandbox.http).port);
  before = await books();
  slow = {
    headers: dripped('GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ', 'a'),
    body: dripped(`POST ${pay} HTTP/1.1\r\n${host}Content-Length: 100000\r\n\r\n`, ' '),
    chunks: dripped(`POST ${pay} HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nffff;`, 'a'),
  };
});
afterAll(async () => {
  await expect(books()).resolves.toBe(before);
  await sandbox?.stop();
});

/** What the proofs say of money; the log seals meanwhile, so its lengths are left out. */
async function books(): Promise<string> {
  const { ok, proofs } = await sandbox.get<AuditAnswer>('/audit.json');
  return JSON.stringify([ok, proofs.map(({ name, detail }) => [name, /seal|log/.test(name) ? '' : detail])]);
}

const host = 'Host: 127.0.0.1\r\n';
const close = 'Connection: close\r\n';
const pay = '/ams/sandbox/api/v1/payments/pay';
const code = '/api/wallet/session/code';

/** Sends bytes (latin1) and answers what comes until the server or, after an answer, our patience ends the connection. */
function exchange(bytes: string, of: { half?: boolean } = {}): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    collect(socket, resolve);
    // Longer than any wait of the server: an answer that never comes is a failure, not a case.
    socket.setTimeout(45_000, () => reject(new Error(`no end after ${JSON.stringify(bytes.slice(0, 200))}`)));
    if (of.half) socket.end(bytes, 'latin1');
    else socket.write(bytes, 'latin1');
  });
}

function collect(socket: net.Socket, resolve: (exchange: Exchange) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('end', () => socket.end());
  // The server may end while we are writing: what it said first counts.
  socket.on('error', () => undefined);
  socket.on('close', () =>
    resolve({ text, statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((found) => found[1]!) }),
  );
}

/** A client that sends one more piece every second, for ever. */
function dripped(start: string, piece: string): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const drip = setInterval(() => socket.write(piece), 1_000);
    socket.on('close', () => clearInterval(drip));
    collect(socket, resolve);
    socket.write(start);
  });
}

const get = (lines: string, path = '/healthz') => `GET ${path} HTTP/1.1\r\n${host}${lines}\r\n`;
const post = (path: string, lines: string, body: string) =>
  `POST ${path} HTTP/1.1\r\n${host}${close}${lines}\r\n${body}`;
const json = (body: string, path = code) =>
  post(
    path,
    `x-tongbao-csrf: 1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n`,
    body,
  );
const chunked = (chunks: string, path = pay) => post(path, 'Transfer-Encoding: chunked\r\n', chunks);
const hidden = `GET /sandbox/credentials HTTP/1.1\r\n${host}\r\n`;

/** One answer, of this status, with this in it; what stood behind the refused bytes was not carried out. */
async function refused(bytes: string, status: string, why: RegExp): Promise<void> {
  const answer = await exchange(bytes);
  expect([answer.statuses, answer.text]).toEqual([[status], expect.stringMatching(why)]);
  expect(answer.text).toContain('"error":{"code":"INVALID_REQUEST"');
  expect(answer.text).toMatch(/connection: close/i);
  expect(answer.text).not.toContain('merchantPrivateKey');
}

describe('security, raw HTTP: where a request ends', () => {
  test.each<[string, string, string, RegExp]>([
    [
      '1 CL and TE',
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      '400',
      /Transfer-Encoding/,
    ],
    [
      '2 TE and CL',
      `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`,
      '400',
      /Content-Length/,
    ],
    ['3 two lengths', `Content-Length: 0\r\nContent-Length: 61\r\n\r\n${hidden}`, '400', /Content-Length/],
    ['4 one length twice', `Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`, '400', /Content-Length/],
    ['5 a list of lengths', `Content-Length: 2, 2\r\n\r\n{}`, '400', /Content-Length/i],
    ['6 a negative length', `Content-Length: -1\r\n\r\n{}`, '400', /Content-Length/i],
    ['7 a signed length', `Content-Length: +2\r\n\r\n{}`, '400', /Content-Length/i],
    ['8 a length beyond numbers', `Content-Length: ${'9'.repeat(30)}\r\n\r\n{}`, '400', /Content-Length/i],
    ['9 TE twice', `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`, '400', /./],
    ['10 TE chunked, then gzip', `Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, '400', /./],
    [
      '11 TE gzip, then chunked',
      `Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      '501',
      /only chunked/,
    ],
    ['12 TE after a vertical tab', `Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, '400', /./],
    ['13 a space before the colon', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, '400', /header/i],
    ['14 obs-fold', `X-A: one\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, '400', /header/i],
    ['15 a bare LF between lines', `X-A: 1\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, '400', /LF|CR/],
    [
      '16 a bare CR between lines',
      `X-A: 1\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      '400',
      /LF|CR|header/i,
    ],
    [
      '17 a chunk size beyond numbers',
      `Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n{}`,
      '400',
      /[Cc]hunk/,
    ],
    [
      '18 a chunk size of another notation',
      `Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`,
      '400',
      /chunk/,
    ],
    ['19 a negative chunk size', `Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`, '400', /chunk/],
    [
      '20 a chunk extension with a bare LF',
      `Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n{}\r\n0\r\n\r\n`,
      '400',
      /chunk/,
    ],
    [
      '21 chunk extensions without end',
      `Transfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`,
      '413',
      /chunk extensions/,
    ],
  ])('%s', async (_name, rest, status, why) => {
    await refused(`POST ${pay} HTTP/1.1\r\n${host}${rest}`, status, why);
  });

  test('22 HTTP/1.0 with a Transfer-Encoding', async () => {
    const bytes = `POST ${pay} HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    await refused(bytes, '400', /HTTP\/1\.0 has no Transfer-Encoding/);
  });

  test('23 chunk extensions and trailers of a usual size are read over, and trailers are no headers', async () => {
    const { text } = await exchange(chunked('2;a="b"\r\n{}\r\n0\r\nclient-id: evil\r\n\r\n'));
    expect(text).toContain('the header client-id is missing');
    expect(text).toMatch(/^client-id: \r$/m);
  });

  test('24 pipelined requests are answered in their order, one for one', async () => {
    const bytes = `${get('')}${get('', '/sandbox/clock')}${get('', '/nothing')}${get(close)}`;
    const { statuses, text } = await exchange(bytes);
    expect(statuses).toEqual(['200', '200', '404', '200']);
    expect(text.indexOf('"now"')).toBeLessThan(text.indexOf('NOT_FOUND'));
  });

  test('25 broken bytes behind a request that waits take no one’s answer', async () => {
    const body = JSON.stringify({ phone: sandbox.credentials.customers[3]!.phone });
    const first = json(body).replace(close, '');
    const { statuses } = await exchange(`${first}BROKEN\r\n\r\n`);
    // Its own answer, or none: never the 400 of what stood behind it.
    expect(statuses).not.toContain('400');
  });

  test('26 a GET with a body does not leave the body to be read as a request', async () => {
    const { statuses, text } = await exchange(
      `GET /healthz HTTP/1.1\r\n${host}Content-Length: ${hidden.length}\r\n\r\n${hidden}${get(close)}`,
    );
    expect(statuses).toEqual(['200', '200']);
    expect(text).not.toContain('merchantPrivateKey');
  });
});

describe('security, raw HTTP: lines', () => {
  test.each<[string, string, string, RegExp]>([
    ['27 one huge header', get(`X-A: ${'a'.repeat(70_000)}\r\n`), '431', /too large or too many/],
    ['28 five thousand headers', get('X: 1\r\n'.repeat(5_000)), '431', /too large or too many/],
    [
      '29 a second Host behind two thousand headers',
      get(`${'X: 1\r\n'.repeat(2_100)}Host: evil.example\r\n`),
      '431',
      /too large or too many/,
    ],
    ['30 a huge target', get('', `/${'a'.repeat(70_000)}`), '431', /too large or too many/],
    ['31 NUL in a header', get('X-A: a\0b\r\n'), '400', /./],
    ['32 NUL in the target', get('', '/health\0z'), '400', /./],
    ['33 a name with a space', get('X A: 1\r\n'), '400', /header/],
    ['34 no name', get(': 1\r\n'), '400', /header/],
    [
      '35 a target of a foreign host',
      `GET http://evil.example/healthz HTTP/1.1\r\n${host}\r\n`,
      '400',
      /another host/,
    ],
    [
      '36 a target with a user',
      `GET http://a@127.0.0.1/healthz HTTP/1.1\r\n${host}\r\n`,
      '400',
      /another host/,
    ],
    ['37 no Host', 'GET /healthz HTTP/1.1\r\n\r\n', '400', /Host header is missing/],
    ['38 two Hosts', get('Host: evil.example\r\n'), '400', /two Host headers/],
    ['39 a Host that is none', 'GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n', '400', /no host/],
    ['40 HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400', /./],
    ['41 HTTP/1.2', `GET /healthz HTTP/1.2\r\n${host}\r\n`, '400', /version/],
    ['42 a method in lower case', `get /healthz HTTP/1.1\r\n${host}\r\n`, '400', /method/],
    ['43 a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '400', /method/],
    ['44 a percent that is none', get(close, '/%zz'), '400', /path cannot be read/],
    ['45 bytes that are no UTF-8', get(close, '/api/wallet/bills/%ff'), '400', /path cannot be read/],
  ])('%s', async (_name, bytes, status, why) => {
    await refused(bytes, status, why);
  });

  test('46 HTTP/0.9 is answered, whether its sender closes its half or not', async () => {
    const { statuses } = await exchange('GET /healthz\r\n', { half: true });
    expect(statuses).toEqual(['400']);
  });

  test('47 the absolute form of our own host is served', async () => {
    const { statuses } = await exchange(`GET http://127.0.0.1:80/healthz HTTP/1.1\r\n${host}${close}\r\n`);
    expect(statuses).toEqual(['200']);
  });

  test.each([
    ['48 another scheme', 'GET', 'ftp://evil.example/healthz'],
    ['49 a file', 'GET', 'file:///etc/passwd'],
    ['50 two slashes', 'GET', '//evil.example/healthz'],
    ['51 up and out', 'GET', '/../../../../etc/passwd'],
    ['52 up and out, encoded', 'GET', '/assets/..%2f..%2f..%2fpackage.json'],
    ['53 up and out, with backslashes', 'GET', '/..\\..\\package.json'],
    ['54 OPTIONS *', 'OPTIONS', '*'],
    ['55 TRACE', 'TRACE', '/healthz'],
    ['56 a method of WebDAV', 'PROPFIND', '/healthz'],
    ['57 DELETE of a payment', 'DELETE', '/api/cashier/payments/1'],
  ])('%s: 404, and nothing is given back of what only the sender knew', async (_name, method, target) => {
    const bytes = `${method} ${target} HTTP/1.1\r\n${host}${close}Cookie: tongbao_session=secret\r\n\r\n`;
    const { statuses, text } = await exchange(bytes);
    expect([statuses, text]).toEqual([['404'], expect.not.stringMatching(/secret|root:|"private"/)]);
  });

  test('58 a long path is not given back whole', async () => {
    const { statuses, text } = await exchange(get(close, `/${'a'.repeat(60_000)}`));
    expect(statuses).toEqual(['404']);
    expect(text.length).toBeLessThan(3_000);
  });

  test('59 CONNECT opens nothing', async () => {
    const { statuses } = await exchange(`CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`);
    expect(statuses).toEqual([]);
  });

  test.each([
    ['60 websocket', 'websocket'],
    ['61 HTTP/2 in clear text', 'h2c'],
  ])('%s: the request is answered as it is, nothing is upgraded', async (_name, protocol) => {
    const bytes = get(`Connection: Upgrade, close\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\n`);
    expect((await exchange(bytes)).statuses).toEqual(['200']);
  });

  test.each([
    ['62 Expect: 100-continue', '100-continue', ['100', '200']],
    ['63 another expectation', 'a-miracle', ['417']],
  ])('%s', async (_name, expectation, statuses) => {
    const bytes = post(pay, `Expect: ${expectation}\r\nContent-Length: 2\r\n`, '{}');
    expect((await exchange(bytes)).statuses).toEqual(statuses);
  });

  test('64 line breaks in an address come back in no header', async () => {
    for (const path of ['/cashier/a%0d%0aSet-Cookie:%20x=1', '/gateway.do?service=%0d%0aSet-Cookie:%20x=1']) {
      const { text } = await exchange(get(close, path));
      expect(text.split('\r\n\r\n')[0]).not.toMatch(/^set-cookie/im);
    }
  });
});

describe('security, raw HTTP: bodies', () => {
  test.each<[string, string, RegExp]>([
    [
      '65 gzip',
      json('\x1f\x8b\x08\x00').replace('x-tongbao', 'Content-Encoding: gzip\r\nx-tongbao'),
      /cannot be read/,
    ],
    ['66 UTF-16', json('{\0}\0').replace('/json', '/json; charset=utf-16'), /cannot be read/],
    ['67 a hundred thousand brackets', json('['.repeat(100_000)), /cannot be read/],
    [
      '68 a hundred thousand levels',
      json(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
      /phone: invalid_type/,
    ],
    ['69 __proto__', json('{"__proto__":{"phone":"13800000001"}}'), /cannot be read/],
    ['70 constructor.prototype', json('{"phone":"1","constructor":{"prototype":{"a":1}}}'), /cannot be read/],
    ['71 nothing', json(''), /cannot be read/],
    ['72 a number beyond numbers', json('{"phone":1e999999}'), /phone/],
    ['73 a lone surrogate', json('{"phone":"\\ud800"}'), /phone|cannot/],
    ['74 an array', json('[{"phone":"13800000001"}]'), /body/],
  ])('%s: 400 in the shopper API’s words', async (_name, bytes, why) => {
    const { statuses, text } = await exchange(bytes);
    expect([statuses, text]).toEqual([['400'], expect.stringMatching(why)]);
    expect(text).toContain('"code":"INVALID_REQUEST"');
  });

  test('75 a byte order mark before JSON is no part of it', async () => {
    const { statuses } = await exchange(json('\xef\xbb\xbf{"phone":"13800000001"}'));
    expect(['200', '400']).toContain(statuses[0]);
    expect(statuses).toHaveLength(1);
  });

  test.each<[string, string, RegExp]>([
    [
      '76 a name twice',
      '{"productCode":"CASHIER_PAYMENT","productCode":"IN_STORE_PAYMENT"}',
      /productCode: is named twice/,
    ],
    [
      '77 the same name in two spellings',
      '{"paymentAmount":{"value":"59000","v\\u0061lue":"1"}}',
      /value: is named twice/,
    ],
    ['78 __proto__', '{"__proto__":{"productCode":"CASHIER_PAYMENT"}}', /productCode/],
    ['79 gzip bytes', '\x1f\x8b\x08\x00', /not JSON/],
    ['80 a byte order mark', '\ufeff{}', /not JSON|productCode/],
    ['81 a hundred thousand levels', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /productCode/],
  ])('%s, signed: PARAM_ILLEGAL', async (_name, raw, why) => {
    const answer = await signedPost(sandbox, sandbox.credentials.merchants[0]!, { raw });
    expect([answer.status, answer.signed]).toEqual([200, true]);
    expect(answer.body.result).toMatchObject({
      ...{ resultStatus: 'F', resultCode: 'PARAM_ILLEGAL', resultMessage: expect.stringMatching(why) },
    });
  });

  test.each([
    ['82 a length of a terabyte', 'Content-Length: 1099511627776\r\n', '{}'],
    [
      '83 a length that the sender waits to be welcome with',
      'Expect: 100-continue\r\nContent-Length: 9999999\r\n',
      '',
    ],
  ])('%s is refused before it is sent', async (_name, lines, body) => {
    const { text } = await exchange(post(pay, lines, body));
    expect(text).toContain('the body is larger than 1 MiB');
  });

  test('84 a body that stops in the middle, with the sender’s half closed, moves nothing and ends', async () => {
    const { statuses } = await exchange(post(pay, 'Content-Length: 5000\r\n', '{"productCode":'), {
      half: true,
    });
    expect(statuses).not.toContain('200');
  });

  test('85 two types of content: the first one counts, and it is none that a form can send', async () => {
    const bytes = json('{}').replace('x-tongbao', 'Content-Type: text/plain\r\nx-tongbao');
    expect((await exchange(bytes)).statuses).toEqual(['415']);
  });

  test('86 two session cookies, and ten thousand others', async () => {
    const two = get(`${close}Cookie: tongbao_session=a; tongbao_session=b\r\n`, '/api/wallet');
    const many = get(`${close}Cookie: ${'a=b; '.repeat(10_000)}\r\n`, '/api/wallet');
    expect((await exchange(two)).statuses).toEqual(['401']);
    expect((await exchange(many)).statuses).toEqual(['401']);
  });

  test('87 a thousand ranges of a page are not a thousand parts', async () => {
    const { text } = await exchange(get(`${close}Range: bytes=${'0-,'.repeat(1_000)}5-5\r\n`, '/wallet'));
    expect(text.length).toBeLessThan(20_000);
  });
});

describe('security, raw HTTP: patience', () => {
  test('88 two hundred connections that say nothing keep nobody out', async () => {
    const idle = Array.from({ length: 200 }, () =>
      net.connect(port, '127.0.0.1').on('error', () => undefined),
    );
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await exchange(get(close))).statuses).toEqual(['200']);
    for (const socket of idle) socket.destroy();
  });

  test('89 headers that come byte by byte end with 408', { timeout: 60_000 }, async () => {
    const { statuses, text } = await slow.headers;
    expect([statuses, text]).toEqual([['408'], expect.stringContaining('did not come whole in time')]);
  });

  test('90 bodies that come byte by byte end, and were no request', { timeout: 120_000 }, async () => {
    for (const { statuses } of await Promise.all([slow.body, slow.chunks])) expect(statuses).toEqual(['408']);
  });

  test('after all of it the server serves, and its log has no unexpected error', async () => {
    const order = await sandbox.post<{ paymentId: string }>('/sandbox/test-payment', {});
    expect(order.paymentId).toMatch(/^\d{30}$/);
    before = await books();
    expect(sandbox.log()).not.toContain('unexpected error');
  });
});
