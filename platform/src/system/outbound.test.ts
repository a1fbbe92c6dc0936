// The way out against real servers on this machine: everything that an endpoint can do to us, and everything that a
// URL can be made to mean.
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { createOutbound, type Outbound, type OutboundAnswer, type OutboundOptions } from './outbound.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function out(options: Partial<OutboundOptions> = {}): Outbound {
  const outbound = createOutbound({ reach: 'public-and-loopback', ...options });
  cleanUps.push(() => outbound.close());
  return outbound;
}

async function listen(server: net.Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  server.on('secureConnection', (socket: net.Socket) => sockets.add(socket));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const serve = (handler: http.RequestListener, host?: string): Promise<number> =>
  listen(http.createServer(handler), host);

interface Sent {
  timeoutMs?: number;
  maxAnswerBytes?: number;
  headers?: Record<string, string>;
}
const post = (outbound: Outbound, url: string, more: Sent = {}): Promise<OutboundAnswer> =>
  outbound.post({ url, headers: {}, body: Buffer.from('{"a":1}'), timeoutMs: 10_000, ...more });

/** An endpoint that counts what reaches it and answers 200 `ok`. */
async function counting(host?: string): Promise<{ port: number; requests: () => number }> {
  let requests = 0;
  const port = await serve((request, response) => {
    requests++;
    request.resume().on('end', () => response.end('ok'));
  }, host);
  return { port, requests: () => requests };
}

describe('an exchange', () => {
  test('sends the bytes and headers that it is given and answers status, first bytes and latency', async () => {
    const seen: { headers: http.IncomingHttpHeaders; body: string }[] = [];
    const port = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push({ headers: request.headers, body });
        response.writeHead(202).end('taken');
      });
    });
    const answer = await post(out(), `http://127.0.0.1:${port}/notify?shop=1`, {
      headers: { signature: 'abc' },
    });
    expect(answer).toMatchObject({ kind: 'answered', status: 202, head: Buffer.from('taken') });
    expect(answer.latencyMs).toBeGreaterThanOrEqual(0);
    expect(seen).toEqual([
      { headers: expect.objectContaining({ signature: 'abc', 'content-length': '7' }), body: '{"a":1}' },
    ]);
  });

  test('keeps the first 4 KiB of a longer answer', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(20_000)));
    const answer = await post(out(), `http://127.0.0.1:${port}/`);
    expect(answer).toMatchObject({ kind: 'answered', status: 200, head: Buffer.from('x'.repeat(4096)) });
  });

  test('cuts an answer that does not end, and the endpoint notices', async () => {
    let closed = () => {};
    const noticed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await serve((_request, response) => {
      response.on('close', closed);
      const more = () => {
        while (!response.destroyed && response.write('y'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    });
    expect(await post(out(), `http://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'failed',
      reason: 'too-large',
    });
    await noticed;
    expect(await post(out(), `http://127.0.0.1:${port}/`, { maxAnswerBytes: 10 })).toMatchObject({
      detail: 'the answer is longer than 10 bytes',
    });
  });

  test('does not follow a redirect', async () => {
    const target = await counting();
    const port = await serve((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end(),
    );
    expect(await post(out(), `http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answered', status: 307 });
    expect(target.requests()).toBe(0);
  });

  test('uses a connection again, and tries once more on a new one when the endpoint had dropped it', async () => {
    const served: number[] = [];
    let connections = 0;
    const server = http.createServer((request, response) =>
      request.resume().on('end', () => response.end('ok')),
    );
    server.on('connection', (socket: net.Socket) => {
      const connection = ++connections;
      let requests = 0;
      socket.on('data', () => {
        served.push(connection);
        // The third request on the first connection meets an endpoint that has just lost interest in it.
        if (connection === 1 && ++requests === 3) socket.destroy();
      });
    });
    const port = await listen(server);
    const outbound = out();
    for (let index = 0; index < 3; index++) {
      expect(await post(outbound, `http://127.0.0.1:${port}/`)).toMatchObject({
        kind: 'answered',
        status: 200,
      });
    }
    expect(connections).toBe(2);
    expect(new Set(served)).toEqual(new Set([1, 2]));
  });
});

describe('an endpoint that misbehaves', () => {
  const slow: Record<string, (socket: net.Socket) => void> = {
    'never answers': () => {},
    'sends headers and never a body': (socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'),
    'sends its headers byte by byte': (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: '),
    'sends its body byte by byte': (socket) =>
      drip(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nz\r\n'),
  };
  function drip(socket: net.Socket, first: string, again = 'z'): void {
    socket.write(first);
    const timer = setInterval(() => socket.write(again), 20);
    socket.on('close', () => clearInterval(timer));
  }

  test.each(Object.keys(slow))('%s: one deadline over everything', async (behaviour) => {
    const port = await listen(
      net.createServer(
        (socket) => void socket.on('error', () => {}).once('data', () => slow[behaviour]!(socket)),
      ),
    );
    const answer = await post(out(), `http://127.0.0.1:${port}/`, { timeoutMs: 300 });
    expect(answer).toMatchObject({ kind: 'failed', reason: 'timeout', detail: 'no answer within 300 ms' });
  });

  const broken: Record<string, { act: (socket: net.Socket) => void; reason: string }> = {
    'hangs up at once': { act: (socket) => socket.destroy(), reason: 'reset' },
    'hangs up within its body': {
      act: (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf of it'),
      reason: 'reset',
    },
    'resets the connection': { act: (socket) => socket.resetAndDestroy(), reason: 'reset' },
    'does not speak HTTP': { act: (socket) => socket.end('220 mail.example ESMTP\r\n'), reason: 'other' },
    'sends bytes without meaning': { act: (socket) => socket.end(Buffer.alloc(500, 0xfe)), reason: 'other' },
    'sends headers without end': {
      act: (socket) => socket.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`),
      reason: 'too-large',
    },
    'wants another protocol': {
      act: (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
      reason: 'reset',
    },
  };
  test.each(Object.keys(broken))('%s', async (behaviour) => {
    const { act, reason } = broken[behaviour]!;
    const port = await listen(
      net.createServer((socket) => void socket.on('error', () => {}).once('data', () => act(socket))),
    );
    expect(await post(out(), `http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failed', reason });
  });

  test('is not there', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    cleanUps.pop();
    expect(await post(out(), `http://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'failed',
      reason: 'refused',
    });
    const both = out({ resolve: async () => ['127.0.0.1', '::1'] });
    expect(await post(both, `http://two.example:${port}/`)).toMatchObject({
      kind: 'failed',
      reason: 'refused',
      detail: expect.stringMatching(/./),
    });
  });
});

describe('the guard', () => {
  test.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'http://user:secret@127.0.0.1/',
    'not a url',
    '//127.0.0.1/',
    '',
  ])('refuses %j as a URL', async (url) => {
    expect(await post(out(), url)).toMatchObject({ kind: 'failed', reason: 'blocked' });
  });

  test('production reaches this machine under none of its names', async () => {
    const { port, requests } = await counting();
    const six = await counting('::1');
    const outbound = out({ reach: 'public' });
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '[::127.0.0.1]',
    ]) {
      expect(await post(outbound, `http://${host}:${port}/`), host).toMatchObject({
        kind: 'failed',
        reason: 'blocked',
      });
    }
    expect(await post(outbound, `http://[::1]:${six.port}/`)).toMatchObject({ reason: 'blocked' });
    expect(requests() + six.requests()).toBe(0);
  });

  test.each([['10.0.0.8'], ['169.254.169.254'], ['::ffff:192.168.1.1'], ['fd00::1']])(
    'a public name that leads to %s is refused, in the sandbox too',
    async (address) => {
      const outbound = out({ resolve: async () => [address] });
      const answer = await post(outbound, 'http://shop.example/notify');
      expect(answer).toMatchObject({
        reason: 'blocked',
        detail: `shop.example leads to ${address}, which is not a public address`,
      });
    },
  );

  test('asks DNS once and connects to the address that it checked', async () => {
    const { port, requests } = await counting();
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const asked: string[] = [];
    const outbound = out({
      resolve: async (host) => {
        asked.push(host);
        return answers[asked.length - 1]!;
      },
    });
    expect(await post(outbound, `http://rebinding.example:${port}/`)).toMatchObject({
      kind: 'answered',
      status: 200,
    });
    expect(asked).toEqual(['rebinding.example']);
    expect(await post(outbound, `http://rebinding.example:${port}/`)).toMatchObject({ reason: 'blocked' });
    expect(requests()).toBe(1);
  });

  test('passes over the addresses that it may not use, and over those that do not answer', async () => {
    const { port } = await counting();
    const resolve = async () => ['10.0.0.1', '::1', '127.0.0.1'];
    expect(await post(out({ resolve }), `http://localhost:${port}/`)).toMatchObject({
      kind: 'answered',
      status: 200,
    });
  });

  test('a name without an address, or that DNS does not know', async () => {
    expect(await post(out({ resolve: async () => [] }), 'http://none.example/')).toMatchObject({
      reason: 'dns',
    });
    const unknown = out({ resolve: () => Promise.reject(new Error('getaddrinfo ENOTFOUND none.example')) });
    expect(await post(unknown, 'http://none.example/')).toMatchObject({
      reason: 'dns',
      detail: expect.stringMatching(/ENOTFOUND/),
    });
  });

  test('DNS that answers after the deadline leads to no request', async () => {
    const { port, requests } = await counting();
    let answer: (addresses: string[]) => void = () => {};
    const outbound = out({ resolve: () => new Promise((resolve) => (answer = resolve)) });
    expect(await post(outbound, `http://late.example:${port}/`, { timeoutMs: 30 })).toMatchObject({
      reason: 'timeout',
    });
    answer(['127.0.0.1']);
    // A second exchange, begun later and done, leaves the first all the time it would have needed.
    expect(await post(out(), `http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answered' });
    expect(requests()).toBe(1);
  });
});

describe('https', () => {
  async function selfSigned(): Promise<number> {
    const pem = await generate([{ name: 'commonName', value: 'shop.example' }], { keySize: 2048 });
    return listen(
      https.createServer(
        { key: pem.private, cert: pem.cert },
        (_request, response) => void response.end('ok'),
      ),
    );
  }

  test('a certificate that nobody signed does on this machine, and nowhere else', async () => {
    const port = await selfSigned();
    expect(await post(out(), `https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'answered', status: 200 });
    // A name that leads to this machine and elsewhere is elsewhere.
    const elsewhere = out({ resolve: async () => ['127.0.0.1', '2606:4700::1'] });
    expect(await post(elsewhere, `https://shop.example:${port}/`)).toMatchObject({
      kind: 'failed',
      reason: 'tls',
    });
  });

  test('an endpoint that does not speak TLS', async () => {
    const { port } = await counting();
    expect(await post(out(), `https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failed', reason: 'tls' });
  });
});

describe('a text', () => {
  test('is fetched whole', async () => {
    const port = await serve(
      (request, response) => void response.end(`${request.method} 汇率 ${'z'.repeat(200_000)}`),
    );
    const text = await out().getText(`http://127.0.0.1:${port}/rates`, 10_000);
    expect(text).toBe(`GET 汇率 ${'z'.repeat(200_000)}`);
  });

  test('anything but 200 throws', async () => {
    const port = await serve((_request, response) => void response.writeHead(404).end('no'));
    await expect(out().getText(`http://127.0.0.1:${port}/`, 10_000)).rejects.toThrow('answered 404');
    await expect(out({ reach: 'public' }).getText(`http://127.0.0.1:${port}/`, 10_000)).rejects.toThrow(
      'not a public address',
    );
  });
});

test('closing cuts what is under way', async () => {
  let arrived = () => {};
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const port = await serve(() => arrived());
  const outbound = createOutbound({ reach: 'public-and-loopback' });
  const answer = post(outbound, `http://127.0.0.1:${port}/`);
  await arrival;
  outbound.close();
  expect(await answer).toMatchObject({ kind: 'failed', reason: 'reset' });
});

test('wire W14: an acknowledgement that a server packed unasked is read, and never more of it than is allowed', async () => {
  const outbound = createOutbound({ reach: 'public-and-loopback' });
  const answers: Record<string, Buffer> = {
    gzip: gzipSync('success'),
    deflate: deflateSync('success'),
    br: brotliCompressSync('success'),
    bomb: gzipSync(Buffer.alloc(10_000_000)),
  };
  const port = await serve((request, response) => {
    const kind = request.url!.slice(1);
    response.writeHead(200, { 'content-encoding': kind === 'bomb' ? 'gzip' : kind }).end(answers[kind]);
  });
  for (const kind of ['gzip', 'deflate', 'br']) {
    const answer = await post(outbound, `http://127.0.0.1:${port}/${kind}`);
    expect(answer).toMatchObject({ kind: 'answered', head: Buffer.from('success') });
  }
  expect(await post(outbound, `http://127.0.0.1:${port}/bomb`)).toMatchObject({ kind: 'failed' });
  outbound.close();
});
