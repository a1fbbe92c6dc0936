// Registries as the kit drives them: the connector by HTTP at a registry in this process, and the sandbox's invented one.
import type { RegistryDriver } from '@tongbao/connector-conformance';
import { createHttpRegistry } from '@tongbao/connector-identity';
import type { Registry } from '@tongbao/connector-interface';
import { createSandboxBank, createSandboxIssuers } from '../../platform/src/sandbox/bank/index.ts';
import { createSandboxRegistry } from '../../platform/src/sandbox/registry.ts';
import { machineRandomness, StillClock } from '../../platform/src/system/index.ts';
import { testDatabase } from '../../platform/src/testing/index.ts';
import { type RegistryData, startRegistry } from './registry.ts';

const person = { name: '王小明', residentId: '110105199003072338', phone: '+8613800138000' };
export const cardNumber = '6222020200112230004';
/** Right by Luhn, and nobody's. */
const strange = '6222020200112230012';
const code = '246810';
const token = 'the-token-of-the-registry';

export const registryData: RegistryData = {
  people: [person],
  cards: [
    {
      ...person,
      number: cardNumber,
      bank: 'RIVER',
      bankName: { zh: '长河银行', en: 'River Bank' },
      kind: 'debit',
    },
  ],
};

const wrong = {
  name: '王大明',
  'resident-id': '110105199003072346',
  phone: '+8613900139000',
  'card-number': strange,
};

/** `change` makes a broken copy of the connector. */
export async function httpRegistryDriver(
  change: (registry: Registry) => Registry = (registry) => registry,
): Promise<RegistryDriver> {
  const registry = await startRegistry({ data: registryData, token, code });
  return {
    known: { ...person, cardNumber },
    wrong,
    code,
    async start() {
      const connector = createHttpRegistry({
        url: registry.url,
        token: async () => token,
        timeoutMs: 400,
      });
      return { ...change(connector), close: () => connector.close() };
    },
    async behave(mood) {
      registry.behave(mood);
      return true;
    },
    counted: async () => registry.counted(),
    close: () => registry.close(),
  };
}

export async function sandboxRegistryDriver(): Promise<RegistryDriver> {
  const { database, drop } = await testDatabase();
  const clock = new StillClock(new Date('2014-05-01T10:00:00Z'));
  const bank = createSandboxBank({ database, clock, pause: async () => undefined });
  await bank.openBank({ code: 'JADE', name: { zh: '翡翠银行', en: 'Jade Bank' } });
  const issuers = createSandboxIssuers({
    ...{ database, clock, randomness: machineRandomness, secret: Buffer.alloc(32, 9) },
  });
  let offers = 0;
  const registry = createSandboxRegistry({
    ...issuers,
    offer(number) {
      offers += 1;
      return issuers.offer(number);
    },
  });
  return {
    known: { ...person, cardNumber: issuers.sampleNumber('629901') },
    wrong: { ...wrong, 'resident-id': '110105199003072340' },
    code,
    start: async () => ({ ...registry, close: () => undefined }),
    // The invented registry behaves.
    behave: async (mood) => mood === 'normal',
    counted: async () => offers,
    close: drop,
  };
}
