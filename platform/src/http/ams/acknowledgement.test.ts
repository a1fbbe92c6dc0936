// When a merchant has taken a notification (AMS reference, section 7): HTTP 200 and a result that says S or SUCCESS.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAcknowledged } from './channel.ts';

const judged = (status: number, body: string): boolean => isAcknowledged(status, Buffer.from(body));
const documented = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';

test.each([
  ['as documented', documented],
  ['in any order, with anything else beside it', '{"trace":1,"result":{"x":null,"resultStatus":"S"}}'],
  ['over several lines', '\r\n{\n  "result": {\n    "resultStatus": "S"\n  }\n}\n'],
  ['after a byte order mark', `\uFEFF${documented}`],
  ['by its code alone', '{"result":{"resultCode":"SUCCESS"}}'],
  ['with another code', '{"result":{"resultStatus":"S","resultCode":"OK"}}'],
  [
    'with a message in Chinese',
    '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"成功"}}',
  ],
])('is taken: %s', (_name, body) => {
  expect(judged(200, body)).toBe(true);
});

test.each([
  ['nothing', 200, ''],
  ['a word, as the classic gateway has it', 200, 'success'],
  ['a word in JSON', 200, '"success"'],
  ['null', 200, 'null'],
  ['a number', 200, '1'],
  ['a list', 200, `[${documented}]`],
  ['an object without a result', 200, '{}'],
  ['a result that is null', 200, '{"result":null}'],
  ['a result that is a word', 200, '{"result":"SUCCESS"}'],
  ['the result without its frame', 200, '{"resultStatus":"S","resultCode":"SUCCESS"}'],
  ['a failure', 200, '{"result":{"resultStatus":"F","resultCode":"PROCESS_FAIL"}}'],
  ['a failure that calls itself a success', 200, '{"result":{"resultStatus":"F","resultCode":"SUCCESS"}}'],
  ['unknown', 200, '{"result":{"resultStatus":"U","resultCode":"UNKNOWN_EXCEPTION"}}'],
  ['another case', 200, '{"result":{"resultStatus":"s","resultCode":"success"}}'],
  ['a truth that is not a word', 200, '{"result":{"resultStatus":true}}'],
  ['JSON that is cut off', 200, documented.slice(0, -1)],
  ['a page', 200, '<html>success</html>'],
  ['bytes', 200, '\uFFFD\u0000'],
  ['created', 201, documented],
  ['no content', 204, documented],
  ['a redirect', 302, documented],
  ['not found', 404, documented],
  ['an error of the server', 500, documented],
])('is to be told again: %s', (_name, status, body) => {
  expect(judged(status, body)).toBe(false);
});

test('never throws, whatever the answer is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(isAcknowledged(200, Buffer.from(bytes))).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.json(), (body) => {
      expect(judged(200, body)).toBeTypeOf('boolean');
    }),
  );
});
