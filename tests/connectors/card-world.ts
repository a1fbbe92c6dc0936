// What `serve` needs to take cards, in this process: a registry that knows one person and two cards, a switch, an SMS service, and the
// environment that names them.
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestDatabase } from '../../platform/src/testing/index.ts';
import { testKeysText } from '../../platform/src/testing/keys.ts';
import { startSwitch, type TestSwitch } from './card-switch.ts';
import { startRegistry, type TestRegistry } from './registry.ts';

export const person = { name: '王小明', residentId: '110105199003072338', phone: '+8613800138000' };
/** Its bank sends a code, and the switch leads to it. */
export const number = '6222020200112230004';
export const bankCode = '246810';
/** Of a bank that the switch does not lead to. */
export const strangers = '6222020200112230012';
export const token = 'a-token-for-the-registry';
export const river = {
  bank: 'RIVER',
  bankName: { zh: '长河银行', en: 'River Bank' },
  kind: 'debit',
} as const;

export interface CardWorld {
  readonly registry: TestRegistry;
  readonly cards: TestSwitch;
  /** One-time codes of the wallet's own, in the order they were sent. */
  readonly codes: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function openCardWorld(
  { url }: TestDatabase,
  of: { folder: string; publicUrl: string },
): Promise<CardWorld> {
  const registry = await startRegistry({
    token,
    data: {
      people: [person],
      cards: [
        { ...person, ...river, number, code: bankCode },
        { ...person, ...river, number: strangers, bank: 'LAKE' },
      ],
    },
  });
  const cards = await startSwitch();
  const codes: string[] = [];
  const sms = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    codes.push(/\d{6}/.exec((JSON.parse(text) as { text: string }).text)![0]);
    response.end();
  });
  await new Promise<void>((resolve) => sms.listen(0, '127.0.0.1', resolve));
  const tokenFile = path.join(of.folder, 'token');
  await writeFile(tokenFile, `${token}\n`);
  const environment = {
    ...process.env,
    DATABASE_URL: url,
    TONGBAO_PUBLIC_URL: of.publicUrl,
    TONGBAO_KEYS: testKeysText,
    TONGBAO_NOTIFY_LOOPBACK: 'allow',
    TONGBAO_LOG: 'trace',
    TONGBAO_SMS_URL: `http://127.0.0.1:${(sms.address() as AddressInfo).port}/`,
    TONGBAO_REGISTRY_URL: registry.url,
    TONGBAO_REGISTRY_TOKEN_FILE: tokenFile,
    TONGBAO_SWITCH: `tcp://127.0.0.1:${cards.port}`,
    TONGBAO_SWITCH_ACQUIRER: '27010001',
    TONGBAO_SWITCH_TERMINAL: 'TONGBAO1',
    TONGBAO_SWITCH_ACCEPTOR: 'TONGBAO',
    TONGBAO_SWITCH_BANKS: 'RIVER',
  };
  return {
    ...{ registry, cards, codes, environment },
    close: async () =>
      void (await Promise.all([
        registry.close(),
        cards.close(),
        new Promise((resolve) => sms.close(resolve)),
      ])),
  };
}
