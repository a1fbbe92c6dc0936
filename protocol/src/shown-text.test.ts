// security M1: what shops may be called, and how their texts are shown.
import { expect, test } from 'vitest';
import { faultOfSellerName, plainText } from './shown-text.ts';

test('security M1: what cannot be seen is not shown, what can be seen stays', () => {
  expect(plainText('Ring\u202egnp.exe\u200b\u2066\u00ad\ufeff\u061c')).toBe('Ringgnp.exe');
  expect(plainText('two\r\nlines\tand\u2028more\u0000\u0007')).toBe('two lines and more');
  expect(plainText('a\u{e0041}\u3164\ue000b')).toBe('ab');
  expect(plainText(`z${'\u0301'.repeat(40)}`)).toBe(`z${'\u0301'.repeat(3)}`);
  for (const text of ['气垫粉底 Cushion, №1', 'قهوة', 'ร้านค้า', 'Zażółć', '👨‍👩‍👧 ❤️', 'クッション', 'नमस्ते'])
    expect(plainText(text)).toBe(text);
});

test.each([
  ...[
    '支付宝官方客服 Alipay Official',
    'Alipay',
    'A l i p a y',
    'ALI PAY',
    'Ali-Pay',
    'AIipay',
    'A1ipay',
    'Álipay',
  ],
  ...[
    'Аlipay',
    'аӏірау',
    'Ａｌｉｐａｙ',
    '𝐀𝐥𝐢𝐩𝐚𝐲',
    'alip\u200bay',
    '支付 宝',
    '支付寶客服',
    '⽀付宝',
    'Tongbao',
    '通宝',
    '通寶',
  ],
  ...[
    'Tong Bao Official',
    '통바오',
    'アリペイ',
    'Alipay+',
    'T0ngbao',
    '알리페이',
    'shop\u202e',
    'Ring\u200b',
    'Pаypal',
  ],
])('security M1: no seller is called %j', (name) => {
  expect(faultOfSellerName(name)).not.toBeNull();
});

test.each([
  ...[
    'Hanbit Mall',
    '韩光百货 Hanbit Mall',
    'Portali Payments',
    'Natali Payet',
    'Samsung Official Store',
    "L'Été",
  ],
  ...[
    '燕子代购 Tsubame Agent',
    'Лавка чудес',
    'Ελληνικό κατάστημα',
    '宝石屋',
    'Antonio & Tongue',
    '7-Eleven',
    'A1 Sports',
  ],
  ...['<b>"&\'', 'قهوة', 'Ａ店'],
])('%j is a name', (name) => {
  expect(faultOfSellerName(name)).toBeNull();
});
