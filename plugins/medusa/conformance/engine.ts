// Medusa itself: installed once into a folder that git ignores, with the plugin as `npm pack` would ship it; then migrated and
// started, each as a process of its own.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ShopSettings } from '../../conformance/src/index.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const home = path.join(root, 'tests/conformance/.build/medusa');
const version = '2.21.2';
const installMs = 10 * 60_000;
const migrateMs = 4 * 60_000;
const openMs = 3 * 60_000;

const exec = promisify(execFile);

/** Installs the engine where it is missing: some 700 MB. Rejects with what npm said. */
export async function installEngine(signal?: AbortSignal): Promise<void> {
  const done = path.join(home, `installed-${version}`);
  if ((await stat(done).catch(() => null)) !== null) return;
  await mkdir(home, { recursive: true });
  const names = ['@medusajs/cli', '@medusajs/framework', '@medusajs/medusa'];
  const dependencies = Object.fromEntries(names.map((name) => [name, version]));
  const manifest = { name: 'shop', private: true, version: '0.0.0', dependencies };
  await writeFile(path.join(home, 'package.json'), JSON.stringify(manifest));
  const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock'];
  const how = { cwd: home, timeout: installMs, maxBuffer: 64 << 20, signal };
  await exec('npm', ['install', ...quietly], how);
  await writeFile(done, '');
}

/** The plugin as `npm pack` would ship it, anew. */
async function installPlugin(): Promise<void> {
  await exec(process.execPath, [path.join(root, 'sdk/build.mjs')], { timeout: installMs });
  const ours = path.join(home, 'node_modules/@tongbao');
  await rm(ours, { recursive: true, force: true });
  for (const [name, from] of [
    ['money', 'money'],
    ['protocol', 'protocol'],
    ['sdk', 'sdk'],
    ['medusa', 'plugins/medusa'],
  ] as const)
    await cp(path.join(root, from, 'dist'), path.join(ours, name), { recursive: true });
  // The engine has a zod of its own; ours goes beside the package that needs it, as npm would do.
  await cp(path.join(root, 'node_modules/zod'), path.join(ours, 'protocol/node_modules/zod'), {
    recursive: true,
  });
}

function configOf(settings: ShopSettings, at: { database: string; port: string }): string {
  const providers = settings.contracts.map((contract) => ({
    resolve: '@tongbao/medusa/provider',
    id: contract.currency.toLowerCase(),
    options: {
      host: settings.gatewayUrl,
      mode: 'sandbox',
      clientId: contract.clientId,
      privateKey: contract.merchantPrivateKey,
      gatewayPublicKey: contract.gatewayPublicKey,
      serverUrl: `http://127.0.0.1:${at.port}`,
      returnUrl: `${settings.gatewayUrl}/shop?cart={cart}&order={order}`,
    },
  }));
  const config = {
    projectConfig: {
      databaseUrl: at.database,
      databaseDriverOptions: { connection: { ssl: false }, pool: { max: 40 } },
      http: {
        storeCors: '*',
        adminCors: '*',
        authCors: '*',
        jwtSecret: 'of no use',
        cookieSecret: 'of no use',
      },
    },
    admin: { disable: true },
    plugins: [{ resolve: '@tongbao/medusa', options: {} }],
    modules: [{ resolve: '@medusajs/medusa/payment', options: { providers } }],
  };
  return `const { defineConfig } = require('@medusajs/framework/utils');
module.exports = defineConfig(${JSON.stringify(config, null, 2)});
`;
}

/** What shop.mjs prints when the shop is open. */
export interface Opened {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly variantId: string;
  readonly regions: Readonly<Record<string, string>>;
}

export interface OpenMedusa extends Opened {
  readonly url: string;
  close(): Promise<void>;
}

interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** For the kit's own proof: the installed copy is broken in one place (tests/conformance/plugins/broken-medusa.ts). */
async function breakInstalled(changes: readonly Change[]): Promise<void> {
  for (const { file, from, to } of changes) {
    const built = file
      .replace('plugins/medusa/src', 'medusa/.medusa/server/src')
      .replace('sdk/src', 'sdk')
      .replace(/\.ts$/, '.js');
    const at = path.join(home, 'node_modules/@tongbao', built);
    const source = await readFile(at, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${built} has not exactly one "${from}"`);
    await writeFile(
      at,
      source.replace(from, () => to),
    );
    process.stderr.write(`broken: ${file}\n`);
  }
}

export async function openMedusa(settings: ShopSettings): Promise<OpenMedusa> {
  const { database, port, verbose, broken } = settings.options;
  if (database === undefined || port === undefined)
    throw new Error('the Medusa driver needs --option database=postgres://… (empty) and --option port=…');
  await installEngine();
  await installPlugin();
  if (broken !== undefined) await breakInstalled(JSON.parse(broken) as Change[]);
  await writeFile(path.join(home, 'medusa-config.js'), configOf(settings, { database, port }));
  const env = { ...process.env, NODE_ENV: 'production', MEDUSA_DISABLE_TELEMETRY: '1', SHOP_PORT: port };
  const cli = path.join(home, 'node_modules/@medusajs/cli/cli.js');
  const migrate = [cli, 'db:migrate', '--execute-safe-links'];
  await exec(process.execPath, migrate, { cwd: home, env, timeout: migrateMs, maxBuffer: 64 << 20 });
  const program = [path.join(import.meta.dirname, 'shop.mjs'), home];
  const child = spawn(process.execPath, program, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const opened = await untilOpen(child, verbose === 'yes');
  return { ...opened, url: `http://127.0.0.1:${port}`, close: () => end(child) };
}

function untilOpen(child: ChildProcess, isLoud: boolean): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const last: string[] = [];
    const failed = (why: string) => reject(new Error(`Medusa ${why}:\n${last.join('\n')}`));
    const timer = setTimeout(() => failed(`did not open within ${openMs / 1000} s`), openMs);
    const told = (line: string) => {
      if (isLoud || line.includes('"level":"error"')) process.stderr.write(`shop ${line}\n`);
      last.push(line);
      if (last.length > 40) last.shift();
      if (!line.startsWith('{"open":true')) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Opened);
    };
    createInterface({ input: child.stdout! }).on('line', told);
    createInterface({ input: child.stderr! }).on('line', told);
    child.once('exit', (code) => {
      clearTimeout(timer);
      failed(`ended with status ${code}`);
    });
  });
}

const graceMs = 10_000;

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** The version that was really installed. */
export async function versionOf(): Promise<string> {
  const file = path.join(home, 'node_modules/@medusajs/medusa/package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
