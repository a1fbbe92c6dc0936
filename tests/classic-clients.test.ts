// Row 29 of the checklist: clients that were published for the real gateway, unmodified, against a running sandbox:
// npm global-alipay 1.0.5 (order form, rates) and npm easy-alipay 0.1.5 (notifications). The Ruby gem and the Python
// package need other languages; `npm run conformance` has the latter.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../platform/src/testing/until.ts';
import { classicShop, type Receiver, send, startReceiver } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const require = createRequire(import.meta.url);

interface GlobalAlipay {
  payment(order: Record<string, string>): string;
  loadExchangeRate(then: (error: unknown, rates: Record<string, { rate: number; ts: number }>) => void): void;
}
const GlobalAlipay = require('global-alipay') as new (config: Record<string, string>) => GlobalAlipay;
const easyAlipay = require('easy-alipay') as {
  Notification: {
    directPayNotify(
      form: Record<string, string>,
      partner: string,
      key: string,
    ): Promise<Record<string, string>>;
  };
};
const easyConfig = require('easy-alipay/lib/default-config') as { accessData: Record<string, string> };

let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
  sandbox = await startSandbox();
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver?.close();
  await sandbox?.stop();
});

describe('row 29: clients of the time', () => {
  test('npm global-alipay and easy-alipay: an order form, paid; the notification told genuine from tampered; rates', async () => {
    const { partner, key, gateway } = classicShop(sandbox, 0);
    const client = new GlobalAlipay({ partner, key, gateway: `${gateway}?` });
    const form = client.payment({
      out_trade_no: 'GA-1',
      subject: 'Cushion',
      currency: 'KRW',
      total_fee: '59000',
      notify_url: receiver.url,
      return_url: 'https://shop.example/return',
    });
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      value!,
    ]);
    const opened = await send(`${gateway}?${new URLSearchParams(fields)}`);
    expect(opened.status, opened.text).toBe(302);

    easyConfig.accessData.https_verify_url = `${gateway}?service=notify_verify&`;
    const verdicts: unknown[] = [];
    receiver.during = async (notification) => {
      const judge = (one: Record<string, string>) =>
        easyAlipay.Notification.directPayNotify(one, partner, key).catch(String);
      verdicts.push(await judge({ ...notification }), await judge({ ...notification, total_fee: '1' }));
    };
    await sandbox.post('/sandbox/pay', { cashierUrl: opened.location });
    await until(() => verdicts.length === 2);
    expect(verdicts).toEqual([
      expect.objectContaining({ outTradeNo: 'GA-1', totalFee: '59000', tradeStatus: 'TRADE_FINISHED' }),
      'Alipay request validation failed',
    ]);

    const rates = await new Promise<Record<string, { rate: number }>>((resolve, reject) =>
      client.loadExchangeRate((error, found) => (error === null ? resolve(found) : reject(error))),
    );
    expect(Object.keys(rates)).not.toContain('undefined');
    expect(rates.USD!.rate).toBeGreaterThan(6);
    expect(rates.USD!.rate).toBeLessThan(6.3);
  });
});
