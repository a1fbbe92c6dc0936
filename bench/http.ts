// The merchants' API over loopback: `tongbao serve` as in production, with as many HTTP processes as cores, asked with
// requests that were signed before the clock starts. The load generator works on the same cores.
import { spawn } from 'node:child_process';
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../platform/src/database/index.ts';
import { ecbSource } from '../platform/src/fx/index.ts';
import { paymentIdToWire } from '../platform/src/http/payment-ids.ts';
import {
  completeKeys,
  formatKeys,
  generateRsaKeys,
  keysOf,
  machineClock,
  machineRandomness,
} from '../platform/src/system/index.ts';
import { eurofxref } from '../tests/eurofxref.ts';
import { freePort } from '../tests/start-sandbox.ts';
import { cryptoCeiling } from './crypto.ts';
import { drive, type Line, openLine } from './generator.ts';
import { familyOf, watchMemory } from './memory.ts';
import { figureOf, openPostingWorld, type PostingFigure, type PostingWorld } from './posting.ts';
import { median, quartilesOf, thousandths } from './spread.ts';

const main = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../platform/src/main.ts');
const clientId = 'BENCH_0';
const connections = 64;

export interface HttpFigures {
  /** The turn in the middle. */
  readonly pay: PostingFigure;
  /** ÷ verify and sign alone, which is measured before each turn: the median of the pairs, and their quartiles. */
  readonly payOfCeiling: { readonly ratio: number; readonly quartiles: readonly [number, number] };
  readonly inquiry: PostingFigure;
  readonly refund: PostingFigure;
  readonly journey: PostingFigure;
  readonly peakRssMib: number | null;
  readonly proofsOk: boolean;
}

interface Site {
  readonly port: number;
  readonly key: KeyObject;
  readonly world: PostingWorld;
  /** Where the merchant hears of payments, and who waits to hear of which. */
  readonly notifyUrl: string;
  readonly waiting: Map<string, () => void>;
  /** Tells the server's first process that there is something to deliver, as its own HTTP processes do. */
  nudge(): void;
}

export async function http(
  how: { url: string; folder: string; requests: number; processes: number },
  progress: (text: string) => void,
): Promise<HttpFigures> {
  const rates = path.join(how.folder, 'eurofxref.xml');
  await writeFile(rates, eurofxref(machineClock.now()));
  const keys = await generateRsaKeys();
  const secrets = await completeKeys(machineRandomness);
  const database = openDatabase({ url: how.url, maxConnections: 8 });
  const world = await openPostingWorld(database, {
    ...{ wallets: 1_000, merchants: 1, clock: machineClock, publicKey: keys.publicKey, notifyUrl: null },
    keys: keysOf(secrets),
    source: ecbSource(rates, () => Promise.reject(new Error('a file is enough'))),
  });
  const listener = await listen();
  const port = (await freePort())!;
  const server = await startServe({
    ...{ url: how.url, port, rates, processes: how.processes },
    keys: formatKeys(secrets),
  });
  try {
    const key = createPrivateKey({
      key: Buffer.from(keys.privateKey, 'base64'),
      format: 'der',
      type: 'pkcs8',
    });
    const site: Site = { port, key, world, nudge: server.nudge, ...listener };
    const figures = await measure(site, how.requests, progress);
    progress('proving the books of the HTTP cases …');
    return { ...figures, peakRssMib: server.peakRssMib(), proofsOk: await world.prove() };
  } finally {
    await server.stop();
    listener.close();
    await world.close();
    await database.close();
  }
}

async function measure(
  site: Site,
  requests: number,
  progress: (text: string) => void,
): Promise<Pick<HttpFigures, 'pay' | 'payOfCeiling' | 'inquiry' | 'refund' | 'journey'>> {
  const { port } = site;
  const ids = Array.from({ length: requests }, (_, number) => `http-${number}`);
  progress('signing requests …');
  const warm = await Promise.all(
    ids.slice(0, requests / 4).map((id) => signed(site, 'pay', payBody(`w-${id}`))),
  );
  const pays = await Promise.all(ids.map((id) => signed(site, 'pay', payBody(id))));
  const asks = await Promise.all(ids.map((id) => signed(site, 'inquiryPayment', { paymentRequestId: id })));
  const to = (expected: string) => ({ port, connections, expected });
  await drive(warm, to('PAYMENT_IN_PROCESS'));
  progress('signed pay …');
  const { pay, payOfCeiling } = await besideCeiling(pays, (part) => drive(part, to('PAYMENT_IN_PROCESS')));
  progress('signed inquiryPayment …');
  const inquiry = await drive(asks, to('"paymentStatus":"PROCESSING"'));
  progress('signed refund …');
  const refund = await drive(await refunds(site, ids), to('"resultStatus":"S"'));
  progress('whole journeys …');
  const journey = await journeys(site, Math.ceil(requests / 4));
  return { pay, payOfCeiling, inquiry, refund, journey };
}

const turns = 5;

/** In turns with what the cores can do at most, so that a machine that becomes slower harms both alike. */
async function besideCeiling(
  requests: readonly Buffer[],
  work: (part: readonly Buffer[]) => Promise<PostingFigure>,
): Promise<Pick<HttpFigures, 'pay' | 'payOfCeiling'>> {
  const size = Math.ceil(requests.length / turns);
  const pays: PostingFigure[] = [];
  const ratios: number[] = [];
  for (let from = 0; from < requests.length; from += size) {
    // Half of it is signing alone.
    const { verifySignPerSecond } = await cryptoCeiling(requests.length < 10_000 ? 1 : 4);
    const pay = await work(requests.slice(from, from + size));
    pays.push(pay);
    ratios.push(thousandths(pay.perSecond / verifySignPerSecond));
  }
  pays.sort((left, right) => left.perSecond - right.perSecond);
  return {
    pay: pays[Math.floor(pays.length / 2)]!,
    payOfCeiling: { ratio: median(ratios), quartiles: quartilesOf(ratios) },
  };
}

/** Fewer than the lanes let wait. */
const atOnce = 1_000;

/** Every payment is paid first, by the same verb as the cashier's; then half of each is to be refunded. */
async function refunds(site: Site, ids: readonly string[]): Promise<Buffer[]> {
  const { payments, merchants, wallets } = site.world;
  const merchantId = merchants[0]!.id;
  const prepared: Buffer[] = [];
  for (let from = 0; from < ids.length; from += atOnce) {
    const part = ids.slice(from, from + atOnce).map(async (requestId, place) => {
      const payment = await payments.find({ merchantId, requestId });
      await authorize(site, payment!.id, wallets[(from + place) % wallets.length]!);
      return signed(site, 'refund', {
        refundRequestId: `refund-${requestId}`,
        paymentId: paymentIdToWire(payment!),
        refundAmount: { currency: 'KRW', value: '29500' },
      });
    });
    prepared.push(...(await Promise.all(part)));
  }
  return prepared;
}

const authorize = (site: Site, paymentId: bigint, wallet: PostingWorld['wallets'][number]) =>
  site.world.payments.authorize({
    paymentId,
    payer: { customerId: wallet.customerId, kycClass: 3, status: 'active' },
    payerAccount: wallet.account,
    funding: { kind: 'balance' },
    clearingAccount: null,
  });

/** Asked over HTTP, confirmed by the shopper's verb, told to the merchant and acknowledged by him. */
async function journeys(site: Site, count: number): Promise<PostingFigure> {
  const { payments, merchants, wallets } = site.world;
  const orders = Array.from({ length: count }, (_, number) => `journey-${number}`);
  const requests = await Promise.all(
    orders.map((id) => signed(site, 'pay', { ...payBody(id), paymentNotifyUrl: site.notifyUrl })),
  );
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  const travel = async (line: Line) => {
    for (let number = next++; number < count; number = next++) {
      const requestId = orders[number]!;
      const started = performance.now();
      const told = new Promise<void>((resolve) => site.waiting.set(requestId, resolve));
      const answer = await line.ask(requests[number]!);
      if (!answer.includes('PAYMENT_IN_PROCESS'))
        throw new Error(`an unexpected answer: ${answer.slice(0, 800)}`);
      const payment = await payments.find({ merchantId: merchants[0]!.id, requestId });
      await authorize(site, payment!.id, wallets[number % wallets.length]!);
      site.nudge();
      await told;
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const line = await openLine(site.port);
      try {
        await travel(line);
      } finally {
        line.close();
      }
    }),
  );
  return figureOf(latencies, performance.now() - began);
}

const payBody = (paymentRequestId: string) => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId,
  paymentAmount: { currency: 'KRW', value: '59000' },
  order: {
    referenceOrderId: `order-${paymentRequestId}`,
    orderDescription: 'Cushion foundation',
    orderAmount: { currency: 'KRW', value: '59000' },
    goods: [{ referenceGoodsId: 'cushion-21', goodsName: 'Cushion foundation', goodsQuantity: '1' }],
  },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  paymentRedirectUrl: 'https://mall.example/return',
  env: { terminalType: 'WEB', clientIp: '203.0.113.7' },
});

function signed(site: Pick<Site, 'key'>, operation: string, content: object): Promise<Buffer> {
  const resource = `/ams/api/v1/payments/${operation}`;
  const body = Buffer.from(JSON.stringify(content));
  const time = machineClock.now().getTime();
  const text = Buffer.concat([Buffer.from(`POST ${resource}\n${clientId}.${time}.`), body]);
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', text, site.key, (error, signature) => {
      if (error !== null) return reject(error);
      const head = [
        `POST ${resource} HTTP/1.1`,
        'host: 127.0.0.1',
        `client-id: ${clientId}`,
        `request-time: ${time}`,
        `signature: algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
        'content-type: application/json; charset=UTF-8',
        `content-length: ${body.length}`,
      ];
      resolve(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
    });
  });
}

/** The merchant's endpoint: acknowledges, and wakes whoever waits to hear of the payment. */
async function listen(): Promise<Pick<Site, 'notifyUrl' | 'waiting'> & { close(): void }> {
  const waiting = new Map<string, () => void>();
  const acknowledgement = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { paymentRequestId } = JSON.parse(Buffer.concat(chunks).toString()) as {
        paymentRequestId: string;
      };
      response.setHeader('content-type', 'application/json');
      response.end(acknowledgement, () => {
        waiting.get(paymentRequestId)?.();
        waiting.delete(paymentRequestId);
      });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ waiting, notifyUrl: `http://127.0.0.1:${port}/notify` },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `tongbao serve` as a production server runs it. */
async function startServe(of: { url: string; port: number; rates: string; processes: number; keys: string }) {
  const child = spawn(
    process.execPath,
    [main, 'serve', '--port', `${of.port}`, '--processes', `${of.processes}`],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        DATABASE_URL: of.url,
        TONGBAO_PUBLIC_URL: 'https://pay.example',
        TONGBAO_KEYS: of.keys,
        TONGBAO_ECB_RATES: of.rates,
        TONGBAO_NOTIFY_LOOPBACK: 'allow',
        TONGBAO_LOG: 'warn',
      },
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const watch = watchMemory(() => familyOf(child.pid!));
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 300) throw new Error('the server of the HTTP cases did not start');
    const answer = await fetch(`http://127.0.0.1:${of.port}/healthz`).catch(() => null);
    if (answer?.ok === true) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    nudge: () => void child.send({ nudge: 'notification delivery' }),
    peakRssMib: watch.peakMib,
    async stop() {
      watch.stop();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
