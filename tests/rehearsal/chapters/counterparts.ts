// Who is there before the network opens: counterparts of its own making are nobody's, so each is somebody else's program or speaks
// only what the guides publish.
import { chromiumPath } from '../../browser/browser.ts';
import { missingTools } from '../../conformance/suites.ts';
import { isSkipped as noSshd } from '../../connectors/sshd.ts';
import {
  type Bank,
  type JavaPrograms,
  type KnownShopper,
  prepareJava,
  type Sms,
  startBank,
  startRegistry,
  startSms,
  startSwitch,
  type Told,
} from '../counterparts.ts';
import type { Chapter } from '../rows.ts';
import type { World } from '../world.ts';

/** Resident numbers of a region that does not exist, with a right check character (ISO 7064 MOD 11-2). */
function residentId(digits: string): string {
  const sum = [...digits].reduce((all, digit, index) => all + Number(digit) * (2 ** (17 - index) % 11), 0);
  return `${digits}${'10X98765432'[sum % 11]}`;
}

/** With its check digit (ISO/IEC 7812, Luhn). */
function cardNumber(digits: string): string {
  const sum = [...digits].toReversed().reduce((all, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

export const shoppers: readonly [KnownShopper, KnownShopper] = [
  {
    name: '林晓岚',
    residentId: residentId('11019919900307002'),
    phone: '+8613911110001',
    card: cardNumber('622202123456789012'),
    code: '246810',
  },
  {
    name: '周启明',
    residentId: residentId('11019919850821003'),
    phone: '+8613911110002',
    card: cardNumber('622202123456789013'),
  },
];

/** Null: there is no such program on this machine. */
export interface Around {
  sms: Sms | null;
  bank: Bank | null;
  cardSwitch: Told | null;
  registry: Told | null;
  java: JavaPrograms | null;
  readonly hasBrowser: boolean;
}

export const nobodyAround = (): Around => ({
  ...{ sms: null, bank: null, cardSwitch: null, registry: null, java: null },
  hasBrowser: chromiumPath() !== null,
});

export const counterparts = (world: World, around: Around, signal: AbortSignal): Chapter => ({
  name: 'who a network speaks to',
  needs: [],
  async play({ row, skip }) {
    await row('an SMS service and a registry of people and cards, each a process', async () => {
      around.sms = await startSms(world);
      around.registry = await startRegistry(world, shoppers);
    });
    if (noSshd)
      skip('a bank that takes files over SFTP', 'there is no OpenSSH server: apt-get install openssh-server');
    else
      await row('a bank that takes files over SFTP, behind an OpenSSH server', async () => {
        around.bank = await startBank(world);
      });
    const missing = missingTools({ tools: ['java', 'mvn', 'keytool'] });
    if (missing.length > 0) skip('a card switch and a shop in Java', `${missing.join(' and ')} not found`);
    else
      await row('a card switch made of jPOS, and a shop on the official SDK', async () => {
        around.java = await prepareJava(signal);
        around.cardSwitch = await startSwitch(world, around.java.switch);
        return around.java.versions;
      });
    if (!around.hasBrowser) skip('a browser', 'there is no Chromium: apt-get install chromium');
  },
});
