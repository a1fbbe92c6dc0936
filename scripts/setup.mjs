// What a fresh clone needs before anything of ours can run. Plain JavaScript for the system's Node (20 or newer):
// installs the packages when they are missing or older than the lock file, and says where our own Node is.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = path.join(root, 'node_modules', '.bin');

/** The environment in which our own tools come first. */
export const environment = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };

/** What the network itself needs; the demo shops' packages are half as much again. */
const withoutStores = ['money', 'protocol', 'platform', 'sdk', 'web'];

export function ensureInstalled({ stores = true } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) fail(`Tongbao needs Node 20 or newer to set itself up; this is ${process.version}.`);
  const marker = path.join(root, 'node_modules', '.package-lock.json');
  const lock = path.join(root, 'package-lock.json');
  if (
    existsSync(marker) &&
    existsSync(path.join(bin, 'node')) &&
    statSync(marker).mtimeMs >= statSync(lock).mtimeMs &&
    (!stores || existsSync(path.join(root, 'node_modules', '@vendure', 'core')))
  )
    return;
  console.log('Installing packages (once, about a minute) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: it wants the optional packages of every other platform in the lock file, and not every registry has
  // them. What the lock file names is installed in exactly its versions, and the file is left as it is.
  const part = stores ? [] : ['--include-workspace-root', ...withoutStores.flatMap((name) => ['-w', name])];
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(npm, ['install', ...quiet, ...part], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) fail('npm install failed; its own message is above.');
  if (!existsSync(path.join(bin, 'node')))
    fail('npm install left no node_modules/.bin/node: were install scripts switched off?');
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Builds the browser apps when they are missing or older than their sources. */
export function ensureWebBuilt() {
  ensureBuilt('the browser apps', {
    built: 'web/dist/sandbox.html',
    sources: ['web', 'protocol/src', 'money/src'],
    folder: 'web',
  });
}

/** The demo shops' storefront, in the same way. */
export function ensureStorefrontBuilt() {
  ensureBuilt('the storefront', {
    built: 'stores/dist/index.html',
    sources: ['stores/storefront', 'stores/src/shops.ts'],
    folder: 'stores/storefront',
  });
}

function ensureBuilt(what, { built, sources, folder }) {
  const result = path.join(root, built);
  if (existsSync(result) && newestOf(sources) <= statSync(result).mtimeMs) return;
  console.log(`Building ${what} (once) …`);
  const done = spawnSync(
    path.join(bin, 'node'),
    [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: path.join(root, folder), stdio: 'inherit', env: environment },
  );
  if (done.status !== 0) fail(`${what} could not be built; the message is above.`);
}

function newestOf(folders) {
  // `git ls-files` is exact where there is a checkout, and knows what is ignored.
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', ...folders], {
    cwd: root,
    encoding: 'utf8',
  });
  if (listed.status !== 0) return 0;
  return listed.stdout
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(root, file)))
    .reduce((newest, file) => Math.max(newest, statSync(path.join(root, file)).mtimeMs), 0);
}

/**
 * Runs a TypeScript file with our own Node, passes signals on, and ends as it ends. npm does not hand every signal on
 * before it is gone: when whoever started us ends, what we started is asked to stop. What we start sees our own end by
 * the closed channel.
 */
export function runNode(args) {
  // Small and frequent rather than large and rare: with young generations of 16 MiB a collection stops a server process
  // on two cores for 10 to 25 ms, with 8 MiB hardly ever for more than 8 (docs/guides/performance.md).
  const child = spawn(path.join(bin, 'node'), ['--max-semi-space-size=8', ...args], {
    cwd: process.cwd(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event !== undefined) {
    const before = ancestors();
    setInterval(() => ancestors() !== before && child.kill('SIGTERM'), 300).unref();
  }
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}

/** Our parent (npm's shell, or npm) and its parent, where the system tells: a change means that npm has ended. */
function ancestors() {
  try {
    const status = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${status.slice(status.lastIndexOf(')') + 4).split(' ')[0]}`;
  } catch {
    return String(process.ppid);
  }
}
