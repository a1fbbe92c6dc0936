// The mail server's settings: what is usual, and one clear line for each one that makes no sense.
import { expect, test } from 'vitest';
import { mailConfig } from './mail-config.ts';

const from = { TONGBAO_MAIL_FROM: 'Tongbao 通宝 <no-reply@pay.example>' };
const url = (text: string, more: Record<string, string> = {}) =>
  mailConfig({ TONGBAO_SMTP_URL: text, ...from, ...more });
const password = { TONGBAO_SMTP_PASSWORD_FILE: '/etc/tongbao/smtp' };

test('without an URL there is no mail', () => expect(mailConfig(from)).toBeNull());

test('STARTTLS on 587, TLS on 465, and a relay of one’s own on 25', () => {
  expect(url('smtp://tongbao%40pay@mail.example', password)).toEqual({
    ...{ host: 'mail.example', port: 587, secured: 'starttls', user: 'tongbao@pay', caFile: null },
    passwordFile: '/etc/tongbao/smtp',
    from: { name: 'Tongbao 通宝', address: 'no-reply@pay.example' },
  });
  expect(url('smtps://u@mail.example/', password)).toMatchObject({ port: 465, secured: 'implicit' });
  expect(url('smtp://[2001:db8::1]:2525?tls=none')).toMatchObject({
    ...{ host: '2001:db8::1', port: 2525, secured: 'none', user: null, passwordFile: null },
  });
  expect(url('smtp://relay?tls=none', { TONGBAO_SMTP_CA_FILE: '/ca.pem' })).toMatchObject({
    ...{ port: 25, caFile: '/ca.pem' },
  });
  expect(url('smtp://relay', { TONGBAO_MAIL_FROM: 'no-reply@pay.example' })?.from).toEqual({
    ...{ name: '', address: 'no-reply@pay.example' },
  });
});

test.each([
  ['mail.example:587', {}, /^TONGBAO_SMTP_URL must be smtp:/],
  ['http://mail.example', {}, /^TONGBAO_SMTP_URL must be smtp:/],
  ['smtp://u:secret@mail.example', password, /^TONGBAO_SMTP_URL must not carry the password/],
  ['smtp://mail.example?tls=off', {}, /^TONGBAO_SMTP_URL: after the port/],
  ['smtps://mail.example?tls=none', {}, /^TONGBAO_SMTP_URL: after the port/],
  ['smtp://mail.example/folder', {}, /^TONGBAO_SMTP_URL: after the port/],
  ['smtp://u@mail.example', {}, /^TONGBAO_SMTP_PASSWORD_FILE is missing/],
  ['smtp://mail.example', password, /^TONGBAO_SMTP_URL names no user/],
  ['smtp://u@mail.example?tls=none', password, /in clear/],
  ['smtp://mail.example', { TONGBAO_MAIL_FROM: '' }, /^TONGBAO_MAIL_FROM must say/],
  ['smtp://mail.example', { TONGBAO_MAIL_FROM: 'Tongbao' }, /^TONGBAO_MAIL_FROM must say/],
  [
    'smtp://mail.example',
    { TONGBAO_MAIL_FROM: 'a <x@y.example>, b <z@y.example>' },
    /^TONGBAO_MAIL_FROM must say/,
  ],
])('%s %j is refused', (text, more, message) => {
  expect(() => url(text, more)).toThrow(message);
  expect(() => url(text, more)).not.toThrow(/secret/);
});
