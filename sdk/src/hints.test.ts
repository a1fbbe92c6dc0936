// What the SDK says when something is wrong: each sentence names the cause, with real connections and real keys.
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createMerchantClient } from './client.ts';
import { GatewayError } from './errors.ts';
import { privateKeyFrom } from './keys.ts';
import { type ReceivedNotification, signTestNotification, verifyNotification } from './notification.ts';
import { signMessage } from './signing.ts';

const pairOf = () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
};
const gateway = pairOf();
const shop = pairOf();

describe('a notification', () => {
  const notification = {
    notifyType: 'PAYMENT_RESULT',
    result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success.' },
    paymentRequestId: 'r/1',
    paymentId: '2014',
    paymentAmount: { currency: 'KRW', value: '1000' },
    paymentCreateTime: '2014-04-28T10:00:00+08:00',
    paymentTime: '2014-04-28T10:00:00+08:00',
  } as const;
  const made = (path = '/notify') =>
    signTestNotification({ path, clientId: 'C', gatewayPrivateKey: gateway.privateKey, notification });
  const verify = (over: Partial<ReceivedNotification> | { body: unknown } = {}) => {
    const { headers, body } = made();
    const received = {
      path: '/notify?shop=7',
      headers,
      body,
      gatewayPublicKey: gateway.publicKey,
      clientId: 'C',
    };
    return verifyNotification({ ...received, ...over } as ReceivedNotification);
  };

  test('verifies with headers as Node gives them and as Fetch does, and a body as text or bytes', () => {
    const { headers, body } = made();
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    );
    for (const given of [headers, upper, new Headers(headers), new Request('http://x/', { headers }).headers])
      expect(verify({ headers: given }).notifyType).toBe('PAYMENT_RESULT');
    const bytes = new TextEncoder().encode(body);
    for (const given of [body, Buffer.from(body), bytes, bytes.buffer])
      expect(verify({ body: given }).notifyType).toBe('PAYMENT_RESULT');
  });

  test('verifies over the path with its query, where the merchant is set so', () => {
    const { headers, body } = made();
    const message = { path: '/notify?shop=7', clientId: 'C', time: headers['request-time']! };
    const signature = signMessage(privateKeyFrom(gateway.privateKey), message, body);
    expect(verify({ headers: { ...headers, signature } }).notifyType).toBe('PAYMENT_RESULT');
    expect(() => verify({ headers: { ...headers, signature }, path: '/notify?shop=8' })).toThrow(
      GatewayError,
    );
  });

  test.each<[string, () => object, string, RegExp]>([
    [
      'a parsed body',
      () => ({ body: JSON.parse(made().body) }),
      'notification-not-understood',
      /already parsed: pass the raw/,
    ],
    ['no body', () => ({ body: undefined }), 'notification-not-understood', /the body is missing/],
    [
      'a body written again',
      () => ({ body: JSON.stringify(JSON.parse(made().body), null, 2) }),
      'notification-not-signed',
      /parsed and written again/,
    ],
    [
      'a full URL',
      () => ({ path: 'https://shop.example/notify?a=1' }),
      'notification-not-signed',
      /full URL; pass its path alone \(\/notify\), with which it verifies/,
    ],
    [
      'another full URL',
      () => ({ path: 'https://shop.example/other' }),
      'notification-not-signed',
      /full URL; pass its path alone$/,
    ],
    [
      'another path',
      () => ({ path: '/other' }),
      'notification-not-signed',
      /another path than in the request line/,
    ],
    ['no headers at all', () => ({ headers: {} }), 'notification-foreign', /has no client-id header/],
    [
      'another client',
      () => ({ headers: new Headers({ 'client-id': 'D' }) }),
      'notification-foreign',
      /is for D, not for C/,
    ],
    [
      'no signature',
      () => ({ headers: new Headers({ 'client-id': 'C' }) }),
      'notification-not-signed',
      /signature is missing/,
    ],
    [
      'no time',
      () => ({ headers: new Headers({ 'client-id': 'C', signature: 'x' }) }),
      'notification-not-signed',
      /request-time is missing/,
    ],
    [
      'another key',
      () => ({ gatewayPublicKey: shop.publicKey }),
      'notification-not-signed',
      /public key of another gateway/,
    ],
  ])('with %s is refused, and says so', (_name, over, code, words) => {
    const refused = (() => {
      try {
        return verify(over());
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(GatewayError);
    expect(refused).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});

describe('a call without an answer to believe', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());
  const listen = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((resolve) => server!.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const refusedBy = (gatewayUrl: string, over: object = {}): Promise<GatewayError> =>
    createMerchantClient({
      ...{
        gatewayUrl,
        clientId: 'C',
        privateKey: shop.privateKey,
        gatewayPublicKey: gateway.publicKey,
        ...over,
      },
    })
      .inquiryPayment({ paymentId: '1' })
      .then(
        () => expect.fail('answered'),
        (error: GatewayError) => error,
      );

  test('nobody listens; the host is unknown; the time runs out: each with its cause', async () => {
    const url = await listen(() => {});
    expect(await refusedBy(url, { timeoutMs: 50 })).toMatchObject({
      code: 'no-answer',
      message: expect.stringContaining('the time ran out'),
      cause: expect.any(Error),
    });
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    const refused = await refusedBy(url);
    expect(refused.message).toContain(`${url}: ECONNREFUSED, nobody listens there`);
    expect((refused.cause as Error).message).toBe('fetch failed');
    expect((await refusedBy('http://no.such.host.invalid')).message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test('HTTPS where only HTTP is spoken', async () => {
    const url = await listen((_request, response) => response.end());
    expect((await refusedBy(url.replace('http', 'https'))).message).toMatch(
      /it speaks HTTP where HTTPS was asked for/,
    );
  });

  test('somebody answers who is not the gateway, a URL with a path, another key', async () => {
    const url = await listen((request, response) => {
      if (request.url!.startsWith('/signed'))
        response.setHeader('signature', 'algorithm=RSA256,keyVersion=1,signature=AAAAAAAAAAAAAAAAAAAA');
      response.statusCode = 404;
      response.end('<h1>Not here</h1>');
    });
    const nobody = await refusedBy(url);
    expect(nobody).toMatchObject({
      code: 'answer-not-signed',
      message: expect.stringContaining(`is ${url} the gateway?`),
    });
    expect((nobody.cause as Error).message).toBe('HTTP 404: <h1>Not here</h1>');
    expect((await refusedBy(`${url}/ams/api`)).message).toContain(
      'an origin without a path, and this one has /ams/api',
    );
    expect((await refusedBy(`${url}/signed`)).message).toContain('does not fit gatewayPublicKey');
  });

  test('keys that are none say which', () => {
    const client = (over: object) => () =>
      createMerchantClient({
        ...{
          gatewayUrl: 'http://x',
          clientId: 'C',
          privateKey: shop.privateKey,
          gatewayPublicKey: gateway.publicKey,
        },
        ...over,
      });
    expect(client({ gatewayPublicKey: 'AAAA' })).toThrow(
      'the public key is no RSA key as base64 (SPKI) or PEM',
    );
    expect(client({ gatewayPublicKey: shop.privateKey })).toThrow('the public key is no RSA key');
    expect(client({ privateKey: gateway.publicKey })).toThrow('the private key is neither PKCS#8 nor PKCS#1');
  });
});
