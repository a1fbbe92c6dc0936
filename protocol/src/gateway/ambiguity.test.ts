// security C1: of all requests with the same signed bytes at most one is accepted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ambiguityOf } from './ambiguity.ts';
import { formOf, type ReceivedForm, readForm } from './form.ts';
import { receivedSigningBytes } from './signature.ts';

function received(parameters: Readonly<Record<string, string>>, charset: 'UTF-8' | 'GBK' = 'UTF-8') {
  const form = readForm(formOf(parameters, charset), new Uint8Array());
  if ('unreadable' in form) throw new Error(form.why);
  return form;
}
const isRefused = (parameters: Readonly<Record<string, string>>): boolean =>
  ambiguityOf(received(parameters).parameters) !== null;

const order = {
  _input_charset: 'UTF-8',
  currency: 'KRW',
  notify_url: 'https://shop.example/notify?shop=1&lang=ko',
  out_trade_no: 'T-1',
  partner: '2088000000000001',
  return_url: 'https://shop.example/return?x=1&y=2',
  service: 'create_forex_trade',
  subject: 'Lamp & shade, Q&A=fun, 台灯',
  total_fee: '59000',
};

describe('security C1: what can be read in two ways is refused', () => {
  test('an honest order with a query in its addresses and an & in its texts is accepted', () => {
    expect(ambiguityOf(received(order).parameters)).toBeNull();
    expect(ambiguityOf(received({ ...order, seller_email: 'a@b.example', x: '1' }).parameters)).toBeNull();
  });

  test('the two readings that a stranger used: neither is accepted', () => {
    const honest = { ...order, subject: 'Ring, engraved "love&total_fee=100&x="', total_fee: '59000' };
    const forged = {
      ...order,
      subject: 'Ring, engraved "love',
      total_fee: '100',
      x: '"&total_fee=59000',
    };
    expect(receivedSigningBytes(received(forged).parameters)).toEqual(
      receivedSigningBytes(received(honest).parameters),
    );
    expect([isRefused(honest), isRefused(forged)]).toEqual([true, true]);
  });

  test.each([
    ['a known name in another letter case', { subject: 'a&Total_Fee=1' }],
    ['a name that the protocol documents elsewhere', { subject: 'a&refund_amount=1' }],
    ['a name that we say ourselves', { out_trade_no: 'T&trade_status=TRADE_FINISHED' }],
    ['sign', { subject: 'a&sign=0' }],
    ['an unknown name that the request carries', { body: 'a&zz=1', zz: '2' }],
    ['an unknown name that could follow', { subject: 'a&t=1' }],
    ['a known name in an address', { return_url: 'https://shop.example/?a=1&currency=USD' }],
    ['an & before the query', { return_url: 'https://shop.example/a&y=1?x=1' }],
    ['an unknown parameter after an address with a query', { return_urm: '1' }],
    ['a name with &', { 'x&total_fee': '1' }],
    ['a name with =', { 'x=y': '1' }],
    ['a name that is not ASCII', { 金额: '1' }],
    ['an empty name', { '': '1' }],
    ['two names that differ in letter case', { extra: '1', Extra: '2' }],
    ['a known name in another letter case as a name', { Total_fee: '1' }],
  ])('%s', (_name, changed) => {
    expect(isRefused({ ...order, ...changed })).toBe(true);
  });

  test('an unsigned value does not decide in which charset the signed ones are read', () => {
    const query = 'subject=%E5%8F%B0%E7%81%AF&sign=ab%FF';
    expect(readForm(query, new Uint8Array())).toMatchObject({ unreadable: 'ILLEGAL_ENCODING' });
  });
});

/** Every reading of a signing string: the choices among its `&NAME=` in ascending order of names. */
function readingsOf(signed: string): Record<string, string>[] {
  const starts = [...signed.matchAll(/(?:^|&)([^&=]*)=/g)].map((match) => ({
    at: match.index,
    from: match.index + match[0].length,
    name: match[1]!,
  }));
  const readings: Record<string, string>[] = [];
  const visit = (chosen: typeof starts, rest: typeof starts): void => {
    const pairs = chosen.map(
      ({ name, from }, index) => [name, signed.slice(from, chosen[index + 1]?.at)] as const,
    );
    if (pairs.every(([, value]) => value !== '')) readings.push(Object.fromEntries(pairs));
    for (const [index, start] of rest.entries())
      if (start.name > chosen.at(-1)!.name) visit([...chosen, start], rest.slice(index + 1));
  };
  const [first, ...rest] = starts;
  if (first !== undefined && first.at === 0) visit([first], rest);
  return readings;
}

const name = fc.constantFrom(
  ...['body', 'currency', 'notify_url', 'return_url', 'subject', 'total_fee'],
  ...['a', 'bz', 'c', 'notify_v', 'o', 'ret', 'return_v', 's', 'su', 't', 'x', 'y'],
);
const piece = fc.oneof(
  name.map((known) => `&${known}=`),
  fc.constantFrom('&', '=', '?', '1', 'https://s/', '&&', '台'),
);
const signedText = fc
  .tuple(name, fc.array(piece, { minLength: 1, maxLength: 14 }))
  .map(([first, pieces]) => `${first}=${pieces.join('')}`);

test('security C1: any two accepted requests with the same signed bytes are the same request', () => {
  let accepted = 0;
  let manyReadings = 0;
  fc.assert(
    fc.property(signedText, (signed) => {
      const readings = readingsOf(signed);
      if (readings.length > 1) manyReadings++;
      const taken = readings.filter((reading) => {
        const form: ReceivedForm = received(reading);
        expect(new TextDecoder().decode(receivedSigningBytes(form.parameters))).toBe(signed);
        return ambiguityOf(form.parameters) === null;
      });
      accepted += taken.length;
      expect(taken.length, JSON.stringify(taken)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 20_000 },
  );
  // The property would hold if nothing were accepted.
  expect(accepted).toBeGreaterThan(1_000);
  expect(manyReadings).toBeGreaterThan(1_000);
});
