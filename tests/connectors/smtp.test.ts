// The connector for mail servers passes the kit against a mail server with TLS and a password; and what its messages look like.
import { messageRows, play } from '@tongbao/connector-conformance';
import { createSmtpMail } from '@tongbao/connector-smtp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MailServer, mailServer, smtpDriver } from './smtp-driver.ts';

test.each(messageRows.map((row) => [row.name, row.title, row] as const))(
  '%s: %s',
  async (name, _title, row) => {
    const driver = await smtpDriver();
    const result = await play(row, driver);
    await driver.close();
    // A session is a message's: no answer of a former one can come, and 250 says that the server has it.
    expect(result).toMatchObject({ name, ok: name === 'lies' || name === 'late' ? null : true });
  },
);

describe('a message', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await mailServer();
  });
  afterAll(() => server.close());
  const letter = {
    ...{ reference: 'm42', to: 'jane.doe@shop.example', subject: '合同 – contract' },
    ...{ text: 'Good day,\n\n您好。', html: '<p>您好</p>', at: new Date('2026-01-05T08:00:00Z') },
  };
  const send = async (changes: object) => {
    const mail = createSmtpMail({ ...server.options, ...changes });
    const answer = await mail.send(letter);
    mail.close();
    return answer;
  };

  test('goes to one recipient over TLS, says that a robot wrote it, and is the same bytes at every attempt', async () => {
    expect(await send({})).toEqual({ outcome: 'accepted', answer: expect.stringMatching(/^250/) });
    expect(await send({})).toEqual({ outcome: 'accepted', answer: expect.stringMatching(/^250/) });
    const [first, second] = await server.received();
    expect(second!.raw).toBe(first!.raw);
    expect(first!.envelope).toEqual({ from: 'no-reply@pay.example', to: ['jane.doe@shop.example'] });
    expect(first!.mail).toMatchObject({
      messageId: '<m42@pay.example>',
      subject: '合同 – contract',
      from: { name: 'Tongbao 通宝', address: 'no-reply@pay.example' },
      to: [{ address: 'jane.doe@shop.example' }],
      text: 'Good day,\n\n您好。\n',
      html: expect.stringContaining('<p>您好</p>'),
    });
    expect(first!.raw).toContain('Auto-Submitted: auto-generated');
    expect(first!.raw).toContain('Date: Mon, 05 Jan 2026 08:00:00 +0000');
  });

  test('a certificate that nobody vouches for, a wrong password and a sender that is refused decide nothing about the mail', async () => {
    const before = (await server.received()).length;
    expect(await send({ ca: undefined })).toMatchObject({ outcome: 'later' });
    expect(await send({ password: 'wrong' })).toEqual({ outcome: 'later', answer: '535 5.7.8' });
    expect(await send({ user: null })).toMatchObject({
      outcome: 'later',
      answer: expect.stringMatching(/^530/),
    });
    expect((await server.received()).length).toBe(before);
  });

  test('what the server says of a person is not in the answer', async () => {
    await server.behave('refuse');
    expect(await send({})).toEqual({
      outcome: 'refused',
      answer: expect.stringMatching(/^550( 5\.\d\.\d)?$/),
    });
    await server.behave('normal');
  });

  test('a check says in one line what is wrong, and sends nothing', async () => {
    const before = (await server.received()).length;
    const check = async (changes: object) => {
      const mail = createSmtpMail({ ...server.options, ...changes });
      await mail.check().finally(() => mail.close());
    };
    await check({});
    await expect(check({ password: 'wrong' })).rejects.toThrow(
      /^the mail server localhost:\d+ does not take us: 535/,
    );
    await expect(check({ port: 1 })).rejects.toThrow(/does not take us: ESOCKET|ECONNECTION/);
    expect((await server.received()).length).toBe(before);
  });
});
