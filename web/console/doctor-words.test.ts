// What the doctor finds, in the words of the page: fixed texts, texts with values, and what has no words yet.
import { expect, test } from 'vitest';
import { nameOfCheck, textOfFinding } from './doctor-words.ts';

test.each([
  ['everything is sealed', '已全部封存'],
  ['1 is used', '使用第 1 号'],
  [
    '2 is used, since 3 days, 1 former, 3 from 2026-12-08T00:00:00Z on',
    '使用第 2 号，已用 3 days，旧密钥 1 把，第 3 号自 2026-12-08T00:00:00Z 起启用',
  ],
  ['/etc/tongbao/keys.json, its owner’s alone', '/etc/tongbao/keys.json，仅属主可读'],
  ['0 wait for their time', '0 条等待发送'],
  ['12 wait, 5 min late', '12 条等待，已迟 5 min'],
  ['3 wait', '3 条等待封存'],
  ['69 GiB free at /tmp', '/tmp 剩余 69 GiB'],
  ['of 2026-11-30, 9 days old: nothing is converted', '2026-11-30 的汇率，已 9 天：暂停兑换'],
  ['something new', 'something new'],
])('%s', (text, words) => {
  expect(textOfFinding(text, true)).toBe(words);
  expect(textOfFinding(text, false)).toBe(text);
});

test('a check that is new shows its id', () => {
  expect([nameOfCheck('disk.new', true), nameOfCheck('keys.file', true)]).toEqual(['disk.new', '密钥文件']);
});
