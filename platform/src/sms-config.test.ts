// The SMS service's settings: what is usual, and one clear line for each one that makes no sense.
import { expect, test } from 'vitest';
import { smsConfig } from './sms-config.ts';

const of = (url: string | undefined, more: Record<string, string> = {}) =>
  smsConfig({ TONGBAO_SMS_URL: url, ...more });
const password = { TONGBAO_SMS_PASSWORD_FILE: '/etc/tongbao/sms' };

test('without an URL no message leaves, and none is kept from any country', () =>
  expect(of(undefined)).toEqual({ service: null, countries: [] }));

test('by HTTP as ever, with a token and a sender', () => {
  expect(of('http://127.0.0.1:9/sms').service).toEqual({
    ...{ kind: 'http', url: 'http://127.0.0.1:9/sms', passwordFile: null, sender: null },
  });
  expect(of('https://sms.example/send?v=2', { ...password, TONGBAO_SMS_SENDER: 'Tongbao' }).service).toEqual({
    ...{ kind: 'http', url: 'https://sms.example/send?v=2' },
    ...{ passwordFile: '/etc/tongbao/sms', sender: 'Tongbao' },
  });
});

test('by SMPP, in clear on 2775, over TLS on 3550', () => {
  expect(of('smpp://tongbao@smsc.example', password).service).toEqual({
    ...{ kind: 'smpp', host: 'smsc.example', port: 2775, tls: false, user: 'tongbao', sender: '' },
    ...{ passwordFile: '/etc/tongbao/sms', alphabet: 'gsm' },
  });
  const more = { ...password, TONGBAO_SMS_SENDER: '85212345678', TONGBAO_SMS_ALPHABET: 'ucs2' };
  expect(of('smpps://a%40b@[2001:db8::1]', more).service).toMatchObject({
    ...{ host: '2001:db8::1', port: 3550, tls: true, user: 'a@b', sender: '85212345678', alphabet: 'ucs2' },
  });
  expect(of('smpp://tongbao@smsc.example:4000/', password).service).toMatchObject({ port: 4000 });
});

test('countries by prefix, with how many a day', () => {
  expect(of(undefined, { TONGBAO_SMS_COUNTRIES: '+86=20000, +852' }).countries).toEqual([
    { prefix: '+86', mostADay: 20_000 },
    { prefix: '+852', mostADay: null },
  ]);
});

test.each([
  ['sms.example', {}, /^TONGBAO_SMS_URL must be https:/],
  ['ftp://sms.example', {}, /^TONGBAO_SMS_URL must be https:/],
  ['smpp://u:secret@smsc.example', password, /^TONGBAO_SMS_URL must not carry the password/],
  ['https://u@sms.example', {}, /^TONGBAO_SMS_URL names a user/],
  ['smpp://smsc.example', password, /^TONGBAO_SMS_URL must name the user/],
  ['smpp://u@smsc.example', {}, /^TONGBAO_SMS_URL must name the user, and TONGBAO_SMS_PASSWORD_FILE/],
  ['smpp://u@smsc.example/x', password, /^TONGBAO_SMS_URL: after the port/],
  ['smpp://u@smsc.example', { ...password, TONGBAO_SMS_ALPHABET: 'latin' }, /^TONGBAO_SMS_ALPHABET must be/],
  ['https://sms.example', { TONGBAO_SMS_SENDER: 'far too long a name' }, /^TONGBAO_SMS_SENDER must be/],
  ['https://sms.example', { TONGBAO_SMS_SENDER: '通宝' }, /^TONGBAO_SMS_SENDER must be/],
  [undefined, { TONGBAO_SMS_COUNTRIES: '86' }, /^TONGBAO_SMS_COUNTRIES: "86" is not a prefix/],
  [undefined, { TONGBAO_SMS_COUNTRIES: '+86=0' }, /^TONGBAO_SMS_COUNTRIES: "\+86=0" is not/],
  [undefined, { TONGBAO_SMS_COUNTRIES: '+86,+86=5' }, /^TONGBAO_SMS_COUNTRIES names a prefix twice/],
])('%s %j is refused', (url, more, message) => {
  expect(() => of(url, more)).toThrow(message);
  expect(() => of(url, more)).not.toThrow(/secret/);
});
