// What comes from others is what was looked at: exact versions, and a lock file whose every package has its hash.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T;

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const packages = Object.entries(read<{ packages: Record<string, Locked> }>('package-lock.json').packages);
const fromOthers = packages.filter(([place, { link }]) => place.includes('node_modules/') && link !== true);

test('every locked package of others has a SHA-512, and none comes from an address of its own', () => {
  expect(fromOthers.length).toBeGreaterThan(300);
  const without = fromOthers.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(without.map(([place]) => place)).toEqual([]);
  const elsewhere = fromOthers.filter(([, { resolved }]) => resolved !== undefined);
  expect(elsewhere.map(([place]) => place)).toEqual([]);
});

test('every dependency is named with its exact version', () => {
  const manifests = execFileSync('git', ['ls-files', '*package.json'], { cwd: root, encoding: 'utf8' });
  const loose: string[] = [];
  for (const file of manifests.trim().split('\n')) {
    const { name, dependencies, devDependencies } = read<{
      name: string;
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    }>(file);
    for (const [other, version] of Object.entries({ ...dependencies, ...devDependencies }))
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) && !(version === '*' && other.startsWith('@tongbao/')))
        loose.push(`${name}: ${other}@${version}`);
  }
  expect(loose).toEqual([]);
});
