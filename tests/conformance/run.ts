// `npm run conformance`: the official SDKs, newest versions, unmodified, against a sandbox that is started here.
// Each client prints a line a check; a toolchain that is missing is skipped with a word, and in CI it is a failure.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const build = path.join(here, '.build');
const inCi = process.env.CI === 'true';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: string;
}

interface Suite {
  readonly name: string;
  readonly tools: readonly string[];
  /** Installs what the client needs; answers how to start it, or why it cannot be had here. */
  prepare(): Promise<{ command: string; args: string[]; cwd?: string } | { unavailable: string }>;
}

const suites: readonly Suite[] = [
  { name: 'Java', tools: ['java', 'mvn'], prepare: prepareJava },
  { name: 'Python', tools: ['python3'], prepare: preparePython },
  { name: 'Go', tools: ['go'], prepare: prepareGo },
];

// Updated by hand with each release that has been run; Maven has no way to ask for the newest without a plugin.
const javaSdk = '2.0.45';
const pythonSdk = 'global-open-sdk-python';

function quietly(command: string, args: string[], cwd?: string): void {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.status !== 0) {
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} … failed: ${(done.stdout + done.stderr).trim().slice(-1500)}`);
  }
}

async function prepareJava() {
  const folder = path.join(build, 'java');
  const classpath = path.join(folder, 'classpath.txt');
  const settings = [`-Dsdk.version=${javaSdk}`, `-Dbuild.folder=${folder}`];
  const goals = ['-q', '-B', 'compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpath}`];
  quietly('mvn', [...goals, ...settings], path.join(here, 'java'));
  const { readFile } = await import('node:fs/promises');
  const jars = (await readFile(classpath, 'utf8')).trim();
  return { command: 'java', args: ['-cp', `${path.join(folder, 'classes')}${path.delimiter}${jars}`, 'Client'] };
}

async function preparePython() {
  const venv = path.join(build, 'python');
  if (!existsSync(path.join(venv, 'bin', 'python'))) quietly('python3', ['-m', 'venv', venv]);
  quietly(path.join(venv, 'bin', 'pip'), ['install', '--quiet', '--upgrade', pythonSdk]);
  return { command: path.join(venv, 'bin', 'python'), args: [path.join(here, 'python', 'client.py')] };
}

async function prepareGo() {
  const binary = path.join(build, 'go', 'client');
  const cwd = path.join(here, 'go');
  await mkdir(path.dirname(binary), { recursive: true });
  // A copy of the module elsewhere on this machine can be named, for where the module proxy does not have it.
  const replaced = process.env.TONGBAO_GO_SDK;
  const modfile = path.join(build, 'go', 'go.mod');
  const { copyFile } = await import('node:fs/promises');
  await copyFile(path.join(cwd, 'go.mod'), modfile);
  if (replaced !== undefined) quietly('go', ['mod', 'edit', `-replace=github.com/alipay/global-open-sdk-go=${replaced}`, modfile]);
  const built = spawnSync('go', ['build', '-mod=mod', `-modfile=${modfile}`, '-o', binary, '.'], { cwd, encoding: 'utf8' });
  if (built.status === 0) return { command: binary, args: [] };
  if (/not available|403 Forbidden|no matching versions|404 Not Found/.test(built.stderr)) {
    return { unavailable: 'the module proxy does not have github.com/alipay/global-open-sdk-go' };
  }
  throw new Error(`go build failed: ${built.stderr.slice(-1500)}`);
}

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

function freePort(wanted = 0): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

interface Sandbox {
  readonly http: string;
  readonly httpsPort: number;
  stop(): Promise<void>;
}

async function startSandbox(data: string): Promise<Sandbox> {
  const port = (await freePort())!;
  // The Python SDK always speaks to port 443, whatever its URL says.
  const httpsPort = (await freePort(443)) ?? (await freePort())!;
  const args = ['sandbox', '--port', `${port}`, '--https-port', `${httpsPort}`, '--data', data, '--fresh', '--no-stores'];
  const child = spawn(process.execPath, [path.join(root, 'platform/src/main.ts'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const http = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const healthy = await fetch(`${http}/healthz`).then((answer) => answer.ok, () => false);
    if (healthy) break;
    if (tries > 300 || child.exitCode !== null) throw new Error('the sandbox did not come up');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { http, httpsPort, stop: () => end(child) };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  child.kill('SIGTERM');
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function configFor(sandbox: Sandbox, folder: string): Promise<{ file: string; certificate: string }> {
  const credentials = (await (await fetch(`${sandbox.http}/sandbox/credentials`)).json()) as {
    merchants: { merchantPrivateKey: string; merchantPrivateKeyPkcs1: string }[];
  };
  const certificate = path.join(folder, 'localhost.pem');
  await writeFile(certificate, await (await fetch(`${sandbox.http}/sandbox/certificate.pem`)).text());
  const [merchant, other] = credentials.merchants;
  const config = {
    http: sandbox.http,
    https: sandbox.httpsPort === 443 ? 'https://localhost' : `https://localhost:${sandbox.httpsPort}`,
    merchant,
    otherPrivateKey: other!.merchantPrivateKey,
    otherPrivateKeyPkcs1: other!.merchantPrivateKeyPkcs1,
  };
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  return { file, certificate };
}

const suiteTimeoutMs = 120_000;

function runClient(start: { command: string; args: string[] }, config: { file: string; certificate: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(start.command, [...start.args, config.file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The sandbox's certificate is its own authority; clients that verify are told so.
      env: { ...process.env, SSL_CERT_FILE: config.certificate },
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => child.kill('SIGKILL'), suiteTimeoutMs);
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      clearTimeout(timer);
      if (status !== 0) output += `\nnot ok the client ended with ${signal ?? status}`;
      resolve(output);
    });
  });
}

async function runSuite(suite: Suite, sandbox: Sandbox, config: { file: string; certificate: string }): Promise<Outcome> {
  const missing = suite.tools.filter((tool) => !has(tool));
  if (missing.length > 0) return { passed: 0, failed: inCi ? 1 : 0, skipped: `${missing.join(' and ')} not found` };
  if (suite.name === 'Python' && sandbox.httpsPort !== 443) {
    return { passed: 0, failed: inCi ? 1 : 0, skipped: 'its SDK speaks only to port 443, which this user may not listen on' };
  }
  try {
    const start = await suite.prepare();
    if ('unavailable' in start) return { passed: 0, failed: 0, skipped: start.unavailable };
    const output = await runClient(start, config);
    const lines = output.split('\n');
    const failures = lines.filter((line) => line.startsWith('not ok '));
    const passed = lines.filter((line) => line.startsWith('ok ')).length;
    for (const line of failures) console.log(`  ${suite.name}: ${line}`);
    if (failures.length > 0 || passed === 0) console.log(lines.filter((line) => !/^(not )?ok /.test(line)).join('\n').slice(-3000));
    return { passed, failed: failures.length + (passed === 0 ? 1 : 0) };
  } catch (error) {
    console.log(`  ${suite.name}: ${(error as Error).message}`);
    return { passed: 0, failed: 1 };
  }
}

async function main(): Promise<number> {
  const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1]?.toLowerCase() : undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-conformance-'));
  await mkdir(build, { recursive: true });
  const sandbox = await startSandbox(path.join(folder, 'data'));
  const outcomes = new Map<string, Outcome>();
  try {
    const config = await configFor(sandbox, folder);
    for (const suite of suites) {
      if (only !== undefined && suite.name.toLowerCase() !== only) continue;
      console.log(`${suite.name} …`);
      outcomes.set(suite.name, await runSuite(suite, sandbox, config));
    }
    const audit = (await (await fetch(`${sandbox.http}/audit.json`)).json()) as { ok: boolean };
    outcomes.set('The books', { passed: audit.ok ? 1 : 0, failed: audit.ok ? 0 : 1 });
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
  console.log('');
  for (const [name, outcome] of outcomes) {
    const text = outcome.skipped === undefined ? `${outcome.passed} passed, ${outcome.failed} failed` : `skipped: ${outcome.skipped}`;
    console.log(`  ${name.padEnd(10)} ${text}`);
  }
  const sum = (of: (outcome: Outcome) => number) => [...outcomes.values()].reduce((all, outcome) => all + of(outcome), 0);
  const failed = sum((outcome) => outcome.failed);
  const skipped = [...outcomes.values()].filter((outcome) => outcome.skipped !== undefined).length;
  console.log(`\n${sum((outcome) => outcome.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
