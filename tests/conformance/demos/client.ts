// The demo programs that the official Java SDK carries in its source jar, unmodified: only the four constants that they tell
// their reader to replace are set (client id, both keys, the gateway's address). A relay between them and the sandbox
// notes what each asked and what it was answered, since the demos keep their answers to themselves.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { localCertificate } from '../../../platform/src/sandbox/tls.ts';
import { runCommand } from '../run-command.ts';

const [classpath, sources, folder, configFile] = process.argv.slice(2) as [string, string, string, string];
const examples = 'com/alipay/global/api/example';
const settings = JSON.parse(await readFile(configFile, 'utf8')) as {
  http: string;
  dollarMerchant: { clientId: string; merchantPrivateKey: string; gatewayPublicKey: string };
};

/**
 * What each demo asks, in order, and what it is answered: they pay with others' wallets and cards, which are refused by name. The
 * `legacy` ones ask nothing, since their retry loop is left to the reader; the rest shows services that are not built.
 */
const demos: readonly { name: string; answers: readonly string[] }[] = [
  { name: 'CashierPayDemoCode.executeConsult', answers: ['payments/consult S SUCCESS'] },
  { name: 'CashierPayDemoCode.executePayWithCard', answers: ['payments/pay F BUSINESS_NOT_SUPPORT'] },
  { name: 'CashierPayDemoCode.executePayWithBlik', answers: ['payments/pay F PAYMENT_METHOD_NOT_SUPPORTED'] },
  {
    name: 'CashierPayDemoCode.executePaymentSessionCreateWithCard',
    answers: ['payments/createPaymentSession F PAYMENT_METHOD_NOT_SUPPORTED'],
  },
  { name: 'CashierPayDemoCode.executeInquiry', answers: ['payments/inquiryPayment F ORDER_NOT_EXIST'] },
  {
    name: 'EasyPayDemoCode.easyPaySession',
    answers: ['payments/createPaymentSession F PAYMENT_METHOD_NOT_SUPPORTED'],
  },
];

interface Seen {
  readonly call: string;
  readonly signed: boolean;
}

const relayed = ['client-id', 'request-time', 'signature', 'content-type'];

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Hands everything on to the sandbox as it came, and notes the answer's result. */
async function relay(noted: Seen[]) {
  const certificate = await localCertificate(folder, new Date());
  const server = createServer(certificate, async (request, response) => {
    const headers = Object.fromEntries(relayed.map((name) => [name, String(request.headers[name] ?? '')]));
    const answer = await fetch(`${settings.http}${request.url}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(await bodyOf(request)),
    });
    const body = await answer.text();
    const { result } = JSON.parse(body) as { result: { resultStatus: string; resultCode: string } };
    noted.push({
      call: `${request.url!.replace(/^.*\/v1\//, '')} ${result.resultStatus} ${result.resultCode}`,
      signed: (answer.headers.get('signature') ?? '') !== '',
    });
    for (const name of ['client-id', 'response-time', 'signature', 'content-type'])
      response.setHeader(name, answer.headers.get(name) ?? '');
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `https://localhost:${port}`, close: promisify(server.close.bind(server)) };
}

/** A demo's text with what its comments tell the reader to replace. */
const configured = (text: string, address: string): string =>
  text
    .replace(/(\bCLIENT_ID) = ""/, `$1 = "${settings.dollarMerchant.clientId}"`)
    .replace(/(\bANTOM_PUBLIC_KEY) = ""/, `$1 = "${settings.dollarMerchant.gatewayPublicKey}"`)
    .replace(/(\bMERCHANT_PRIVATE_KEY) = ""/, `$1 = "${settings.dollarMerchant.merchantPrivateKey}"`)
    .replace(/EndPointConstants\.SG(?=,)/, `"${address}"`);

function java(command: string, args: readonly string[]): void {
  const ran = spawnSync(command, args, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${command}: ${ran.stderr.slice(-2000)}`);
}

/** Copies the demos, sets their constants, and compiles them with the launcher beside them. */
async function build(address: string): Promise<string> {
  const work = await mkdtemp(path.join(folder, 'run-'));
  java('unzip', ['-qo', sources, `${examples}/*`, '-d', work]);
  const files: string[] = [path.join(import.meta.dirname, 'Demo.java')];
  for (const each of await readdir(path.join(work, examples), { recursive: true })) {
    if (!each.endsWith('.java')) continue;
    const file = path.join(work, examples, each);
    await writeFile(file, configured(await readFile(file, 'utf8'), address), { mode: 0o600 });
    files.push(file);
  }
  const classes = path.join(work, 'classes');
  await mkdir(classes);
  java('javac', ['-nowarn', '-proc:none', '-cp', classpath, '-d', classes, ...files]);
  return work;
}

const noted: Seen[] = [];
await mkdir(folder, { recursive: true });
const { address, close } = await relay(noted);
const work = await build(address);
try {
  for (const { name, answers } of demos) {
    noted.length = 0;
    const place = name.lastIndexOf('.');
    const [program, method] = [name.slice(0, place), name.slice(place + 1)];
    const all = [path.join(work, 'classes'), classpath].join(path.delimiter);
    const launched = ['-cp', all, 'Demo', `${examples.replaceAll('/', '.')}.${program}`, method];
    const ended = await runCommand(
      { command: 'java', args: launched },
      { timeoutMs: 60_000, signal: new AbortController().signal },
    );
    const got = noted.map(({ call, signed }) => `${call}${signed ? '' : ' unsigned'}`);
    const good = ended.ok && got.join() === answers.join();
    console.log(good ? `ok ${name}` : `not ok ${name} - ${got.join()} ${ended.output.slice(-300)}`);
  }
} finally {
  await close();
  await rm(work, { recursive: true, force: true });
}
