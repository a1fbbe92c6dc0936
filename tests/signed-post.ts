// A signed request with everything about it open to be wrong: for tests of what the gateway says to bad input.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { Sandbox } from './start-sandbox.ts';

type Merchant = Sandbox['credentials']['merchants'][number];

export interface SignedPost {
  readonly resource?: string;
  readonly path?: string;
  readonly method?: string;
  readonly body?: object;
  /** Sent instead of the body's JSON. */
  readonly raw?: string;
  readonly signedPath?: string;
  readonly signedBody?: string;
  readonly privateKey?: string;
  readonly keyVersion?: number;
  readonly time?: string;
  readonly absolute?: boolean;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface SignedAnswer {
  readonly status: number;
  /** Whether the answer carries the gateway's valid signature over the path as it was sent. */
  readonly signed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export async function signedPost(
  sandbox: Sandbox,
  merchant: Merchant,
  of: SignedPost,
): Promise<SignedAnswer> {
  const path = of.path ?? `/ams/sandbox/api/v1/${of.resource ?? 'payments/pay'}`;
  const raw = of.raw ?? JSON.stringify(of.body ?? {});
  const time = of.time ?? String(Date.now());
  const key = createPrivateKey({
    key: Buffer.from(of.privateKey ?? merchant.merchantPrivateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  const content = `POST ${of.signedPath ?? path}\n${merchant.clientId}.${time}.${of.signedBody ?? raw}`;
  const signature = encodeURIComponent(sign('RSA-SHA256', Buffer.from(content), key).toString('base64'));
  const headers = {
    'client-id': merchant.clientId,
    'request-time': time,
    signature: `algorithm=RSA256, keyVersion=${of.keyVersion ?? 1}, signature=${signature}`,
    'content-type': 'application/json; charset=UTF-8',
    'content-length': String(Buffer.byteLength(raw)),
    ...of.headers,
  };
  const url = new URL(sandbox.http);
  const { status, answerHeaders, text } = await new Promise<{
    status: number;
    answerHeaders: Record<string, string>;
    text: string;
  }>((resolve, reject) => {
    const outgoing = httpRequest({
      host: url.hostname,
      port: url.port,
      method: of.method ?? 'POST',
      path: of.absolute === true ? `${sandbox.http}${path}` : path,
      headers: Object.fromEntries(
        Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          answerHeaders: response.headers as Record<string, string>,
          text,
        }),
      );
    });
    outgoing.end(raw);
  });
  const signedContent = `POST ${path}\n${answerHeaders['client-id']}.${answerHeaders['response-time']}.${text}`;
  const gatewayKey = createPublicKey({
    key: Buffer.from(merchant.gatewayPublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const base64 = decodeURIComponent((answerHeaders.signature ?? '').split('signature=')[1] ?? '');
  const signed = verify('RSA-SHA256', Buffer.from(signedContent), gatewayKey, Buffer.from(base64, 'base64'));
  return { status, signed, body: JSON.parse(text) };
}
