// security M8: the same addresses are refused at every door.
import { expect, test } from 'vitest';
import { isReturnAddress, isWebAddress } from './addresses.ts';

const refused = [
  ...[
    '/',
    '/relative',
    '//evil.example',
    '///evil.example',
    'evil.example',
    '',
    '?x=1',
    '#x',
    'https:',
    'https://',
  ],
  ...['https:evil.example', 'https:/evil.example', 'https:///evil.example', 'http:\\\\evil.example'],
  ...[
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\tscript:alert(1)',
    'javascript://shop.example/%0aalert(1)',
  ],
  ...[
    'feed:javascript:alert(1)',
    'feed://shop.example',
    'view-source:https://shop.example',
    'data:text/html,x',
  ],
  ...[
    'data://text/html,x',
    'vbscript://x',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'file://host/x',
  ],
  ...[
    'ms-msdt:/id',
    'ms-msdt://id',
    'ms-settings://x',
    'search-ms://x',
    'microsoft-edge://x',
    'chrome://settings',
  ],
  ...[
    'intent://pay#Intent;scheme=javascript;end',
    'android-app://x',
    'itms-services://x',
    'mailto://a',
    'tel://1',
  ],
  ...[
    'ftp://shop.example/x',
    'ws://shop.example',
    'smb://host/x',
    'jar:https://shop.example!/x',
    'about://blank',
  ],
  ...['https://shop.example@evil.example/', 'https://user:word@shop.example/', 'myshop://shop@evil/paid'],
  ...[
    'https://shop.example\\@evil.example',
    'https://shop.example/\r\nSet-Cookie: a=1',
    ' https://shop.example/',
  ],
  ...[
    'https://shop.example/a b',
    'https://shop.example/\u202egnp.exe',
    'https://shop.example/\u200b',
    'https://[::1',
  ],
];
test.each(refused)('security M8: %j is no address', (text) => {
  expect([isReturnAddress(text), isWebAddress(text)]).toEqual([false, false]);
});

test.each([
  ...['https://shop.example', 'http://127.0.0.1:8080/return?order=1&lang=ko#top', 'HTTPS://Shop.Example/a'],
  ...['https://店铺.example/返回?订单=1', 'https://[::1]:3000/x'],
])('%s is a web address', (text) => {
  expect([isReturnAddress(text), isWebAddress(text)]).toEqual([true, true]);
});

test.each(['myshop://paid', 'com.shop.app://paid/1?x=y', 'alipays://platformapi/startapp?appId=1'])(
  '%s leads into an app, and is no address of a server',
  (text) => {
    expect([isReturnAddress(text), isWebAddress(text)]).toEqual([true, false]);
  },
);
