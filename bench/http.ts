// Signed AMS `pay` over loopback against a real sandbox process: requests are signed before the clock starts, answers
// are read and their codes checked.
import { spawn } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditAnswer, Credentials } from '@tongbao/protocol/sandbox';
import { freePort } from '../tests/start-sandbox.ts';
import { figureOf, type PostingFigure } from './posting.ts';

const main = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../platform/src/main.ts');
const resource = '/ams/sandbox/api/v1/payments/pay';

interface Prepared {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export async function httpPay(how: {
  requests: number;
  concurrency: number;
  folder: string;
}): Promise<{ figure: PostingFigure; proofsOk: boolean }> {
  const port = (await freePort())!;
  const args = [
    main,
    'sandbox',
    '--port',
    `${port}`,
    '--https-port',
    `${(await freePort())!}`,
    '--data',
    how.folder,
    '--no-stores',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const base = `http://127.0.0.1:${port}`;
  try {
    await healthy(base, child);
    const { merchants } = (await (await fetch(`${base}/sandbox/credentials`)).json()) as Credentials;
    const prepared = prepare(merchants[0]!, how.requests);
    const target = { port, concurrency: how.concurrency };
    await drive(prepared.slice(0, how.requests / 10), target);
    const began = performance.now();
    const latencies = await drive(prepared.slice(how.requests / 10), target);
    const figure = figureOf(latencies, performance.now() - began);
    const audit = (await (await fetch(`${base}/audit.json`)).json()) as AuditAnswer;
    return { figure, proofsOk: audit.ok };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function healthy(base: string, child: { exitCode: number | null }): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error('the sandbox of the HTTP case did not start');
    if (
      await fetch(`${base}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the sandbox of the HTTP case did not come up');
}

function prepare(merchant: Credentials['merchants'][number], count: number): Prepared[] {
  const key = createPrivateKey({
    key: Buffer.from(merchant.merchantPrivateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return Array.from({ length: count }, (_, number) => {
    const body = Buffer.from(
      JSON.stringify({
        productCode: 'CASHIER_PAYMENT',
        paymentRequestId: `bench-${number}`,
        paymentAmount: { currency: 'KRW', value: '59000' },
        order: {
          referenceOrderId: `order-${number}`,
          orderDescription: 'Cushion foundation',
          orderAmount: { currency: 'KRW', value: '59000' },
        },
        paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
        paymentRedirectUrl: 'https://mall.example/return',
        env: { terminalType: 'WEB' },
      }),
    );
    const time = '1415671200000';
    const content = Buffer.concat([Buffer.from(`POST ${resource}\n${merchant.clientId}.${time}.`), body]);
    const signature = encodeURIComponent(sign('RSA-SHA256', content, key).toString('base64'));
    return {
      body,
      headers: {
        'client-id': merchant.clientId,
        'request-time': time,
        signature: `algorithm=RSA256,keyVersion=1,signature=${signature}`,
        'content-type': 'application/json; charset=UTF-8',
        'content-length': String(body.length),
      },
    };
  });
}

async function drive(
  prepared: readonly Prepared[],
  { port, concurrency }: { port: number; concurrency: number },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let item = prepared[next++]; item !== undefined; item = prepared[next++]) {
        const started = performance.now();
        const answer = await post({ agent, port }, item);
        if (!answer.includes('"PAYMENT_IN_PROCESS"'))
          throw new Error(`an unexpected answer: ${answer.slice(0, 200)}`);
        latencies.push(performance.now() - started);
      }
    }),
  );
  agent.destroy();
  return latencies;
}

function post({ agent, port }: { agent: Agent; port: number }, item: Prepared): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, host: '127.0.0.1', port, method: 'POST', path: resource, headers: item.headers },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(item.body);
  });
}
