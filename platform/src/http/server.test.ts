// What every request passes before any adapter: whose word a proxy's is, one host a request, and whose page a call is from.
import net from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { serveConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { createServer, type ServerOptions } from './server.ts';
import { answerError } from './shopper/errors.ts';
import { assertOwnPage } from './shopper/origin.ts';

let server: FastifyInstance | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function listen(options: Partial<ServerOptions> = {}): Promise<number> {
  server = await createServer({
    logger: createLog('silent'),
    healthy: async () => true,
    adapters: [
      async (app) => {
        app.setErrorHandler(answerError);
        app.get('/ip', async (request) => ({ ip: request.ip }));
        app.post('/change', { onRequest: async (request) => assertOwnPage(request) }, async () => ({}));
      },
    ],
    ...options,
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return (server.server.address() as net.AddressInfo).port;
}

/** Sends bytes as they are; answers the status line and the body. */
function raw(
  port: number,
  lines: readonly string[],
  content = '',
): Promise<{ status: string; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n${content}`),
    );
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () =>
      resolve({ status: text.split(' ')[1] ?? '', body: text.split('\r\n\r\n')[1] ?? '' }),
    );
  });
}

const trusting = (environment: NodeJS.ProcessEnv) =>
  serveConfig(
    {},
    {
      DATABASE_URL: 'postgres://x',
      TONGBAO_PUBLIC_URL: 'https://pay.example',
      TONGBAO_KEYS: '{}',
      ...environment,
    },
  ).trustsProxy;

describe('security H1: X-Forwarded-For', () => {
  const seen = async (forwarded: string, environment: NodeJS.ProcessEnv = {}): Promise<string> => {
    const port = await listen({ trustsProxy: trusting(environment) });
    const answer = await fetch(`http://127.0.0.1:${port}/ip`, { headers: { 'x-forwarded-for': forwarded } });
    return ((await answer.json()) as { ip: string }).ip;
  };

  test.each([
    ['nobody is believed unless it is said', {}, '203.0.113.9', '127.0.0.1'],
    [
      'nor somebody else than who was said',
      { TONGBAO_TRUSTED_PROXIES: '10.0.0.0/8' },
      '203.0.113.9',
      '127.0.0.1',
    ],
    [
      'a proxy that was said is',
      { TONGBAO_TRUSTED_PROXIES: '10.0.0.1, 127.0.0.0/8' },
      '203.0.113.9',
      '203.0.113.9',
    ],
    [
      'what the client wrote before the proxy did is not',
      { TONGBAO_TRUSTED_PROXIES: '127.0.0.1' },
      '198.51.100.1, 203.0.113.9',
      '203.0.113.9',
    ],
    [
      'two proxies that were said are',
      { TONGBAO_TRUSTED_PROXIES: '127.0.0.1,10.1.2.3' },
      '203.0.113.9, 10.1.2.3',
      '203.0.113.9',
    ],
    [
      'but one hop is one hop',
      { TONGBAO_TRUSTED_PROXIES: '127.0.0.1,10.1.2.3', TONGBAO_PROXY_HOPS: '1' },
      '203.0.113.9, 10.1.2.3',
      '10.1.2.3',
    ],
    [
      'IPv6',
      { TONGBAO_TRUSTED_PROXIES: '127.0.0.1,2001:db8::/32' },
      '2001:db9::7, 2001:db8::1',
      '2001:db9::7',
    ],
  ])('%s', async (_name, environment, forwarded, ip) => {
    expect(await seen(forwarded, environment)).toBe(ip);
  });

  test.each([
    [{ TONGBAO_TRUSTED_PROXIES: 'proxy.example' }, '"proxy.example" is neither an address nor a range'],
    [{ TONGBAO_TRUSTED_PROXIES: '10.0.0.0/99' }, '10.0.0.0/99'],
    [{ TONGBAO_PROXY_HOPS: '0' }, 'TONGBAO_PROXY_HOPS'],
  ])('%j is refused by name', (environment, message) => {
    expect(() => trusting(environment)).toThrow(message);
  });
});

describe('security M9: a request names one host', () => {
  test.each([
    ['two Host headers', ['Host: pay.example', 'Host: evil.example']],
    ['the same one twice', ['Host: pay.example', 'hOST: pay.example']],
    ['none', []],
    ['an empty one', ['Host:']],
    ['two in one', ['Host: pay.example, evil.example']],
    ['a user', ['Host: evil@pay.example']],
    ['a path', ['Host: pay.example/evil']],
    ['a space', ['Host: pay.example evil.example']],
    ['a query', ['Host: pay.example?evil']],
    ['no port', ['Host: pay.example:']],
    ['an unclosed address', ['Host: [::1']],
    ['a name that is no ASCII', ['Host: p\u00e4y.example']],
  ])('%s: 400', async (_name, hosts) => {
    const port = await listen();
    const { status } = await raw(port, ['GET /ip HTTP/1.1', ...hosts, 'Connection: close']);
    expect(status).toBe('400');
  });

  test.each([
    'pay.example',
    'pay.example:8443',
    '127.0.0.1:8080',
    '[::1]:8080',
    'PAY.example',
    'under_score.example',
  ])('%s is one', async (host) => {
    const port = await listen();
    const { status } = await raw(port, ['GET /ip HTTP/1.1', `Host: ${host}`, 'Connection: close']);
    expect(status).toBe('200');
  });
});

describe('security M9: a call comes from our own page, scheme, host and port', () => {
  const from = async (origin: string | null, host: string, site?: ServerOptions['site']) => {
    const port = await listen(site === undefined ? {} : { site });
    const { status } = await raw(
      port,
      [
        'POST /change HTTP/1.1',
        `Host: ${host}`,
        ...(origin === null ? [] : [`Origin: ${origin}`]),
        'x-tongbao-csrf: 1',
        'Content-Type: application/json',
        'Content-Length: 2',
        'Connection: close',
      ],
      '{}',
    );
    return { '200': 'taken', '403': 'refused' }[status] ?? status;
  };
  const production = { publicUrl: 'https://pay.example', isOnlyThere: true };
  const sandbox = { publicUrl: 'http://localhost:8080', isOnlyThere: false };

  test.each([
    ['https://pay.example', 'pay.example', 'taken'],
    ['https://pay.example', '10.0.0.5:8080', 'taken'],
    ['http://pay.example', 'pay.example', 'refused'],
    ['https://pay.example:8443', 'pay.example', 'refused'],
    ['https://pay.example.evil.example', 'pay.example', 'refused'],
    ['http://evil.example', 'evil.example', 'refused'],
    ['null', 'pay.example', 'refused'],
    ['', 'pay.example', 'refused'],
    ['https://pay.example/', 'pay.example', 'refused'],
  ])('in production %s at %s: %s', async (origin, host, expected) => {
    expect(await from(origin, host, production)).toBe(expected);
  });

  test.each([
    ['http://localhost:8080', '127.0.0.1:8080', 'taken'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', 'taken'],
    ['https://127.0.0.1:8080', '127.0.0.1:8080', 'refused'],
    ['http://127.0.0.1:8081', '127.0.0.1:8080', 'refused'],
  ])('in a sandbox %s at %s: %s', async (origin, host, expected) => {
    expect(await from(origin, host, sandbox)).toBe(expected);
  });
});
