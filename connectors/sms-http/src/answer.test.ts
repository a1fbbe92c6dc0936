// What an SMS service's answer says of a message: by its status, and by words that say something else.
import { describe, expect, test } from 'vitest';
import { answerOf, failureOf, saysNo } from './answer.ts';

describe('a status', () => {
  test.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [204, 'accepted'],
    [299, 'accepted'],
    [400, 'refused'],
    [402, 'later'],
    [422, 'refused'],
    [401, 'later'],
    [404, 'later'],
    [429, 'later'],
    [499, 'later'],
    [503, 'later'],
  ])('%d: %s', (status, outcome) =>
    expect(answerOf(status, '')).toEqual({ outcome, answer: String(status) }),
  );

  test.each([100, 300, 301, 302, 500, 502, 504])('%d: unknown', (status) =>
    expect(answerOf(status, '')).toBeNull(),
  );

  test('200 with an error in words is none', () => {
    expect(answerOf(200, '{"error":"no credit"}')).toEqual({ outcome: 'later', answer: '200 with an error' });
  });

  test('without an answer: nothing can have gone, or nobody knows', () => {
    expect(['dns', 'refused', 'tls', 'blocked'].map(failureOf)).toEqual(
      ['dns', 'refused', 'tls', 'blocked'].map((answer) => ({ outcome: 'later', answer })),
    );
    expect(['timeout', 'reset', 'too-large', 'other'].map(failureOf)).toEqual(Array(4).fill(null));
  });
});

describe('words that say no', () => {
  test.each([
    '<html>Please sign in</html>',
    ' <?xml version="1.0"?><r/>',
    '{"error":{"code":7}}',
    '{"errors":["no credit"]}',
    '{"error":1}',
    '{"success":false}',
    '{"ok":false,"id":1}',
    '{"status":"error"}',
    '{"state":"FAILED"}',
    '{"result":"rejected"}',
    'ERR: 105',
    'error',
    '"Failed"',
    'Unauthorised',
    'no credit',
  ])('%s', (body) => expect(saysNo(body)).toBe(true));

  test.each([
    '',
    'OK',
    '0',
    'queued: 17',
    'Notified',
    'sent without error',
    'message 7: no error',
    '{"id":"1"}',
    '{"error":null,"errors":[]}',
    '{"error":false,"success":true}',
    '{"error":"","ok":true}',
    '{"error":0}',
    '{"status":"queued","state":"sent","result":0}',
    '{"status":0}',
    '[1]',
    '{"half',
  ])('%j does not', (body) => expect(saysNo(body)).toBe(false));
});

test('words count where they are words, and an error is one that says something', () => {
  expect(saysNo('{"status":["error"]}')).toBe(false);
  expect(saysNo('{"error":{"length":0}}')).toBe(true);
});
