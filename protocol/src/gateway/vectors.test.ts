// The reference's synthetic vectors (section 1.4: a dummy key of a 1 and 31 zeros), the form reader and the XML writer.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { charsetOf, decodeText, encodeText } from './charset.ts';
import { formOf, readForm } from './form.ts';
import { receivedSigningBytes, repairedBase64, signingBytes, signingText } from './signature.ts';
import { plainTime, readDay, readTime, spacedTime } from './times.ts';
import { readXml, writeXml } from './xml.ts';

const key = `1${'0'.repeat(31)}`;
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).update(key).digest('hex');

const vectors = {
  A: {
    charset: 'UTF-8',
    md5: 'a487f32ebd38cbbd35c2a0b6dd0b4fd9',
    of: {
      service: 'create_forex_trade',
      partner: '2088000000000001',
      _input_charset: 'UTF-8',
      currency: 'USD',
      notify_url: 'https://shop.example/notify',
      return_url: 'https://shop.example/return?x=1',
      out_trade_no: 'T-1001',
      subject: 'Lamp & shade',
      body: '',
      total_fee: '12.30',
    },
  },
  B: {
    charset: 'GBK',
    md5: '20057708604c054e951c3b7d3886832c',
    of: {
      _input_charset: 'GBK',
      currency: 'JPY',
      out_trade_no: 'T-1002',
      partner: '2088000000000001',
      rmb_fee: '61.00',
      service: 'create_forex_trade',
      subject: '台灯',
    },
  },
  C: {
    charset: 'UTF-8',
    md5: '255f0c52c6011bb5141e5295c03a0f7d',
    of: { service: 'forex_rate_file', partner: '2088000000000001' },
  },
  D: {
    charset: 'UTF-8',
    md5: 'ab3d1044b839ee8e5a28a42c10e1b43e',
    of: {
      service: 'forex_compare_file',
      partner: '2088000000000001',
      start_date: '20140501',
      end_date: '20140510',
    },
  },
  E: {
    charset: 'UTF-8',
    md5: '24edac5f9f879c00d6593aa92de372bb',
    of: {
      currency: 'USD',
      notify_id: '7d1c0e5f4b3a29180f6e5d4c3b2a190812',
      notify_time: '2014-05-27 10:15:30',
      notify_type: 'trade_status_sync',
      out_trade_no: 'T-1001',
      total_fee: '12.30',
      trade_no: '2014052721001004010000000001',
      trade_status: 'TRADE_FINISHED',
    },
  },
  F: {
    charset: 'UTF-8',
    md5: '653a663330cee82244495045532bd6ba',
    of: {
      currency: 'USD',
      out_trade_no: 'T-1001',
      total_fee: '12.30',
      trade_no: '2014052721001004010000000001',
      trade_status: 'TRADE_FINISHED',
    },
  },
  G: {
    charset: 'UTF-8',
    md5: 'b558163fb92363c26435c553ae3dddbf',
    of: {
      _input_charset: 'UTF-8',
      currency: 'USD',
      gmt_return: '20140528093000',
      out_return_no: 'R-1',
      out_trade_no: 'T-1001',
      partner: '2088000000000001',
      reason: 'size',
      return_amount: '2.30',
      service: 'forex_refund',
    },
  },
  H: {
    charset: 'UTF-8',
    md5: '3e589f05b88f681d24a3536ddd4ef1be',
    of: {
      out_trade_no: 'T-1001',
      subject: '台灯',
      total_fee: '76.75',
      trade_no: '2014052721001004010000000001',
      trade_status: 'TRADE_FINISHED',
    },
  },
} as const;

describe('row 3: vectors A–H', () => {
  test.each(Object.entries(vectors))('%s: what we sign', (_name, vector) => {
    expect(md5(signingBytes(vector.of, vector.charset))).toBe(vector.md5);
  });

  test.each(Object.entries(vectors))('%s: what we read from a form', (_name, vector) => {
    const form = readForm(
      formOf({ ...vector.of, sign: 'x', sign_type: 'MD5' }, vector.charset),
      new Uint8Array(),
    );
    if ('unreadable' in form) throw new Error(form.why);
    expect(md5(receivedSigningBytes(form.parameters))).toBe(vector.md5);
  });
});

test('row 4: vector B′, hashed over UTF-8 bytes, is another signature than the GBK bytes have', () => {
  expect(md5(signingBytes(vectors.B.of, 'UTF-8'))).toBe('b6be0c7dc7c2079c678450bea44e6639');
  expect(md5(signingBytes(vectors.B.of, 'GBK'))).not.toBe('b6be0c7dc7c2079c678450bea44e6639');
});

describe('vectors that the Ruby gem alipay published (reference, section 8.4)', () => {
  const usual = { partner: '1000000000000000', _input_charset: 'utf-8' };
  test.each([
    [
      '495a0e610134aa33f6ce021f8b8c6c8d',
      {
        ...usual,
        service: 'create_forex_trade',
        seller_email: 'admin@example.com',
        notify_url: 'https://example.com/notify',
        subject: 'test',
        out_trade_no: '1',
        currency: 'EUR',
        total_fee: '0.01',
      },
    ],
    [
      'c9681fff5505fe993d1b2b8141308d0d',
      {
        ...usual,
        service: 'forex_refund',
        gmt_return: '20150101000000',
        out_return_no: '1',
        out_trade_no: '12345678980',
        return_amount: '0.01',
        currency: 'USD',
        reason: 'reason',
      },
    ],
    ['22fc7e38e5acdfede396aa463870d111', { notify_id: '1234' }],
  ])('%s', (published, parameters) => {
    expect(md5(signingBytes(parameters as Readonly<Record<string, string>>, 'UTF-8'))).toBe(published);
  });
});

const published = (parameters: Readonly<Record<string, string>>, secret = key) =>
  createHash('md5').update(signingBytes(parameters, 'UTF-8')).update(secret).digest('hex');

test('the wap URL that the Ruby gem alipay published (reference, section 8.4)', () => {
  const partner = '1000000000000000';
  const order = {
    service: 'create_forex_trade_wap',
    _input_charset: 'utf-8',
    partner,
    seller_id: partner,
    out_trade_no: '20150401000-0001',
    subject: 'Order Name',
    merchant_url: 'http://example.com/itemback',
    total_fee: '10.00',
    currency: 'USD',
    return_url: 'https://example.com/orders/20150401000-0001',
    notify_url: 'https://example.com/orders/20150401000-0001/notify',
  };
  expect(published(order)).toBe('f15d9e3d885c12f1a994048342c07bef');
});

test('the PC URL of the same gem without seller_email', () => {
  const order = {
    service: 'create_forex_trade',
    _input_charset: 'utf-8',
    partner: '1000000000000000',
    notify_url: 'https://example.com/notify',
    subject: 'test',
    out_trade_no: '1',
    currency: 'EUR',
    total_fee: '0.01',
  };
  expect(published(order)).toBe('f24fd4d76acabf860263a40805138380');
});

describe('vectors of the vendor’s public sandbox (reference, section 8.4)', () => {
  // Printed in the documents of several clients; it never was a secret, and its sandbox is gone.
  const sandboxKey = '760bdzec6y9goq7ctyx96ezkz78287de';
  const partner = '2088101122136241';
  const order = {
    _input_charset: 'utf-8',
    partner,
    notify_url: 'https://example.com/notify',
    subject: 'product_name',
    out_trade_no: '12345',
    currency: 'USD',
    supplier: 'company_name',
  };
  const pc = { ...order, service: 'create_forex_trade' };
  const refund = {
    service: 'forex_refund',
    _input_charset: 'utf-8',
    partner,
    out_return_no: 'SAMPLE_REFUND_ID',
    out_trade_no: 'SAMPLE_TRANSACTION_ID',
    return_rmb_amount: '200.00',
    gmt_return: '20150320120000',
    currency: 'USD',
  };
  const query = { service: 'single_trade_query', _input_charset: 'utf-8', partner };
  const days = { start_date: '20120202', end_date: '20120205' };
  test.each([
    ['order in yuan', '4986b31c8febb978ee6d6c45f76614ac', { ...pc, rmb_fee: '0.10' }],
    ['order in dollars', '2dd75a3023c0a3a795a83109966bbc7d', { ...pc, total_fee: '350.45' }],
    [
      'order on the phone',
      'c19f42a597963f118c4f99f2fc7f716f',
      { ...order, service: 'create_forex_trade_wap', total_fee: '350.45' },
    ],
    ['rates', '4051af1716d522b47acff927d4fb9781', { service: 'forex_rate_file', partner }],
    ['transactions', '3d09abe0980696bb39bb72c6137266ca', { service: 'forex_compare_file', partner, ...days }],
    ['query', 'd4d3825356fd0799ee16829acffc1460', { ...query, out_trade_no: 'SAMPLE_TRANSACTION_ID' }],
    ['query of nothing', 'af7007238531b0b0917f3972e24c6c64', query],
    ['refund', 'a77e894e71491f41e73ebe40319cc300', { ...refund, reason: 'hello' }],
    ['refund without a reason', 'c4c09ca3fc78d04b88d9459b02673b1b', { ...refund, reason: 'no_reason' }],
    [
      'notification of 2 September 2013',
      'a27572b0a6dee50d2d4a1449bfd55e92',
      {
        notify_id: '13f1e773aeb299e26eb5d02bbb71219d50',
        notify_type: 'trade_status_sync',
        trade_no: '4061800001000100000574688',
        total_fee: '0.10',
        out_trade_no: '4028608899131221',
        currency: 'HKD',
        notify_time: '2013-09-02 10:41:43',
        trade_status: 'TRADE_FINISHED',
        sign_type: 'MD5',
        _input_charset: 'utf-8',
      },
    ],
  ])('%s', (_name, sign, parameters) => {
    expect(published(parameters as Readonly<Record<string, string>>, sandboxKey)).toBe(sign);
  });

  test('an answer of 24 September 2015: the leaves of the first child are what is signed', () => {
    const leaves = {
      buyer_email: 'alipaytest20091@gmail.com',
      buyer_id: '2088102000979107',
      discount: '0.00',
      flag_trade_locked: '0',
      gmt_create: '2015-09-24 06:33:01',
      gmt_last_modified_time: '2015-09-24 06:33:22',
      gmt_payment: '2015-09-24 06:33:22',
      is_total_fee_adjust: 'F',
      operator_role: 'B',
      out_trade_no: '100091865',
      payment_type: '18',
      price: '0.08',
      quantity: '1',
      seller_email: 'overseas_kgtest@163.com',
      seller_id: partner,
      subject: 'Parcel fee',
      to_buyer_fee: '0.00',
      to_seller_fee: '0.08',
      total_fee: '0.08',
      trade_no: '2015092400001000100080038061',
      trade_status: 'TRADE_FINISHED',
      use_coupon: 'F',
    };
    expect(published(leaves, sandboxKey)).toBe('7f20766f03ada56c65969a30d860aa1b');
  });
});

describe('charsets', () => {
  test('names in any letter case; others are refused', () => {
    expect(['utf-8', 'UTF8', 'gbk', 'Gb2312'].map(charsetOf)).toEqual(['UTF-8', 'UTF-8', 'GBK', 'GBK']);
    expect(charsetOf('latin1')).toBeNull();
  });

  test('every character of GBK comes back; one that GBK lacks is replaced', () => {
    let characters = '';
    for (let code = 0x4e00; code < 0x9fa6; code++) characters += String.fromCharCode(code);
    expect(decodeText(encodeText(characters, 'GBK'), 'GBK')).toBe(characters);
    expect(Buffer.from(encodeText('한', 'GBK')).toString()).toBe('?');
  });
});

describe('forms', () => {
  const read = (query: string, body = '') => readForm(query, Buffer.from(body, 'latin1'));

  test('query and body are one; equal doubles are one, unequal ones are refused', () => {
    const form = read('_input_charset=utf-8&a=1', 'a=1&b=%E5%8F%B0+x');
    if ('unreadable' in form) throw new Error(form.why);
    expect(form.charset).toBe('UTF-8');
    expect(form.parameters.get('b')?.text).toBe('台 x');
    expect(read('a=1', 'a=2')).toMatchObject({ unreadable: 'ILLEGAL_ARGUMENT' });
  });

  test('what cannot be read says why', () => {
    expect(read('_input_charset=latin1')).toMatchObject({ unreadable: 'ILLEGAL_CHARSET' });
    expect(read('_input_charset=UTF-8&a=%FF')).toMatchObject({ unreadable: 'ILLEGAL_ENCODING' });
  });

  test('what is written is read again, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.string()), (values) => {
        const wellFormed = Object.entries(values).filter(
          ([name, value]) => name !== '_input_charset' && name.isWellFormed() && value.isWellFormed(),
        );
        const sent = { ...Object.fromEntries(wellFormed), _input_charset: 'UTF-8' };
        const form = read(formOf(sent, 'UTF-8'));
        if ('unreadable' in form) throw new Error(form.why);
        expect(Object.fromEntries([...form.parameters].map(([name, { text }]) => [name, text]))).toEqual(
          sent,
        );
      }),
    );
  });
});

test('signing: 0 is a value, empty is none, sign and sign_type are not signed', () => {
  expect(signingText({ b: '0', a: '', sign: 'x', sign_type: 'MD5', _c: '1', B: '2' })).toBe('B=2&_c=1&b=0');
  expect(repairedBase64('a b\r\nc')).toBe('a+bc');
});

test('XML: leaves are escaped, empty ones left out, and what is written can be read', () => {
  const leaves = { subject: '<b>"&\'台', empty: '', price: '0.00' };
  const bytes = writeXml(
    { response: { wrapper: 'trade', leaves }, signature: { sign: 's', signType: 'MD5' } },
    'GBK',
  );
  const text = decodeText(bytes, 'GBK')!;
  expect(text).toContain('encoding="GBK"');
  expect(readXml(text)).toMatchObject({ isSuccess: true, leaves: { price: '0.00' }, sign: 's' });
  expect(readXml(text).leaves.subject).toBe(leaves.subject);
  expect(text).not.toContain('empty');
  expect(
    readXml(decodeText(writeXml({ error: 'ILLEGAL_SIGN', request: { 'a"': '<' } }, 'UTF-8'), 'UTF-8')!),
  ).toMatchObject({
    isSuccess: false,
    error: 'ILLEGAL_SIGN',
  });
});

test('times: two forms in, GMT+8 out, no 31st of February', () => {
  const instant = new Date('2014-05-28T01:30:00Z');
  expect(readTime('20140528093000')).toEqual(instant);
  expect(readTime('2014-05-28 09:30:00')).toEqual(instant);
  expect([plainTime(instant), spacedTime(instant)]).toEqual(['20140528093000', '2014-05-28 09:30:00']);
  expect(readDay('20140231')).toBeNull();
  expect(readTime('2014-0528 093000')).toBeNull();
});
