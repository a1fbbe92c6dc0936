// Notifications: verifying what arrives, acknowledging it, and making signed ones for a merchant's own tests.
import { acknowledgement, asciiJson, PaymentNotification, RefundNotification } from '@tongbao/protocol/ams';
import { GatewayError } from './errors.ts';
import { privateKeyFrom, publicKeyFrom } from './keys.ts';
import { isSigned, signMessage } from './signing.ts';

export type Notification = PaymentNotification | RefundNotification;

export interface ReceivedNotification {
  /** The path of the request, without its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw body, exactly as received: parse nothing before. */
  readonly body: string | Buffer;
  readonly gatewayPublicKey: string;
  /** Yours: a notification for another client is refused. */
  readonly clientId: string;
}

/** The notification, once its signature and addressee are right. Throws GatewayError otherwise. */
export function verifyNotification(received: ReceivedNotification): Notification {
  const header = (name: string): string => {
    const entry = Object.entries(received.headers).find(([key]) => key.toLowerCase() === name)?.[1];
    return (Array.isArray(entry) ? entry[0] : entry) ?? '';
  };
  const clientId = header('client-id');
  if (clientId !== received.clientId) {
    throw new GatewayError(
      'notification-foreign',
      `the notification is for ${clientId || 'nobody'}, not for ${received.clientId}`,
    );
  }
  const message = { path: received.path.split('?')[0]!, clientId, time: header('request-time') };
  if (!isSigned(publicKeyFrom(received.gatewayPublicKey), message, received.body, header('signature'))) {
    throw new GatewayError('notification-not-signed', 'the notification is not signed by the gateway');
  }
  try {
    const json = JSON.parse(received.body.toString()) as { notifyType?: unknown };
    return (json.notifyType === 'REFUND_RESULT' ? RefundNotification : PaymentNotification)
      .loose()
      .parse(json);
  } catch (error) {
    throw new GatewayError('notification-not-understood', 'the notification is not of a known form', {
      cause: error,
    });
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
