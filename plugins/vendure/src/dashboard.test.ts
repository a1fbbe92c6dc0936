// Vendure's dashboard build does not run a plugin to learn of its extension: it reads the package's JavaScript for one call. These
// tests hold the plugin to what that build looks for; what they cannot see is the dashboard itself.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TongbaoPlugin } from './plugin.ts';

const folder = import.meta.dirname;
const source = readFileSync(path.join(folder, 'plugin.ts'), 'utf8');

describe('what the dashboard build finds', () => {
  // vite/utils/plugin-discovery of @vendure/dashboard 3.7.3: `__decorate([F({ dashboard: 'literal' })], Name)`.
  const call =
    /^__decorate\(\s*\[\s*VendurePlugin\(\{[\s\S]*?\n\s+dashboard: '([^']+)',[\s\S]*\}\),\s*\],\s*(\w+),?\s*\);$/m.exec(
      source,
    );

  it('the call, with the extension as a literal and the class by its name', () => {
    expect(call?.[2]).toBe(TongbaoPlugin.name);
  });

  it('the extension, where the plugin says it is', () => {
    expect(existsSync(path.join(folder, call?.[1] ?? 'nowhere'))).toBe(true);
    // The package is built into a folder as deep as this one, so the path holds there too.
    expect(readFileSync(path.join(folder, '../../../sdk/build.mjs'), 'utf8')).toContain(
      "'plugins/vendure': 'lib'",
    );
  });
});
