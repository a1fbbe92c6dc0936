// The guard's judgement of addresses, against a second opinion: the registries' special-purpose lists in node:net.
import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressList, isLoopback, mayConnect, networkOf } from './addresses.ts';

/** IANA's special-purpose IPv4 registry, and multicast. */
const special: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const forbidden = new BlockList();
for (const [net, bits] of special) forbidden.addSubnet(net, bits, 'ipv4');

const hex = (word: number): string => word.toString(16);
const ipv6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .map((words) => words.map(hex).join(':'));
/** Any IPv4 address, half of them inside a special range. */
const ipv4 = fc.oneof(
  fc.ipV4(),
  fc
    .tuple(fc.constantFrom(...special), fc.integer({ min: 0, max: 0xffffffff }))
    .map(([[net, bits], random]) => {
      const [a, b, c, d] = net.split('.').map(Number) as [number, number, number, number];
      const host = random % 2 ** (32 - bits);
      const all = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d + host;
      return [all >>> 24, (all >>> 16) & 255, (all >>> 8) & 255, all & 255].join('.');
    }),
);

describe('what production may connect to', () => {
  test('no IPv4 address of a special range, however it is written', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        if (forbidden.check(address, 'ipv4')) {
          const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
          const [high, low] = [a * 256 + b, c * 256 + d].map(hex);
          // plain, mapped, compatible, translated (RFC 6145), NAT64, 6to4
          for (const dress of [
            address,
            `::ffff:${address}`,
            `::ffff:${high}:${low}`,
            `::${high}:${low}`,
            `::ffff:0:${high}:${low}`,
            `64:ff9b::${high}:${low}`,
            `2002:${high}:${low}::1`,
          ]) {
            expect(mayConnect(dress, 'public'), dress).toBe(false);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('only global unicast of IPv6', () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        fc.pre(isIP(address) === 6);
        if (mayConnect(address, 'public')) expect(address).toMatch(/^[23][0-9a-f]{3}:/);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['8.8.8.8', true],
    ['223.5.5.5', true],
    ['2606:4700:4700::1111', true],
    ['::ffff:8.8.8.8', true],
    ['169.254.169.254', false], // metadata of most clouds
    ['100.100.100.200', false], // of Alibaba Cloud
    ['fd00:ec2::254', false], // of Amazon, by IPv6
    ['168.63.129.16', false], // Azure's
    ['::ffff:168.63.129.16', false],
    ['::', false],
    ['fe80::1%eth0', false],
    ['fec0::1', false],
    ['ff02::1', false],
    ['2001:db8::1', false],
    ['4000::1', false],
    ['', false],
    ['localhost', false],
    ['1.2.3.4.5', false],
  ])('%s: %s', (address, expected) => {
    expect(mayConnect(address, 'public')).toBe(expected);
    // What the sandbox may reach besides is this machine alone.
    expect(mayConnect(address, 'public-and-loopback')).toBe(expected);
  });
});

test('loopback is for the sandbox only', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
    expect(isLoopback(address)).toBe(true);
    expect(mayConnect(address, 'public-and-loopback')).toBe(true);
    expect(mayConnect(address, 'public')).toBe(false);
  }
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['no address', 'no address'],
])('security H1: %s counts as %s', (address, network) => expect(networkOf(address)).toBe(network));

test('security H1: a list of addresses and ranges, IPv4 in IPv6 clothes as IPv4', () => {
  const isListed = addressList(' 10.0.0.0/8,127.0.0.1 , 2001:db8::/32,');
  for (const address of ['10.1.2.3', '127.0.0.1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '2001:db8::9'])
    expect(isListed(address), address).toBe(true);
  for (const address of ['11.0.0.1', '127.0.0.2', '2001:db9::9', '::1', '', 'unix'])
    expect(isListed(address), address).toBe(false);
  expect(addressList('')('127.0.0.1')).toBe(false);
});
