// Rules about secrets and pages that one forgotten line would break: constant-time comparison, headers on every answer,
// and texts that shops choose.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../platform/src/http/server.ts';
import { createLog } from '../../platform/src/log.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const filesOf = (...folders: string[]): { file: string; text: string }[] =>
  execFileSync('git', ['ls-files', ...folders], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.(ts|tsx|html)$/.test(file) && !/\.test\.ts$/.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

describe('secrets', () => {
  test.each([
    ['platform/src/customers/pin-hash.ts', 'matchesPin'],
    ['platform/src/customers/request-code.ts', 'hashCode'],
    ['platform/src/http/cashier/token.ts', 'macOf'],
    ['platform/src/http/gateway/notify-id.ts', 'macOf'],
    ['platform/src/http/gateway/signing.ts', 'expected'],
  ])('%s compares in constant time', (file, secret) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    expect(text).toContain('timingSafeEqual(');
    expect(text).not.toMatch(
      new RegExp(`[=!]== *(await )?${secret}\\b(?!\\.length)|\\b${secret}(\\([^)]*\\))? *[=!]== `),
    );
  });

  test('whoever computes a MAC or a password hash also compares with timingSafeEqual, or looks it up by index', () => {
    const makers = filesOf('platform/src').filter(({ text }) => /argon2\(|createHmac\(/.test(text));
    const without = makers.filter(({ text }) => !text.includes('timingSafeEqual')).map(({ file }) => file);
    expect(makers.length).toBeGreaterThan(2);
    // These keep keyed hashes as a key to find a row by, leave the comparing to who asked for one, or make passwords that
    // PostgreSQL compares.
    const lookups = [
      'platform/src/customers/identity.ts',
      'platform/src/database/roles-store.ts',
      'platform/src/http/gateway/doctor-md5.ts',
      'platform/src/sandbox/bank/issuers.ts',
      'platform/src/sandbox/databases-store.ts',
      'platform/src/system/keys.ts',
      'platform/src/wallet/payment-codes.ts',
    ];
    expect(without.sort()).toEqual(lookups);
  });
});

describe('pages', () => {
  test('no page sets HTML from a string, evaluates text, or carries a script of its own', () => {
    const forbidden =
      /dangerouslySetInnerHTML|\.innerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(/;
    const pages = filesOf('web');
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.filter(({ text }) => forbidden.test(text)).map(({ file }) => file)).toEqual([]);
    const inline = /<script(?![^>]*\bsrc=)[^>]*>\s*\S|\son\w+=/i;
    expect(pages.filter(({ file, text }) => file.endsWith('.html') && inline.test(text))).toEqual([]);
  });

  test('every answer, errors too, carries a policy without foreign or inline scripts and without framing', async () => {
    const app = await createServer({
      logger: createLog('silent'),
      adapters: [],
      healthy: async () => true,
    });
    for (const url of ['/healthz', '/nothing-here', '/%00']) {
      const { headers } = await app.inject({ url });
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("object-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['x-powered-by']).toBeUndefined();
    }
    await app.close();
  });
});
