// Our EMVCo codes against the specification's own example and two independent decoders from npm.
import { createRequire } from 'node:module';
import {
  crc16,
  type MerchantQr,
  QrError,
  readMerchantQr,
  readScannedCode,
  readTlv,
  writeMerchantQr,
  writeOrderCode,
  writeShopCode,
  writeTlv,
} from '@tongbao/protocol/codes';
import { parseQR, QRParseMode } from 'emvco-qr-sdk';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** It brings no types. */
const { Merchant } = createRequire(import.meta.url)('emv-qrcps') as {
  Merchant: { Parser: { toEMVQR(text: string): { generatePayload(): string; validate(): boolean } } };
};

// The worked example of the Merchant-Presented Mode specification.
const published =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';

const shop = {
  name: 'Hanbit Mall',
  displayName: '韩光百货 Hanbit Mall',
  country: 'KR',
  city: 'Seoul',
  currency: 'KRW',
};
const token = `${'20141111100000000000000000000012'.slice(0, 30)}.${'Ab-_'.repeat(5)}Zz`;
const ours = [
  writeOrderCode(shop, { token, amount: '59000' }),
  writeOrderCode({ ...shop, country: 'GB', city: 'London', currency: 'GBP' }, { token, amount: '33.60' }),
  writeShopCode(shop, '2088501410000001'),
];

/** What a decoder makes of a code, as pairs of id and value; templates as their own pairs. */
type Decoded = Record<string, string | Record<string, string>>;
const templates = (id: string) => (id >= '26' && id <= '51') || id === '62' || id === '64' || id >= '80';
const asWeReadIt = (text: string): Decoded =>
  Object.fromEntries(
    readTlv(text).map(([id, value]) => [id, templates(id) ? Object.fromEntries(readTlv(value)) : value]),
  );

describe('the published example', () => {
  test('is read, whole', () => {
    expect(readMerchantQr(published)).toEqual({
      initiation: 'dynamic',
      accounts: [
        ['29', '0012D156000000000510A93FO3230Q'],
        ['31', '0012D15600000001030812345678'],
      ],
      category: '4111',
      currency: 'CNY',
      amount: '23.72',
      country: 'CN',
      name: 'BEST TRANSPORT',
      city: 'BEIJING',
      local: { language: 'ZH', name: '最佳运输', city: '北京' },
      additional: [
        ['03', '1234'],
        ['06', '***'],
        ['07', 'A6008667'],
        ['09', 'ME'],
      ],
      others: [
        ['55', '01'],
        ['91', '0016A011223344998877070812345678'],
      ],
    } satisfies MerchantQr);
  });

  test('its checksum, and the check value of CRC-16/CCITT-FALSE', () => {
    expect(crc16(published.slice(0, -4))).toBe('A13A');
    expect(crc16('123456789')).toBe('29B1');
  });
});

describe('two decoders that others wrote agree', () => {
  test.each([published, ...ours])('%#: emvco-qr-sdk reads every object as we do', (code) => {
    expect(parseQR(code, { parseMode: QRParseMode.RAW_OBJECT })).toEqual(asWeReadIt(code));
  });

  test.each([published, ...ours])('%#: emv-qrcps writes what it has read as we do', (code) => {
    const decoded = Merchant.Parser.toEMVQR(code);
    expect(decoded.validate()).toBe(true);
    expect(decoded.generatePayload()).toBe(writeMerchantQr(readMerchantQr(code)));
  });
});

describe('reading', () => {
  test('what is ours is recognised', () => {
    expect(readScannedCode(ours[0]!)).toEqual({ kind: 'order', token });
    expect(readScannedCode(ours[2]!)).toEqual({ kind: 'shop', partner: '2088501410000001' });
    expect(readScannedCode(` https://pay.example/cashier/${token}\n`)).toEqual({ kind: 'order', token });
    expect(readScannedCode(published)).toBeNull();
  });

  test('damage is noticed: every changed character, every cut', () => {
    for (let at = 0; at < published.length; at += 1) {
      const changed = `${published.slice(0, at)}${published[at] === '7' ? '8' : '7'}${published.slice(at + 1)}`;
      expect(() => readMerchantQr(changed), `character ${at}`).toThrow(QrError);
      expect(() => readMerchantQr(published.slice(0, at)), `cut at ${at}`).toThrow(QrError);
    }
  });

  test('no text makes it throw anything else, or be taken for ours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(readScannedCode(text)).toBeNull();
        const framed = `000201${text}6304`;
        try {
          readMerchantQr(framed + crc16(framed));
        } catch (error) {
          expect(['QrError', 'MoneyError']).toContain((error as Error).name);
        }
      }),
    );
  });

  test('objects that are written are read again', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^\d\d$/), value), (objects) => {
        const list = Object.entries(objects).filter(
          ([, text]) => text.isWellFormed() && [...text].length <= 99,
        );
        expect(readTlv(writeTlv(list))).toEqual(list);
      }),
    );
    expect(() => writeTlv([['5', 'x']])).toThrow(QrError);
    expect(() => writeTlv([['59', '']])).toThrow(QrError);
    expect(() => writeTlv([['59', 'x'.repeat(100)]])).toThrow(QrError);
  });
});

test('case 16: a sticker of several networks, whose templates may be plain text', () => {
  const ours = readMerchantQr(writeShopCode(shop, '2088501410000001'));
  const account = ours.accounts.find(([id]) => id >= '26')!;
  const sticker = (foreign: string, others: MerchantQr['others'] = []) =>
    writeMerchantQr({
      ...ours,
      accounts: [
        ['26', foreign],
        ['27', account[1]],
      ],
      others,
    });
  for (const foreign of ['some other network', '0010A0000006770111', '9999', '00'])
    expect(readScannedCode(sticker(foreign))).toEqual({ kind: 'shop', partner: '2088501410000001' });
  expect(readScannedCode(sticker('x', [['80', 'plain text']]))).not.toBeNull();
  // An object 62 or 64 that is no template does not hide the shop either.
  for (const id of ['62', '64']) {
    const text = writeMerchantQr({ ...ours, additional: [], local: null, others: [] }).slice(0, -8);
    const body = `${text}${writeTlv([[id, 'no template']])}6304`;
    expect(readScannedCode(body + crc16(body))).toEqual({ kind: 'shop', partner: '2088501410000001' });
  }
});
