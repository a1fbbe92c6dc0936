// Ten thousand requests that no shop should send: cut off, re-encoded, doubled, huge, in the wrong charset, with markup
// in every text. None is answered with a 5xx, none gets its markup back, and the books stay as they were.

import { services } from '@tongbao/protocol/gateway';
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClassicShop, classicShop } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: ClassicShop;
beforeAll(async () => {
  sandbox = await startSandbox();
  shop = classicShop(sandbox, 0);
});
afterAll(() => sandbox?.stop());

const requests = 10_000;
const markup = '<script>alert(1)</script>"\'><x onload=1>&bogus;]]><!ENTITY a "b">';
const well: Readonly<Record<string, string>> = {
  subject: '台灯',
  out_trade_no: 'J-1',
  currency: 'KRW',
  total_fee: '59000',
  rmb_fee: '61.00',
  trade_no: '201411111000000000000000000001',
  out_return_no: 'JR-1',
  return_amount: '1',
  gmt_return: '20141111103000',
  start_date: '20141101',
  end_date: '20141105',
  notify_id: '0'.repeat(34),
  split_fund_info: '[{"transIn":"2088","amount":"1","currency":"KRW"}]',
  secondary_merchant_id: 'S1',
  timestamp: '2014-11-11 10:00:00',
  amount: '1.00',
};
const names = Object.keys(well);

interface Junk {
  readonly body: string;
  readonly query: string;
  readonly method: 'GET' | 'POST';
}

/** A signed request of any service, with some of its values spoilt, then spoilt again as bytes. */
const junk = fc
  .record({
    service: fc.constantFrom(...Object.keys(services), 'no_such_service', ''),
    given: fc.subarray(names),
    spoilt: fc.subarray(names),
    with: fc.oneof(
      fc.constantFrom(
        markup,
        '',
        '\0',
        '-1',
        '1e9',
        '9'.repeat(40),
        '[]',
        '{"a":',
        '{"__proto__":1}',
        '\ud800',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
    ),
    charset: fc.constantFrom('UTF-8', 'GBK', 'latin1', markup, ''),
    signed: fc.boolean(),
    how: fc.constantFrom('as is', 'cut', 'percent', 'double', 'bytes', 'twice'),
    at: fc.nat(4_000),
    method: fc.constantFrom('GET' as const, 'POST' as const),
  })
  .map((made): Junk => {
    const parameters: Record<string, string> = { service: made.service, _input_charset: made.charset };
    for (const name of made.given) parameters[name] = well[name]!;
    for (const name of made.spoilt) parameters[name] = made.with;
    const sent = made.signed
      ? shop.sign(parameters)
      : { ...parameters, partner: markup, sign: markup, sign_type: 'MD5' };
    let form = Object.entries(sent)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`)
      .join('&');
    if (made.how === 'cut') form = form.slice(0, made.at % (form.length + 1));
    if (made.how === 'percent') form = form.replaceAll('=', '%');
    if (made.how === 'double') form = `${form}&service=other&subject=${encodeURIComponent(markup)}`;
    if (made.how === 'bytes') form = `${form}&body=%ff%fe%80%00&%zz=%`;
    if (made.how === 'twice') form = encodeURI(form);
    return made.method === 'GET'
      ? { method: 'GET', query: form, body: '' }
      : { method: 'POST', query: '', body: form };
  });

const typesOf = [
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json',
  'multipart/form-data; boundary=x',
];

test(`${requests} junk requests: no 5xx, no echo of markup, no change of the books`, {
  timeout: 300_000,
}, async () => {
  const before = await sandbox.get<AuditAnswer>('/audit.json');
  const all = fc.sample(junk, { numRuns: requests, seed: 2011 });
  const wrong: string[] = [];
  let served = 0;
  const ask = async (one: Junk, index: number) => {
    const answer = await fetch(`${shop.gateway}?${one.query}`, {
      method: one.method,
      redirect: 'manual',
      ...(one.method === 'POST'
        ? { body: one.body, headers: { 'content-type': typesOf[index % typesOf.length]! } }
        : {}),
    });
    const text = await answer.text();
    served++;
    if (answer.status >= 500 || /<script|<x onload|<!ENTITY/i.test(text))
      wrong.push(`${answer.status} ${one.query || one.body}`.slice(0, 500));
  };
  const workers = Array.from({ length: 8 }, async (_, worker) => {
    for (let index = worker; index < all.length; index += 8) await ask(all[index]!, index);
  });
  await Promise.all(workers);
  expect(wrong).toEqual([]);
  expect(served).toBe(requests);

  for (const size of [1_048_000, 3_000_000]) {
    const answer = await fetch(shop.gateway, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `service=create_forex_trade&partner=${shop.partner}&subject=${'<'.repeat(size)}`,
    });
    expect(answer.status).toBeLessThan(500);
    expect((await answer.text()).length).toBeLessThan(20_000);
  }
  const after = await sandbox.get<AuditAnswer>('/audit.json');
  // The log seals meanwhile what was there before: of its proofs only that they hold is compared.
  const ofLog = /seal|log/;
  const facts = (audit: AuditAnswer) =>
    audit.proofs.map(({ name, ok, detail }) => ({ name, ok, detail: ofLog.test(name) ? '' : detail }));
  expect(facts(after)).toEqual(facts(before));
});
