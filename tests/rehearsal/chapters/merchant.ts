// A shop applies, is looked at, admitted by two people, sends its public key, makes its first call with the official SDK and goes live.
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { until } from '../../../platform/src/testing/until.ts';
import { type Mall, startMall } from '../counterparts.ts';
import type { People } from '../people.ts';
import { type Chapter, must } from '../rows.ts';
import type { World } from '../world.ts';
import type { Around } from './counterparts.ts';

export const merchantName = 'a shop comes in';

/** What is agreed: the figures that the payout is reckoned from. */
export const terms = { feeBps: 150, refundFee: '100' } as const;

export interface Shop {
  mall: Mall | null;
  clientId: string;
  /** When its payments of today are settled. */
  cutOffAt: Date;
}

export const payee = { holder: 'Hanbit Mall Co., Ltd.', number: '110234567890', bic: 'SHBKKRSE' } as const;

const facts = (site: string) => ({
  company: {
    ...{ legalName: 'Hanbit Mall Co., Ltd.', displayName: 'Hanbit Mall', country: 'KR' },
    ...{ registrationNumber: '110111-1234567', address: '12 Namdaemun-ro, Seoul' },
  },
  owners: [{ name: 'Kim Hana', birthDate: '1979-04-02', share: 100 }],
  account: payee,
  sites: [site],
  settlementCurrency: 'KRW',
  paymentCurrencies: ['KRW'],
  monthlyVolume: 'KRW 20,000,000',
  contact: { name: 'Kim Hana', email: 'hana@hanbit.example', phone: '+82 2 123 4567' },
});

/** The cut-off is a minute of the day; on a slow machine there is to be time for everything that is paid before it. */
const untilCutOffMs = 75_000;
const commandsBefore = 14;
function cutOffFrom(now: Date, commandMs: number): { at: Date; minute: number } {
  const least = now.getTime() + untilCutOffMs + commandsBefore * commandMs;
  const at = new Date(Math.ceil(least / 60_000) * 60_000);
  const inSeoul = new Date(at.getTime() + 9 * 3_600_000);
  const minute = inSeoul.getUTCHours() * 60 + inSeoul.getUTCMinutes();
  return { at, minute: minute === 0 ? 1440 : minute };
}

export const merchant = (world: World, of: { around: Around; people: People; shop: Shop }): Chapter => ({
  name: merchantName,
  needs: ['the people who run it'],
  async play({ row, skip }) {
    const { people, around, shop } = of;
    let token = '';
    let application = '';
    let commandMs = 0;
    const mine = applicantOf(world, () => token);
    await row('it fills in the application, is told what is missing, and submits it', async () => {
      token = (await mine('', {})).token;
      const half = await mine('/mine', { facts: { company: { legalName: 'Hanbit Mall Co., Ltd.' } } });
      must(half.missing.length > 3, 'nothing is said to be missing of a half-filled application');
      await mine('/mine', { facts: facts(`${world.publicUrl}/`) });
      await mine(
        '/mine/documents?name=register.pdf',
        Buffer.from('%PDF-1.7\n% an extract of the register\n'),
      );
      const { status, missing } = await mine('/mine/submit', {});
      must(status === 'submitted', `it is ${status}: ${JSON.stringify(missing)}`);
    });
    await row(
      'staff looks at it: account, site and lists are checked, by machine or by a word that is kept',
      async () => {
        const since = performance.now();
        const { applications } = await people.command(
          'mei',
          'merchant',
          'applications',
          '--status',
          'submitted',
        );
        must(
          applications.length === 1 && applications[0].name === 'Hanbit Mall',
          JSON.stringify(applications),
        );
        commandMs = performance.now() - since;
        application = applications[0].id;
        const seen = await until(async () => {
          const { checks } = await people.ask('mei', 'GET', `/api/console/applications/${application}`);
          return checks.every((check: { result: string }) => check.result !== 'waiting') && checks;
        });
        await people.command('mei', 'merchant', 'application', application);
        const open = seen.filter((check: { result: string }) => check.result !== 'passed');
        for (const { name } of open)
          await people.command(
            'mei',
            ...[
              'merchant',
              'check',
              application,
              '--name',
              name,
              '--result',
              'passed',
              '--reason',
              'looked up by hand',
            ],
          );
        return `by hand: ${open.map((check: { name: string }) => check.name).join(', ')}`;
      },
    );
    await row(
      'a maker proposes the contract, who proposed it cannot approve it, a checker does',
      async () => {
        await workingDay(people);
        const { at, minute } = cutOffFrom(new Date(), commandMs);
        shop.cutOffAt = at;
        const file = world.at('contract.json');
        const cycle = {
          calendar: 'KR',
          timeZone: 'Asia/Seoul',
          cycleDays: 0,
          cutOffMinute: minute,
          payMinute: 0,
        };
        await writeFile(file, JSON.stringify({ ...cycle, ...terms, debtLimit: '0', returnsFee: false }), {
          mode: 0o644,
        });
        const asked = ['--file', file, '--reason', 'as agreed on paper'];
        const { id } = await people.command('mei', 'merchant', 'propose', application, ...asked);
        const own = await world.run(
          ['merchant', 'approve', id, '--reason', 'mine', '--json'],
          people.environmentOf('mei'),
        );
        must(own.status !== 0, 'the maker approved it alone');
        await people.command('li', 'merchant', 'approve', id, '--reason', 'read the contract');
      },
    );
    if (around.java === null) {
      skip('its first call and its first day', 'there is no Java: the official SDK is needed');
      return;
    }
    await row(
      'it sends the public half of its key, its first signed call is right, and it goes live',
      async () => {
        const keys = generateKeyPairSync('rsa', {
          modulusLength: 2048,
          publicKeyEncoding: { type: 'spki', format: 'pem' },
          privateKeyEncoding: { type: 'pkcs8', format: 'der' },
        });
        await mine('/mine/key', { publicKey: keys.publicKey });
        const { joining } = await mine('/mine');
        shop.clientId = joining.clientId;
        shop.mall = await startMall(world, around.java!.mall, {
          clientId: joining.clientId,
          privateKey: keys.privateKey.toString('base64'),
          keys: { '1': joining.gatewayPublicKey },
        });
        const early = await shop.mall.ask('pay before-it-is-live 59000');
        must(
          early.result.resultStatus !== 'S' && early.paymentId === undefined,
          'it can take money before it is live',
        );
        await until(async () => (await mine('/mine')).joining.testCall.passedAt !== null);
        await people.command('mei', 'merchant', 'live', shop.clientId, '--reason', 'its first call is right');
        return shop.clientId;
      },
    );
  },
});

/** Weekends are no working days; where today is one, two people say that the banks work. */
async function workingDay(people: People): Promise<void> {
  const day = new Date(Date.now() + 9 * 3_600_000);
  if (![0, 6].includes(day.getUTCDay())) return;
  const about = ['--calendar', 'KR', '--day', day.toISOString().slice(0, 10), '--kind', 'working'];
  const { id } = await people.command(
    'mei',
    'closure',
    'declare',
    ...about,
    '--reason',
    'the banks work today',
  );
  await people.command('li', 'closure', 'approve', id, '--reason', 'the bank’s letter');
}

/** Requests of the applicant: the secret of its link goes with each in a header. */
function applicantOf(world: World, token: () => string) {
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations.
  return async (at: string, body?: object | Buffer): Promise<any> => {
    const isFile = Buffer.isBuffer(body);
    const answer = await fetch(`${world.publicUrl}/api/apply${at}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(token() === '' ? {} : { 'x-tongbao-application': token() }),
        'x-tongbao-csrf': '1',
        ...(body === undefined
          ? {}
          : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isFile ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    must(answer.ok, `the application’s ${at} answers ${answer.status}: ${text.slice(0, 600)}`);
    return JSON.parse(text);
  };
}
