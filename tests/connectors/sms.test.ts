// The connectors for short messages pass the kit: by HTTP against a service that takes each key once, by SMPP against a message
// centre of npm's smpp; and what their messages look like.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageRows, play } from '@tongbao/connector-conformance';
import { createSmppSms, type Receipt, type SmppOptions } from '@tongbao/connector-smpp';
import { createSmsHttp } from '@tongbao/connector-sms-http';
import { describe, expect, test } from 'vitest';
import { localCertificate } from '../../platform/src/sandbox/tls.ts';
import { createOutbound } from '../../platform/src/system/index.ts';
import { until } from '../../platform/src/testing/until.ts';
import { messageCentre, smppDriver } from './smpp-driver.ts';
import { httpService, smsHttpDriver } from './sms-http-driver.ts';

const rows = messageRows.map((row) => [row.name, row.title, row] as const);
const message = { reference: 'c7', to: '+8613800138000', text: 'Tongbao: 123456' };

test.each(rows)('HTTP, %s: %s', async (name, _title, row) => {
  const driver = await smsHttpDriver();
  const result = await play(row, driver);
  await driver.close();
  // An answer of HTTP belongs to its request.
  expect(result).toMatchObject({ name, ok: name === 'late' ? null : true });
});

test.each(rows)('SMPP, %s: %s', async (name, _title, row) => {
  const driver = await smppDriver();
  const result = await play(row, driver);
  await driver.close();
  // A status is all that a message centre says.
  expect(result).toMatchObject({ name, ok: name === 'lies' ? null : true });
});

describe('by HTTP', () => {
  test('phone and text as ever, a key, a token, and whom the message is from', async () => {
    const service = await httpService();
    const outbound = createOutbound({ reach: 'public-and-loopback' });
    const of = { url: service.url(), post: outbound.post };
    expect(await createSmsHttp({ ...of, token: null, sender: null }).send(message)).toEqual({
      ...{ outcome: 'accepted', answer: '200' },
    });
    await createSmsHttp({ ...of, token: 'secret', sender: 'Tongbao' }).send({ ...message, reference: 'c8' });
    const { phone, text, reference } = { ...message, phone: message.to };
    expect(service.requests).toMatchObject([
      { body: { phone, text, reference }, headers: { 'idempotency-key': 'c7' } },
      {
        body: { phone, text, reference: 'c8', sender: 'Tongbao' },
        headers: { 'idempotency-key': 'c8', authorization: 'Bearer secret' },
      },
    ]);
    expect(service.requests[0]!.headers.authorization).toBeUndefined();
    expect(service.requests[0]!.body.sender).toBeUndefined();
    outbound.close();
    await service.close();
  });
});

async function withCentre(
  work: (of: {
    centre: Awaited<ReturnType<typeof messageCentre>>;
    open(more?: Partial<SmppOptions>): ReturnType<typeof createSmppSms>;
  }) => Promise<void>,
  tls: { key: string; cert: string } | null = null,
): Promise<void> {
  const centre = await messageCentre(tls);
  const opened: ReturnType<typeof createSmppSms>[] = [];
  try {
    await work({
      centre,
      open(more = {}) {
        const sms = createSmppSms({ ...centre.options, ...more });
        opened.push(sms);
        return sms;
      },
    });
  } finally {
    for (const sms of opened) await sms.close();
    await centre.close();
  }
}

describe('by SMPP', () => {
  test('one session serves all messages; senders and alphabets are said', () =>
    withCentre(async ({ centre, open }) => {
      const sms = open();
      for (const text of ['code 1', '验证码 2'])
        expect((await sms.send({ ...message, text })).outcome).toBe('accepted');
      expect(centre.sessions.size).toBe(1);
      await open({ sender: '85212345678', alphabet: 'ucs2' }).send(message);
      await open({ sender: '10690' }).send(message);
      expect(centre.submits).toMatchObject([
        {
          source_addr: 'Tongbao',
          source_addr_ton: 5,
          destination_addr: '8613800138000',
          dest_addr_ton: 1,
          dest_addr_npi: 1,
          data_coding: 0,
          registered_delivery: 1,
        },
        { data_coding: 8 },
        { source_addr: '85212345678', source_addr_ton: 1, source_addr_npi: 1, data_coding: 8 },
        { source_addr: '10690', source_addr_ton: 3, data_coding: 0 },
      ]);
    }));

  test('a receipt says which message it is about, while that is remembered', () =>
    withCentre(async ({ centre, open }) => {
      const receipts: Receipt[] = [];
      await open({ onReceipt: (receipt) => void receipts.push(receipt) }).send(message);
      const [session] = centre.sessions;
      const receipt = (text: string, more = {}) =>
        session!.deliver_sm({
          source_addr: '8613800138000',
          destination_addr: 'x',
          esm_class: 4,
          short_message: text,
          ...more,
        });
      receipt(
        'id:id-1 sub:001 dlvrd:001 submit date:2601050800 done date:2601050801 stat:DELIVRD err:000 text:',
      );
      receipt('id:id-9 stat:UNDELIV err:001');
      receipt('an answer of a person', { esm_class: 0 });
      receipt('sub:001 stat:EXPIRED', { receipted_message_id: 'id-1' });
      await until(() => receipts.length === 3);
      expect(receipts).toEqual([
        { id: 'id-1', state: 'DELIVRD', reference: 'c7' },
        { id: 'id-9', state: 'UNDELIV', reference: null },
        { id: 'id-1', state: 'EXPIRED', reference: 'c7' },
      ]);
    }));

  test('the centre may ask whether we are there, and end the session; the next message opens another', () =>
    withCentre(async ({ centre, open }) => {
      const sms = open();
      await sms.send(message);
      const [session] = centre.sessions;
      expect(await new Promise((resolve) => session!.enquire_link((pdu) => resolve(pdu.command)))).toBe(
        'enquire_link_resp',
      );
      session!.unbind();
      await until(() => centre.sessions.size === 0);
      expect((await sms.send({ ...message, reference: 'c8' })).outcome).toBe('accepted');
      expect(centre.submits).toHaveLength(2);
    }));

  test('a quiet session is asked whether it is there, and dropped when it is not', () =>
    withCentre(async ({ centre, open }) => {
      const sms = open({ enquireMs: 50 });
      await sms.send(message);
      const [session] = centre.sessions;
      let asked = 0;
      session!.on('enquire_link', () => void asked++);
      await until(() => asked >= 2);
      await centre.behave('hang');
      await until(() => centre.sessions.size === 0);
      await centre.behave('normal');
      expect((await sms.send({ ...message, reference: 'c8' })).outcome).toBe('accepted');
    }));

  test('a wrong password is no refusal of a message; throttled for a moment, it waits and goes', () =>
    withCentre(async ({ centre, open }) => {
      expect(await open({ password: 'wrong' }).send(message)).toEqual({
        outcome: 'later',
        answer: 'not reached',
      });
      await centre.behave('busy');
      const sms = open({ timeoutMs: 5_000 });
      const sending = sms.send(message);
      await until(() => centre.sessions.size === 1);
      await centre.behave('normal');
      expect((await sending).outcome).toBe('accepted');
      expect(centre.submits).toHaveLength(1);
    }));

  test('over TLS, with a certificate that somebody vouches for', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-smpp-'));
    const certificate = await localCertificate(folder, new Date());
    await withCentre(async ({ centre, open }) => {
      expect((await open().send(message)).outcome).toBe('accepted');
      expect((await open({ tls: {} }).send(message)).outcome).toBe('later');
      expect(centre.submits).toHaveLength(1);
    }, certificate);
    await rm(folder, { recursive: true });
  });
});
