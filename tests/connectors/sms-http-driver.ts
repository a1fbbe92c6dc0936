// The connector for SMS services by HTTP and a service of its own that takes each key once, for the kit.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CarrierDriver, CarrierMood } from '@tongbao/connector-conformance';
import type { SmsService } from '@tongbao/connector-interface';
import { createSmsHttp } from '@tongbao/connector-sms-http';
import { createOutbound } from '../../platform/src/system/index.ts';

export interface HttpService {
  readonly url: () => string;
  behave(mood: CarrierMood): Promise<void>;
  readonly requests: { headers: IncomingMessage['headers']; body: Record<string, string> }[];
  received(): { name: string; text: string }[];
  close(): Promise<void>;
}

export async function httpService(): Promise<HttpService> {
  const requests: HttpService['requests'] = [];
  const taken = new Map<string, string>();
  let mood: CarrierMood = 'normal';
  let port = 0;
  let server: ReturnType<typeof createServer>;

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (mood === 'hang') return;
    if (mood === 'cut') return void request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, string>;
    requests.push({ headers: request.headers, body });
    if (mood === 'refuse')
      return void response.writeHead(422).end('{"error":"no such number +8613800138000"}');
    if (mood === 'busy') return void response.writeHead(429).end();
    if (mood === 'lies') return void response.writeHead(200).end('{"status":"FAILED","error":"no credit"}');
    const key = String(request.headers['idempotency-key']);
    if (!taken.has(key)) taken.set(key, body.text!);
    if (mood === 'answer-lost') return void request.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1"}');
  }
  async function listen(): Promise<void> {
    server = createServer((request, response) => void take(request, response).catch(() => undefined));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await listen();
  return {
    url: () => `http://127.0.0.1:${port}/sms`,
    requests,
    async behave(wanted) {
      if (wanted === 'down' && mood !== 'down') await stop();
      if (mood === 'hang') server.closeAllConnections();
      const wasDown = mood === 'down';
      mood = wanted;
      if (wasDown && wanted !== 'down') await listen();
    },
    received: () => [...taken].map(([name, text]) => ({ name, text })),
    async close() {
      if (mood !== 'down') await stop();
    },
  };
}

export async function smsHttpDriver(
  change: (sms: SmsService) => SmsService = (sms) => sms,
): Promise<CarrierDriver> {
  const service = await httpService();
  return {
    async start() {
      const outbound = createOutbound({ reach: 'public-and-loopback' });
      const options = { url: service.url(), token: 'sms-token', sender: 'Tongbao', post: outbound.post };
      const sms = change(createSmsHttp({ ...options, timeoutMs: 800 }));
      return {
        send: ({ reference, text }) => sms.send({ reference, text, to: '+8613800138000' }),
        close: async () => outbound.close(),
      };
    },
    behave: service.behave,
    can: (mood) => mood !== 'late',
    deduplicates: true,
    received: async () => service.received(),
    close: service.close,
  };
}
