// The gateway as the shop sees it: a relay on this machine with keys of its own. Every request goes on to the real
// network, signed by the merchant, with the notification address turned to the relay; every answer comes back signed by
// the relay. So the network is real, and yet the kit decides which notification reaches the shop when, how often, and
// whether at all, and can sign what a forger or a foreign merchant would send.
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatSignatureHeader, signedPrefix } from '@tongbao/protocol/ams';
import { type Notification, verifyNotification } from '@tongbao/sdk';

export interface Merchant {
  readonly clientId: string;
  readonly merchantPrivateKey: string;
  readonly gatewayPublicKey: string;
  readonly settlementCurrency: string;
}

/** A payment as the plugin asked for it. */
export interface Asked {
  readonly clientId: string;
  readonly paymentRequestId: string;
  readonly paymentId: string;
  readonly amount: { readonly currency: string; readonly value: string };
  readonly returnUrl: string;
  readonly notifyUrl: string;
  readonly cashierUrl: string;
}

/** What the relay says to a refund instead of asking the network. */
export interface Refusal {
  readonly resultCode: string;
  readonly resultStatus: 'F' | 'U';
  readonly resultMessage: string;
}

type Json = Record<string, unknown>;

const maxBodyBytes = 1024 * 1024;
const upstreamMs = 30_000;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error('the body is longer than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const rsaKey = (base64: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' });

function signed(
  key: KeyObject,
  message: { path: string; clientId: string; time: string },
  body: string,
): string {
  const text = Buffer.from(signedPrefix(message) + body, 'utf8');
  return formatSignatureHeader(1, sign('RSA-SHA256', text, key).toString('base64'));
}

export class Relay {
  /** What the shop's settings name as the gateway's key: SPKI, base64. */
  readonly publicKey: string;
  readonly #privateKey: KeyObject;
  readonly #stranger: KeyObject;
  readonly #networkUrl: string;
  readonly #merchants: ReadonlyMap<string, Merchant & { readonly key: KeyObject }>;
  readonly #server: Server;
  #url = '';
  readonly #byCashier = new Map<string, Asked>();
  readonly #byRequest = new Map<string, Asked>();
  readonly #refundAddresses = new Map<string, { clientId: string; notifyUrl: string }>();
  /** Verified notifications of the network that the shop has not been given, by payment or refund request id. */
  readonly #held = new Map<string, Notification>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #refundsSeen: {
    readonly paymentId: string;
    readonly refundRequestId: string;
    readonly value: string;
  }[] = [];

  constructor(networkUrl: string, merchants: readonly Merchant[]) {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#privateKey = keys.privateKey;
    this.publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    this.#stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    this.#networkUrl = networkUrl;
    this.#merchants = new Map(
      merchants.map((merchant) => [
        merchant.clientId,
        { ...merchant, key: rsaKey(merchant.merchantPrivateKey) },
      ]),
    );
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
        response.end(`the relay: ${error.message}`);
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this.#url;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const body = await bodyOf(request);
    if (path.startsWith('/held/')) {
      this.#hold(path, request, body);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}');
      return;
    }
    const clientId = String(request.headers['client-id'] ?? '');
    const merchant = this.#merchants.get(clientId);
    if (merchant === undefined) throw new Error(`no contract of "${clientId}"`);
    const asked = JSON.parse(body) as Json;
    const answer = this.#refused(path, asked) ?? (await this.#forward(path, merchant, asked));
    if (path.endsWith('/payments/pay')) this.#remember(clientId, asked, answer);
    const text = JSON.stringify(answer);
    const time = new Date().toISOString();
    response.writeHead(200, {
      'content-type': 'application/json; charset=UTF-8',
      'client-id': clientId,
      'response-time': time,
      signature: signed(this.#privateKey, { path, clientId, time }, text),
    });
    response.end(text);
  }

  #refused(path: string, asked: Json): Json | null {
    if (!path.endsWith('/payments/refund')) return null;
    const paymentId = String(asked.paymentId);
    const refundRequestId = String(asked.refundRequestId);
    const { value } = asked.refundAmount as { value: string };
    this.#refundsSeen.push({ paymentId, refundRequestId, value });
    const refusal = this.#refusals.get(paymentId);
    return refusal === undefined ? null : { result: refusal };
  }

  async #forward(path: string, merchant: Merchant & { readonly key: KeyObject }, asked: Json): Promise<Json> {
    const { clientId } = merchant;
    const turned = { ...asked };
    if (asked.paymentNotifyUrl !== undefined) turned.paymentNotifyUrl = `${this.#url}/held/${clientId}`;
    if (asked.refundNotifyUrl !== undefined) {
      turned.refundNotifyUrl = `${this.#url}/held/${clientId}`;
      const to = { clientId, notifyUrl: String(asked.refundNotifyUrl) };
      this.#refundAddresses.set(String(asked.refundRequestId), to);
    }
    return this.#post(path, merchant, JSON.stringify(turned));
  }

  async #post(path: string, merchant: Merchant & { readonly key: KeyObject }, body: string): Promise<Json> {
    const { clientId } = merchant;
    const time = String(Date.now());
    const answer = await fetch(`${this.#networkUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': clientId,
        'request-time': time,
        signature: signed(merchant.key, { path, clientId, time }, body),
      },
      body,
      signal: AbortSignal.timeout(upstreamMs),
    });
    return (await answer.json()) as Json;
  }

  #remember(clientId: string, asked: Json, answer: Json): void {
    if (typeof answer.normalUrl !== 'string' || typeof answer.paymentId !== 'string') return;
    const known: Asked = {
      clientId,
      paymentRequestId: String(asked.paymentRequestId),
      paymentId: answer.paymentId,
      amount: asked.paymentAmount as Asked['amount'],
      returnUrl: String(asked.paymentRedirectUrl),
      notifyUrl: String(asked.paymentNotifyUrl),
      cashierUrl: answer.normalUrl,
    };
    this.#byCashier.set(known.cashierUrl, known);
    this.#byRequest.set(known.paymentRequestId, known);
  }

  #hold(path: string, request: IncomingMessage, body: string): void {
    const merchant = this.#merchants.get(path.slice('/held/'.length));
    if (merchant === undefined) throw new Error(`a notification for ${path}`);
    const { clientId, gatewayPublicKey } = merchant;
    const event = verifyNotification({ path, headers: request.headers, body, gatewayPublicKey, clientId });
    this.#held.set(
      event.notifyType === 'REFUND_RESULT' ? event.refundRequestId : event.paymentRequestId,
      event,
    );
  }

  /** The plugin's own request behind a cashier's address; undefined when no payment led there. */
  asked(cashierUrl: string): Asked | undefined {
    return this.#byCashier.get(cashierUrl);
  }

  /** The network's own notification, once it has come; undefined before. */
  held(requestId: string): Notification | undefined {
    return this.#held.get(requestId);
  }

  /** Every refund that the plugin asked for this payment, each try. */
  refundsOf(paymentId: string) {
    return this.#refundsSeen.filter((refund) => refund.paymentId === paymentId);
  }

  /** From now on refunds of this payment are answered so; null: by the network again. */
  refuseRefunds(paymentId: string, refusal: Refusal | null): void {
    if (refusal === null) this.#refusals.delete(paymentId);
    else this.#refusals.set(paymentId, refusal);
  }

  /** As the merchant itself would ask the network. */
  ask(clientId: string, resource: string, body: Json): Promise<Json> {
    return this.#post(
      `/ams/sandbox/api/v1/${resource}`,
      this.#merchants.get(clientId)!,
      JSON.stringify(body),
    );
  }

  /** Where a refund's notification belongs; the payment's own address when the plugin named none. */
  addressOf(asked: Asked, refundRequestId: string): string {
    return this.#refundAddresses.get(refundRequestId)?.notifyUrl ?? asked.notifyUrl;
  }

  /**
   * Brings a notification to the shop. `as`: who it says it is for; `by`: who signs; `after`: what becomes of the body
   * after it was signed. Answers whether the shop accepted it, as the protocol says: HTTP 200 and result S or SUCCESS.
   */
  async deliver(
    notifyUrl: string,
    event: object,
    how: { clientId: string; by?: 'gateway' | 'stranger' | 'nobody'; after?: (body: string) => string },
  ): Promise<boolean> {
    const body = JSON.stringify(event);
    const time = new Date().toISOString();
    const path = new URL(notifyUrl).pathname;
    const key = how.by === 'stranger' ? this.#stranger : this.#privateKey;
    const signature = signed(key, { path, clientId: how.clientId, time }, body);
    const answer = await fetch(notifyUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': how.clientId,
        'request-time': time,
        ...(how.by === 'nobody' ? {} : { signature }),
      },
      body: how.after?.(body) ?? body,
      signal: AbortSignal.timeout(upstreamMs),
    });
    const text = await answer.text();
    return answer.status === 200 && /"resultStatus"\s*:\s*"S"/.test(text);
  }
}
