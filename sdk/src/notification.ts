// Notifications: verifying what arrives, acknowledging it, and making signed ones for a merchant's own tests.
import type { KeyObject } from 'node:crypto';
import {
  acknowledgement,
  asciiJson,
  PaymentNotification,
  RefundNotification,
  type SignedMessage,
} from '@tongbao/protocol/ams';
import { GatewayError } from './errors.ts';
import { privateKeyFrom, publicKeyFrom } from './keys.ts';
import { isSigned, signMessage } from './signing.ts';

export type Notification = PaymentNotification | RefundNotification;

export interface ReceivedNotification {
  /** The path of the request, as it arrived, with its query if it has one. */
  readonly path: string;
  /** As Node gives them, or a Fetch `Headers`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>> | Pick<Headers, 'get'>;
  /** The raw body, exactly as received: parse nothing before. */
  readonly body: string | Uint8Array | ArrayBuffer;
  readonly gatewayPublicKey: string;
  /** Yours: a notification for another client is refused. */
  readonly clientId: string;
}

/** The notification, once its signature and addressee are right. Throws GatewayError otherwise. */
export function verifyNotification(received: ReceivedNotification): Notification {
  const body = rawBody(received.body);
  const header = headerReader(received.headers);
  const clientId = header('client-id');
  if (clientId !== received.clientId) {
    throw new GatewayError(
      'notification-foreign',
      clientId === ''
        ? 'the notification has no client-id header: is `headers` the headers of the request, as Node or Fetch gives them?'
        : `the notification is for ${clientId}, not for ${received.clientId}`,
    );
  }
  const message = { path: received.path.split('?')[0]!, clientId, time: header('request-time') };
  const key = publicKeyFrom(received.gatewayPublicKey);
  // Which of the two is signed is a setting of the merchant's at the gateway.
  const paths = [...new Set([message.path, received.path])];
  if (!paths.some((path) => isSigned(key, { ...message, path }, body, header('signature'))))
    throw new GatewayError('notification-not-signed', notSigned(received, { key, message, body, header }));
  try {
    const json = JSON.parse(body.toString()) as { notifyType?: unknown };
    return (json.notifyType === 'REFUND_RESULT' ? RefundNotification : PaymentNotification)
      .loose()
      .parse(json);
  } catch (error) {
    throw new GatewayError('notification-not-understood', 'the notification is not of a known form', {
      cause: error,
    });
  }
}

type Headed = ReceivedNotification['headers'];

function headerReader(headers: Headed): (name: string) => string {
  if (typeof (headers as Headers).get === 'function') return (name) => (headers as Headers).get(name) ?? '';
  return (name) => {
    const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    return (Array.isArray(entry) ? entry[0] : entry) ?? '';
  };
}

/** A framework that has parsed the body has thrown away what was signed. */
function rawBody(body: unknown): string | Buffer {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return Buffer.from(body);
  throw new GatewayError(
    'notification-not-understood',
    `the body is ${body === null || body === undefined ? 'missing' : 'already parsed'}: pass the raw text or bytes of the request (express.raw(), request.text()), which the signature covers`,
  );
}

interface Checked {
  readonly key: KeyObject;
  readonly message: SignedMessage;
  readonly body: string | Buffer;
  readonly header: (name: string) => string;
}

/** Why, as far as it can be seen: a wrong path, a body that was written again, headers that are missing. */
function notSigned(received: ReceivedNotification, { key, message, body, header }: Checked): string {
  const said = 'the notification is not signed by the gateway';
  const signature = header('signature');
  if (signature === '') return `${said}: the header signature is missing`;
  if (message.time === '') return `${said}: the header request-time is missing`;
  const { path } = received;
  if (/^https?:\/\//i.test(path)) {
    const { pathname } = new URL(path);
    const signed = isSigned(key, { ...message, path: pathname }, body, signature);
    return `${said} over this path: \`path\` is a full URL; pass its path alone${signed ? ` (${pathname}), with which it verifies` : ''}`;
  }
  const again = writtenAgain(body).find((other) => isSigned(key, message, other, signature));
  if (again !== undefined)
    return `${said} over these bytes: the body was parsed and written again; pass the raw bytes of the request`;
  return `${said}: another path than in the request line, a body that is not raw, or the public key of another gateway?`;
}

/** The body as the gateway would have written it. */
function writtenAgain(body: string | Buffer): string[] {
  try {
    const json: unknown = JSON.parse(body.toString());
    return [asciiJson(json), JSON.stringify(json)];
  } catch {
    return [];
  }
}

/** What to answer, with HTTP 200, once the notification is stored: `{ contentType, body }`. */
export const acknowledge = (): { contentType: string; body: string } => ({
  contentType: 'application/json',
  body: JSON.stringify(acknowledgement),
});

/** For your tests: headers and body of a notification as a gateway with this private key would send it. */
export function signTestNotification(made: {
  readonly path: string;
  readonly clientId: string;
  readonly gatewayPrivateKey: string;
  readonly notification: Notification;
  /** ISO 8601 or epoch milliseconds; the present when absent. */
  readonly time?: string;
}): { headers: Record<string, string>; body: string } {
  const body = asciiJson(made.notification);
  const time = made.time ?? new Date().toISOString();
  const message = { path: made.path.split('?')[0]!, clientId: made.clientId, time };
  return {
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': made.clientId,
      'request-time': time,
      signature: signMessage(privateKeyFrom(made.gatewayPrivateKey), message, body),
    },
    body,
  };
}
