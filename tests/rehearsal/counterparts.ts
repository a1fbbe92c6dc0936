// Who a network speaks to, each a process of its own: a bank behind an OpenSSH server, a card switch made of jPOS, a registry of
// people and cards, an SMS service, a shop on the official Java SDK.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../platform/src/testing/until.ts';
import { javaSdk, mavenProgram } from '../conformance/suites.ts';
import { openSshd } from '../connectors/sshd.ts';
import type { Program } from './programs.ts';
import { must } from './rows.ts';
import type { World } from './world.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const ours = { PATH: process.env.PATH, HOME: process.env.HOME };

/** A process that is told a line and answers with one. */
export interface Told {
  readonly program: Program;
  /** Answers the next line that begins with `answer`. */
  tell(line: string, answer: string): Promise<string>;
}

/** Lines of a process, one after the other; those that begin with `word`, without it. */
export const linesOf = (program: Program, word: string): string[] =>
  program
    .said()
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));

/** Lines that a process is told are answered in their order, one at a time. */
function told(program: Program): Told {
  let before: Promise<unknown> = Promise.resolve();
  const next = async (line: string, answer: string): Promise<string> => {
    const count = linesOf(program, answer).length;
    program.child.stdin!.write(`${line}\n`);
    return until(() => {
      must(program.child.exitCode === null, `${program.name} ended: ${program.said().slice(-1_000)}`);
      return linesOf(program, answer)[count];
    });
  };
  return {
    program,
    tell(line, answer) {
      const asked = before.then(() => next(line, answer));
      before = asked.catch(() => undefined);
      return asked;
    },
  };
}

const script = (name: string): string => path.join(here, 'counterparts', `${name}.ts`);

export interface Sms {
  /** The newest code that a telephone was sent, after so many messages; waits for it. */
  code(phone: string, after?: number): Promise<string>;
  /** How many messages a telephone has had. */
  count(phone: string): number;
}

export async function startSms(world: World): Promise<Sms> {
  const program = world.programs.start('SMS service', {
    ...{ command: process.execPath, args: [script('sms')], env: ours },
  });
  const [, port] = await program.hears(/^port (\d+)$/m);
  world.settings.TONGBAO_SMS_URL = `http://127.0.0.1:${port}/messages`;
  const messages = (phone: string): string[] =>
    program
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { phone: string; said: string })
      .filter((message) => message.phone === phone)
      .map(({ said }) => said);
  return {
    count: (phone) => messages(phone).length,
    code: (phone, after = 0) =>
      until(() => /(?<!\d)\d{6}(?!\d)/.exec(messages(phone).slice(after).at(-1) ?? '')?.[0]),
  };
}

export interface Bank extends Told {
  /** The bank's own file server ends, as on a bad day, and comes back. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
}

export const bankAccount = { currency: 'KRW', bic: 'HVBKKRSE', number: '1002123456789' } as const;

/** The settlement bank, behind an OpenSSH server of its own. */
export async function startBank(world: World): Promise<Bank> {
  const sshd = await openSshd();
  world.atEnd(() => sshd.close());
  for (const name of ['out', 'in', 'done']) await mkdir(path.join(sshd.folder, name));
  const { currency, bic, number } = bankAccount;
  Object.assign(world.settings, {
    TONGBAO_BANK_FILES: `sftp://${sshd.user}@127.0.0.1:${sshd.port}${sshd.folder}`,
    TONGBAO_BANK_SSH_KEY_FILE: await world.secretFile('bank_key', await readFile(sshd.keyFile, 'utf8')),
    TONGBAO_BANK_HOST_KEY: sshd.hostKey,
    TONGBAO_BANK_ACCOUNTS: `${currency}=${bic}/${number}`,
    TONGBAO_BANK_POLL_SECONDS: '1',
  });
  const account = ['--account', `${currency}/${bic}/${number}`, '--opening', '500000000'];
  const program = world.programs.start('settlement bank', {
    ...{ command: process.execPath, args: [script('bank'), '--folder', sshd.folder, ...account], env: ours },
  });
  await program.hears(/^open$/m);
  return { ...told(program), stopServer: () => sshd.stop(), startServer: () => sshd.start() };
}

/** What the switch has taken from cards, in fen; after what it gave back. */
export const taken = async (cardSwitch: Told): Promise<bigint> =>
  BigInt(await cardSwitch.tell('taken', 'taken'));

/** The card switch, of jPOS. `classpath`: where its program lies. */
export async function startSwitch(world: World, classpath: string): Promise<Told> {
  const program = world.programs.start('card switch', {
    ...{ command: 'java', args: ['-cp', classpath, 'Switch'], env: { ...ours, SWITCH_CARDS: 'any' } },
  });
  const [, port] = await program.hears(/^port (\d+)$/m);
  Object.assign(world.settings, {
    TONGBAO_SWITCH: `tcp://127.0.0.1:${port}`,
    TONGBAO_SWITCH_ACQUIRER: '27010001',
    TONGBAO_SWITCH_TERMINAL: 'TONGBAO1',
    TONGBAO_SWITCH_ACCEPTOR: 'TONGBAO',
  });
  return told(program);
}

export interface KnownShopper {
  readonly name: string;
  readonly residentId: string;
  readonly phone: string;
  readonly card: string;
  /** What the card's bank sends to its telephone; absent: it asks for none. */
  readonly code?: string;
}

/** Who the registry knows, with a card each. */
export async function startRegistry(world: World, people: readonly KnownShopper[]): Promise<Told> {
  const token = randomBytes(24).toString('base64url');
  const data = world.at('registry.json');
  const own = world.at('registry-token');
  await writeFile(own, token, { mode: 0o600 });
  const bank = { bank: 'ICBC', bankName: { zh: '中国工商银行', en: 'ICBC' }, kind: 'debit', currency: 'CNY' };
  const cards = people.map(({ card, ...person }) => ({ ...person, ...bank, number: card }));
  await writeFile(
    data,
    JSON.stringify({ people: people.map(({ card: _card, code: _code, ...person }) => person), cards }),
  );
  const program = world.programs.start('registry', {
    ...{ command: process.execPath, env: ours },
    args: [path.resolve(here, '../connectors/registry.ts'), '--token-file', own, '--data', data],
  });
  const [, port] = await program.hears(/^port (\d+)$/m);
  world.settings.TONGBAO_REGISTRY_URL = `http://127.0.0.1:${port}`;
  world.settings.TONGBAO_REGISTRY_TOKEN_FILE = await world.secretFile('registry-token-of-ours', token);
  return told(program);
}

export interface MallSettings {
  readonly clientId: string;
  readonly privateKey: string;
  /** The gateway's public keys, by their versions. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface Mall {
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations.
  ask(line: string): Promise<any>;
  /** What it was notified of; the newest last. */
  // biome-ignore lint/suspicious/noExplicitAny: notifications of several kinds.
  notified(): any[];
}

/** A shop on the official Java SDK, which trusts the proxy's authority alone. */
export async function startMall(world: World, classpath: string, settings: MallSettings): Promise<Mall> {
  const config = world.at('mall.json');
  await writeFile(config, JSON.stringify({ url: world.publicUrl, ...settings }), { mode: 0o600 });
  const trusted = world.at('mall-trusts.p12');
  const trust: string[] = [];
  if (world.authority !== '') {
    const certificate = world.at('authority.pem');
    await writeFile(certificate, world.authority);
    await rm(trusted, { force: true });
    const imported = ['-importcert', '-noprompt', '-alias', 'authority', '-file', certificate];
    const store = ['-keystore', trusted, '-storetype', 'PKCS12', '-storepass', 'authority'];
    execFileSync('keytool', [...imported, ...store], { stdio: 'pipe' });
    trust.push(`-Djavax.net.ssl.trustStore=${trusted}`, '-Djavax.net.ssl.trustStorePassword=authority');
  }
  const program = world.programs.start('shop', {
    ...{ command: 'java', args: [...trust, '-cp', classpath, 'Mall', config], env: ours },
  });
  await program.hears(/^notify http/m);
  const { tell } = told(program);
  return {
    async ask(line) {
      const answer = JSON.parse(await tell(line, 'answer')) as { failed?: string };
      must(answer.failed === undefined, `the SDK says: ${answer.failed}`);
      return answer;
    },
    notified: () => linesOf(program, 'notified').map((line) => JSON.parse(line)),
  };
}

export interface JavaPrograms {
  readonly mall: string;
  readonly switch: string;
  readonly versions: string;
}

/** Fetches and compiles what is written in Java: the class paths. */
export async function prepareJava(signal: AbortSignal): Promise<JavaPrograms> {
  const sdk = await javaSdk(signal);
  const { version, all } = await mavenProgram('switch', signal);
  return {
    mall: sdk.classpath,
    switch: all,
    versions: `global-open-sdk-java ${sdk.version}, jpos ${version('jpos')}`,
  };
}
