// An invitation is mailed to who is invited, where there is a mail server; the link is shown all the same.
import type { Mail } from '@tongbao/connector-interface';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIsolation, createTally } from '../database/index.ts';
import { createMail } from '../mail/index.ts';
import { createMerchants } from '../merchants/index.ts';
import { createStaff, type Member } from '../staff/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys as keys } from '../testing/keys.ts';
import { inviteMember } from './staff.ts';

let world: TestDatabase;
let ada: Member;
let block = 1n;
const clock = new StillClock(new Date('2026-01-05T08:00:00Z'));
const ids = new Ids(() => Promise.resolve(block++));
const sent: Mail[] = [];

function parts(hasServer: boolean) {
  const { database } = world;
  const of = { database, clock, ids, keys };
  const service = {
    async send(mail: Mail) {
      sent.push(mail);
      return { outcome: 'accepted', answer: '250' } as const;
    },
  };
  return {
    ...{ database, publicUrl: 'https://pay.example', merchants: createMerchants(of) },
    staff: createStaff({ ...of, tally: createTally(of), randomness: machineRandomness, sandbox: true }),
    mail: createMail({
      ...{ ...of, isolation: createIsolation(of), service: hasServer ? service : null },
      ...{ onNotSent: () => undefined, onExpired: () => undefined },
    }),
  };
}

beforeAll(async () => {
  world = await testDatabase();
  const { staff } = parts(true);
  const begun = await staff.begin({ username: 'ada', name: 'Ada' });
  if (begun.kind !== 'link') throw new Error('there is an admin');
  const caller = { network: '192.0.2.1', device: null };
  const site = { origin: 'https://pay.example', rpId: 'pay.example' };
  const { token } = begun.link;
  ada = (await staff.join({ token, password: 'correct horse battery', caller, site })).member;
});
afterAll(() => world.drop());

test('the mail has the link, in the language that is asked for, and goes to the address alone', async () => {
  const of = parts(true);
  const asked = { username: 'mei', name: '陈梅', role: 'maker', language: 'zh-CN' } as const;
  const made = await inviteMember(of, ada, { ...asked, email: 'mei@pay.example' });
  expect(made.mailedTo).toBe('mei@pay.example');
  await of.mail.timers[0]!.run(clock.now());
  expect(sent).toMatchObject([{ to: 'mei@pay.example', subject: '您的通宝控制台访问权限' }]);
  expect(sent[0]!.text.split('\n\n')).toContain(made.link);
  expect(sent[0]!.text).toContain('3天');
});

test('without an address, or without a mail server, the link is shown and nothing is mailed', async () => {
  const without = await inviteMember(parts(true), ada, { username: 'li', name: 'Li', role: 'checker' });
  expect(without.mailedTo).toBeNull();
  const asked = { username: 'wu', name: 'Wu', role: 'maker', email: 'wu@pay.example' } as const;
  const made = await inviteMember(parts(false), ada, asked);
  expect(made).toMatchObject({ mailedTo: null, link: expect.stringContaining('#/join/') });
});

test('what is no address invites nobody', async () => {
  const of = parts(true);
  const asked = { username: 'zhao', name: 'Zhao', role: 'maker', email: 'zhao' } as const;
  await expect(inviteMember(of, ada, asked)).rejects.toMatchObject({ code: 'member-refused' });
  expect((await inviteMember(of, ada, { ...asked, email: 'zhao@pay.example' })).mailedTo).not.toBeNull();
});
