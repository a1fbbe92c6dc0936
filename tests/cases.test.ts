// Cases of public reports that need the whole network, each with its right value: classic orders in every charset that shops send
// (28), and refunds of a currency without decimals (32). The other cases stand beside the code that they are about.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Charset, encodeText, formOf, signingBytes } from '@tongbao/protocol/gateway';
import { createMerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../platform/src/testing/until.ts';
import { send } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let notifyUrl: string;
const bodies: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    bodies.push(body);
    response.end('success');
  });
});

beforeAll(async () => {
  sandbox = await startSandbox();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  notifyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`;
});
afterAll(async () => {
  server.close();
  await sandbox?.stop();
});

/** A form's fields as the bytes that were sent. */
function fieldsOf(body: string): Map<string, Buffer> {
  const bytesOf = (text: string) => Buffer.from(unescaped(text.replaceAll('+', ' ')), 'latin1');
  return new Map(
    body.split('&').map((pair) => {
      const at = pair.indexOf('=');
      return [bytesOf(pair.slice(0, at)).toString(), bytesOf(pair.slice(at + 1))];
    }),
  );
}
const unescaped = (text: string): string =>
  text.replaceAll(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** As shops of 2011 check it: MD5 over the bytes of the sorted fields and the key. */
function isSigned(fields: ReadonlyMap<string, Buffer>, key: string): boolean {
  const signed = [...fields.keys()]
    .filter((name) => name !== 'sign' && name !== 'sign_type')
    .sort()
    .map((name) => Buffer.concat([Buffer.from(`${name}=`), fields.get(name)!]));
  const hash = createHash('md5');
  for (const [place, part] of signed.entries()) hash.update(place === 0 ? '' : '&').update(part);
  return hash.update(key).digest('hex') === fields.get('sign')!.toString();
}

let number = 0;
/** An order with a subject; `said`: the charset's name in it, or none; `as`: how it is written and signed. */
async function ordered(subject: string, said: string | null, as: Charset) {
  const { partner, md5Key } = sandbox.credentials.merchants[0]!.classic;
  const orderNumber = `case28-${++number}`;
  const all = {
    ...{ partner, service: 'create_forex_trade', subject, out_trade_no: orderNumber, currency: 'KRW' },
    ...{ total_fee: '1000', notify_url: notifyUrl },
    ...(said === null ? {} : { _input_charset: said }),
  };
  const sign = createHash('md5').update(signingBytes(all, as)).update(md5Key).digest('hex');
  const form = formOf({ ...all, sign, sign_type: 'MD5' }, as);
  const answer = await send(`${sandbox.http}/gateway.do?${form}`);
  return { answer, orderNumber, md5Key };
}

describe('case 28: subjects with a plus, quotes and ampersands, in the charsets that shops send', () => {
  test.each([
    ['UTF-8', 'UTF-8', 'UTF-8'],
    ['utf-8', 'UTF-8', 'UTF-8'],
    ['GBK', 'GBK', 'GBK'],
    ['gbk', 'GBK', 'GBK'],
    ['gb2312', 'GBK', 'GBK'],
    ['GB18030', 'GBK', 'GBK'],
    [null, 'GBK', 'GBK'],
    [null, 'UTF-8', null],
  ] as const)(
    '_input_charset=%s, written as %s: paid, and the notification verifies over its bytes',
    async (said, as, told) => {
      for (const subject of ['珊瑚+x+1,', '"茶" & <b>\'糕\'</b>', 'A=1&B=2+3%2B']) {
        const { answer, orderNumber, md5Key } = await ordered(subject, said, as);
        expect(answer.status, `${subject} ${answer.text}`).toBe(302);
        expect(await sandbox.post('/sandbox/pay', { cashierUrl: answer.location! })).toMatchObject({
          status: 'paid',
        });
        const found = () =>
          bodies.map(fieldsOf).find((each) => each.get('out_trade_no')?.toString() === orderNumber);
        await until(() => found() !== undefined);
        const fields = found()!;
        expect(isSigned(fields, md5Key)).toBe(true);
        expect(fields.get('trade_status')!.toString()).toBe('TRADE_FINISHED');
        if (told !== null && fields.has('subject'))
          expect(fields.get('subject')!.equals(Buffer.from(encodeText(subject, told)))).toBe(true);
      }
    },
  );

  test('a byte of the subject that changes on the way is an illegal signature', async () => {
    const { partner, md5Key } = sandbox.credentials.merchants[0]!.classic;
    const all = {
      ...{ partner, service: 'create_forex_trade', subject: '珊瑚+x+1', out_trade_no: 'case28-wrong' },
      ...{ currency: 'KRW', total_fee: '1000', _input_charset: 'GBK' },
    };
    const sign = createHash('md5').update(signingBytes(all, 'GBK')).update(md5Key).digest('hex');
    for (const subject of ['珊瑚 x 1', '珊瑚+x+2', '珊珊+x+1'])
      expect(
        (
          await send(
            `${sandbox.http}/gateway.do?${formOf({ ...all, subject, sign, sign_type: 'MD5' }, 'GBK')}`,
          )
        ).text,
      ).toContain('ILLEGAL_SIGN');
  });
});

describe('case 32: refunds of a currency without decimals', () => {
  test('JPY 9899: 989900 and 5800.00 are refused, 5800 and 4099 are done, one more is refused', async () => {
    const { clientId, merchantPrivateKey, gatewayPublicKey, settlementCurrency } =
      sandbox.credentials.merchants.find((each) => each.settlementCurrency === 'JPY')!;
    const shop = createMerchantClient({
      ...{ gatewayUrl: sandbox.http, clientId, gatewayPublicKey, privateKey: merchantPrivateKey },
    });
    const paid = await shop.pay({
      ...{ productCode: 'CASHIER_PAYMENT', paymentRequestId: 'case32' },
      paymentAmount: { currency: settlementCurrency, value: '9899' },
      order: {
        ...{ referenceOrderId: 'o', orderDescription: 'tea' },
        orderAmount: { currency: 'JPY', value: '9899' },
      },
      paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
      paymentRedirectUrl: 'https://shop.example/return',
      env: { terminalType: 'WEB' },
    } as never);
    const { paymentId } = paid as unknown as { paymentId: string };
    expect(await sandbox.post('/sandbox/pay', { paymentId })).toMatchObject({ status: 'paid' });
    let request = 0;
    const refund = async (value: string) => {
      const refundAmount = { currency: 'JPY', value };
      const answer = await shop.refund({
        paymentId,
        refundRequestId: `case32-${++request}`,
        refundAmount,
      } as never);
      return answer.result.resultCode;
    };
    for (const [value, expected] of [
      ['989900', 'REFUND_AMOUNT_EXCEED'],
      ['9900', 'REFUND_AMOUNT_EXCEED'],
      ['5800.00', 'PARAM_ILLEGAL'],
      ['5800.5', 'PARAM_ILLEGAL'],
      ['-1', 'PARAM_ILLEGAL'],
      ['0', 'PARAM_ILLEGAL'],
      ['5800', 'SUCCESS'],
      ['4099', 'SUCCESS'],
      ['1', 'REFUND_AMOUNT_EXCEED'],
    ] as const)
      expect([value, await refund(value)]).toEqual([value, expected]);
  });
});
