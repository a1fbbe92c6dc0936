// EMVCo codes at their edges: lengths, ids, order, checksum, and which network's account is ours. Whole codes against the
// specification and foreign decoders: tests/emvco.test.ts.
import { describe, expect, test } from 'vitest';
import {
  crc16,
  type MerchantQr,
  paymentCodePattern,
  QrError,
  readMerchantQr,
  readScannedCode,
  readTlv,
  writeMerchantQr,
  writeOrderCode,
  writeShopCode,
  writeTlv,
} from './index.ts';
import { readTemplate } from './tlv.ts';

const errorOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(QrError);
    expect((error as Error).name).toBe('QrError');
    return (error as Error).message;
  }
  throw new Error('no error');
};

/** Any objects with a right checksum. */
const sealed = (body: string): string => `${body}6304${crc16(`${body}6304`)}`;

describe('data objects', () => {
  test('lengths count characters, from 1 to 99', () => {
    expect(writeTlv([['64', '最佳运输']])).toBe('6404最佳运输');
    expect(writeTlv([['02', 'a']])).toBe('0201a');
    expect(writeTlv([['02', '𠮷'.repeat(99)]])).toBe(`0299${'𠮷'.repeat(99)}`);
    expect(errorOf(() => writeTlv([['02', '']]))).toBe('object 02 has 0 characters; 1 to 99 are possible');
    expect(errorOf(() => writeTlv([['02', 'a'.repeat(100)]]))).toBe(
      'object 02 has 100 characters; 1 to 99 are possible',
    );
    for (const id of ['2', '002', 'a2', '2a', '02x', 'x02'])
      expect(errorOf(() => writeTlv([[id, 'a']]))).toBe(`${id} is no id of a data object`);
    expect(
      writeTlv([
        ['02', 'a'],
        ['03', 'bc'],
      ]),
    ).toBe('0201a0302bc');
  });

  test('are read as they were written; what is cut off, unnumbered or there twice is said', () => {
    expect(readTlv('')).toEqual([]);
    expect(readTlv('0201a0302最佳')).toEqual([
      ['02', 'a'],
      ['03', '最佳'],
    ]);
    expect(readTlv('0200')).toEqual([['02', '']]);
    expect(errorOf(() => readTlv('0202a'))).toBe('object 02 is cut off');
    expect(errorOf(() => readTlv('0201a03'))).toBe('at character 5: no id and length');
    expect(errorOf(() => readTlv('02x1a'))).toBe('at character 0: no id and length');
    expect(errorOf(() => readTlv('x0201a'))).toBe('at character 0: no id and length');
    expect(errorOf(() => readTlv('0201a0201b'))).toBe('object 02 comes twice');
    expect(readTemplate('0201a')).toEqual([['02', 'a']]);
    expect(readTemplate('plain text')).toEqual([]);
  });

  test('the checksum', () => {
    expect(crc16('')).toBe('FFFF');
    expect(crc16('123456789')).toBe('29B1');
    // Four digits always.
    expect(crc16('A11')).toMatch(/^[0-9A-F]{4}$/);
    const short = Array.from({ length: 200 }, (_, index) => crc16(`x${index}`));
    expect(short.every((each) => each.length === 4)).toBe(true);
    expect(short.some((each) => each.startsWith('0'))).toBe(true);
  });
});

const plain: MerchantQr = {
  ...{ initiation: null, accounts: [['26', '0001a']], category: '5999', currency: 'KRW', amount: null },
  ...{ country: 'KR', name: 'SHOP', city: 'Seoul', local: null, additional: [], others: [] },
};
const body = '00020126050001a520459995303410' + '5802KR5904SHOP6005Seoul';

describe('a merchant’s code', () => {
  test('is written in the order of ids, with nothing that is not there', () => {
    expect(writeMerchantQr(plain)).toBe(sealed(body));
    expect(readMerchantQr(sealed(body))).toEqual(plain);
    expect(writeMerchantQr({ ...plain, initiation: 'static' })).toContain('000201010211');
    expect(writeMerchantQr({ ...plain, initiation: 'dynamic' })).toContain('000201010212');
    const full: MerchantQr = {
      ...plain,
      ...{
        currency: 'ALL',
        amount: '1.50',
        additional: [['01', 'B1']],
        others: [
          ['55', '01'],
          ['61', '12345'],
          ['91', 'x'],
        ],
      },
      local: { language: 'ZH', name: '店', city: null },
      accounts: [
        ['02', 'v'],
        ['51', 'z'],
      ],
    };
    const written = writeMerchantQr(full);
    // Number 008 has its zeros; the amount stands before the country, the rest behind.
    expect(written).toContain('530300854041.505502015802KR');
    expect(written.slice(0, -8)).toMatch(/6105123456206.*6411.*9101x$/);
    expect(readMerchantQr(written)).toEqual(full);
    const city = { ...full, local: { language: 'ZH', name: '店', city: '首尔' } };
    expect(readMerchantQr(writeMerchantQr(city))).toEqual(city);
  });

  test('begins with its version and ends with its checksum, in either case of letters', () => {
    expect(errorOf(() => readMerchantQr('https://shop.example'))).toBe('does not begin with 000201');
    expect(errorOf(() => readMerchantQr(body))).toBe('does not end with a checksum');
    expect(errorOf(() => readMerchantQr(`${body}6304zzzz`))).toBe('does not end with a checksum');
    expect(errorOf(() => readMerchantQr(`${sealed(body)} `))).toBe('does not end with a checksum');
    const wrong = sealed(body).replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect(errorOf(() => readMerchantQr(wrong))).toBe('the checksum is wrong');
    const lower = sealed(body).slice(0, -4) + sealed(body).slice(-4).toLowerCase();
    expect(lower).not.toBe(sealed(body));
    expect(readMerchantQr(lower).name).toBe('SHOP');
  });

  test.each(['52', '53', '58', '59', '60'])('lacks object %s: said', (id) => {
    const rest = readTlv(body).filter(([each]) => each !== id);
    expect(errorOf(() => readMerchantQr(sealed(writeTlv(rest))))).toBe(`object ${id} is missing`);
  });

  test.each([
    ['54', '1', true],
    ['54', '1.', true],
    ['54', '.5', false],
    ['54', '1,5', false],
    ['54', '-1', false],
    ['54', '1.5x', false],
    ['54', 'x1', false],
    ['54', '1'.repeat(13), true],
    ['54', '1'.repeat(14), false],
    ['54', `1.${'5'.repeat(12)}`, true],
    ['54', `1.${'5'.repeat(13)}`, false],
    ['53', '410', true],
    ['53', '41', false],
    ['53', '4100', false],
    ['53', 'KRW', false],
  ])('object %s with %s: taken %s', (id, value, isTaken) => {
    const objects = [...readTlv(body).filter(([each]) => each !== id), [id, value] as const];
    const text = sealed(writeTlv(objects));
    if (isTaken)
      expect(readMerchantQr(text)[id === '54' ? 'amount' : 'currency']).toBe(id === '54' ? value : 'KRW');
    else
      expect(errorOf(() => readMerchantQr(text))).toBe(
        id === '54' ? 'object 54 is no amount' : 'object 53 is no currency number',
      );
  });

  test('which objects are accounts and which are others; a local name needs its language and itself', () => {
    const more = ['02', '51', '55', '99', '61'].map((id) => [id, 'v'] as const);
    const qr = readMerchantQr(sealed(writeTlv([...readTlv(body), ...more])));
    expect(qr.accounts.map(([id]) => id)).toEqual(['26', '02', '51']);
    expect(qr.others.map(([id]) => id)).toEqual(['55', '99', '61']);
    for (const local of [[['00', 'ZH']], [['01', '店']], [['02', '首尔']]] as const)
      expect(readMerchantQr(sealed(writeTlv([...readTlv(body), ['64', writeTlv(local)]]))).local).toBeNull();
    const unknown = readMerchantQr(sealed(writeTlv([...readTlv(body), ['01', '13']])));
    expect(unknown.initiation).toBeNull();
  });
});

describe('what our wallet scans', () => {
  const shop = {
    name: 'Hanbit Mall',
    displayName: '韩光百货',
    country: 'KR',
    city: 'Seoul',
    currency: 'KRW',
  };
  const token = `${'1'.repeat(30)}.${'a'.repeat(22)}`;
  const order = { kind: 'order', token };

  test('our cashier’s address on any host, and nothing that only looks like it', () => {
    for (const url of [
      `https://pay.example/cashier/${token}`,
      `http://127.0.0.1:8080/cashier/${token}`,
      ` https://x/cashier/${token}\n`,
    ])
      expect(readScannedCode(url)).toEqual(order);
    for (const url of [
      `ftp://pay.example/cashier/${token}`,
      `https:///cashier/${token}`,
      `https://pay.example/x/cashier/${token}`,
      `https://pay.example/cashier/${token}?a=1`,
      `https://pay.example/cashier/${token}/x`,
      `https://pay.example/cashier/`,
      `https://pay.example/cashier/1${token}`,
      `https://pay.example/cashier/${token}a`,
      `xhttps://x/cashier/${token}`,
      `https://a b/cashier/${token}`,
      `https://pay.example/cashier/${token} x`,
    ])
      expect(readScannedCode(url), url).toBeNull();
  });

  test('our order and our shop; names are cut to their fields and never empty', () => {
    const code = writeOrderCode(shop, { token, amount: '59000' });
    expect(readScannedCode(code)).toEqual(order);
    expect(readMerchantQr(code)).toMatchObject({
      ...{ initiation: 'dynamic', category: '5999', amount: '59000', name: 'Hanbit Mall', city: 'Seoul' },
      local: { language: 'ZH', name: '韩光百货', city: null },
    });
    const still = writeShopCode(shop, '2088501410000001');
    expect(readScannedCode(` ${still} `)).toEqual({ kind: 'shop', partner: '2088501410000001' });
    expect(readMerchantQr(still)).toMatchObject({ initiation: 'static', amount: null });
    const long = writeShopCode(
      { ...shop, name: ` ${'n'.repeat(40)} é`, city: 'c'.repeat(40), displayName: '𠮷'.repeat(40) },
      '2088501410000001',
    );
    expect(readMerchantQr(long)).toMatchObject({ name: 'n'.repeat(25), city: 'c'.repeat(15) });
    expect(readMerchantQr(long).local?.name).toBe('𠮷'.repeat(25));
    expect(readMerchantQr(writeShopCode({ ...shop, name: '韩光' }, '2088501410000001')).name).toBe('SHOP');
    expect(readMerchantQr(writeShopCode({ ...shop, name: 'a~ \x7fz' }, '2088501410000001')).name).toBe(
      'a~ z',
    );
  });

  test('another network’s account is passed over, wherever it stands, and ours is found behind it', () => {
    const ours = (objects: readonly (readonly [string, string])[]) =>
      writeTlv([['00', 'cn.tongbao.pay'], ...objects]);
    const read = (accounts: MerchantQr['accounts']) =>
      readScannedCode(writeMerchantQr({ ...plain, accounts }));
    const other = writeTlv([
      ['00', 'com.other'],
      ['01', token],
    ]);
    expect(
      read([
        ['26', other],
        ['27', 'plain'],
        ['51', ours([['01', token]])],
      ]),
    ).toEqual(order);
    expect(read([['02', ours([['01', token]])]])).toBeNull();
    expect(read([['25', ours([['01', token]])]])).toBeNull();
    expect(read([['26', other]])).toBeNull();
    expect(read([['26', ours([])]])).toBeNull();
    for (const wrong of [`${token}a`, token.slice(1), `x${token}`])
      expect(read([['26', ours([['01', wrong]])]])).toBeNull();
    for (const wrong of ['208850141000000', '20885014100000011', 'x088501410000001'])
      expect(read([['26', ours([['02', wrong]])]]), wrong).toBeNull();
    // An order's token comes before a shop's number.
    expect(
      read([
        [
          '26',
          ours([
            ['01', token],
            ['02', '2088501410000001'],
          ]),
        ],
      ]),
    ).toEqual(order);
  });

  test('what is damaged, of no known currency, or no code at all is null', () => {
    for (const text of ['', 'coffee', '000201', sealed(body.replace('5303410', '5303000'))])
      expect(readScannedCode(text)).toBeNull();
  });
});

test('a shopper’s code has 16 to 24 digits and begins with 25 to 30', () => {
  const is = (text: string) => paymentCodePattern.test(text);
  const digits = (start: string, length: number) => start.padEnd(length, '0');
  expect(['25', '26', '27', '28', '29', '30'].every((start) => is(digits(start, 18)))).toBe(true);
  expect(['24', '31', '20', '35'].some((start) => is(digits(start, 18)))).toBe(false);
  expect([15, 16, 24, 25].map((length) => is(digits('28', length)))).toEqual([false, true, true, false]);
  expect([`x${digits('28', 18)}`, `${digits('28', 18)}x`, `28${'0'.repeat(15)}a`].some(is)).toBe(false);
});
