// `npm run conformance`: the official SDKs, newest releases, unmodified, against a sandbox that is started here.
// Each client prints a line a check (checks.ts); this program sees to it that none is left out, that the books still
// prove themselves afterwards, and that nothing keeps running.
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Credentials } from '@tongbao/protocol/sandbox';
import { freePort, type Sandbox, startSandbox } from '../start-sandbox.ts';
import { judge } from './checks.ts';
import { type Options, readOptions, usage } from './options.ts';
import { engineNames, type Outcome, prepareEngines, runPlugins } from './plugins/suite.ts';
import { runCommand } from './run-command.ts';
import { missingTools, type Prepared, type Suite, suites } from './suites.ts';

const inCi = process.env.CI === 'true';
const clientMs = 3 * 60_000;

/** Where the clients find their sandbox: a file with its addresses and keys, and its certificate. */
interface Surroundings {
  readonly config: string;
  readonly certificate: string;
  readonly httpsPort: string;
  /** Why the port is another than 443, when that was not asked for. */
  readonly why: string;
}

async function surroundingsOf(
  http: string,
  https: string,
  folder: string,
): Promise<Omit<Surroundings, 'why'>> {
  const get = async (at: string) => {
    const answer = await fetch(`${http}${at}`, { signal: AbortSignal.timeout(15_000) });
    if (!answer.ok)
      throw new Error(`${http}${at} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return answer;
  };
  const { merchants } = Credentials.parse(await (await get('/sandbox/credentials')).json());
  const [merchant, other] = merchants;
  if (merchant?.settlementCurrency !== 'KRW' || other === undefined)
    throw new Error('the first merchant must be the Korean mall, and there must be a second');
  const dollarMerchant = merchants.find(({ settlementCurrency }) => settlementCurrency === 'USD');
  const { now } = (await (await get('/sandbox/clock')).json()) as { now: string };
  const stranger = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const config = path.join(folder, 'config.json');
  const certificate = path.join(folder, 'certificate.pem');
  await writeFile(certificate, await (await get('/sandbox/certificate.pem')).text());
  const contents = {
    http,
    https,
    merchant,
    dollarMerchant,
    otherPrivateKey: other.merchantPrivateKey,
    otherPrivateKeyPkcs1: other.merchantPrivateKeyPkcs1,
    strangerPublicKey: stranger.publicKey.toString('base64'),
    // The published middle rate of the day on which a fresh world begins.
    midKrwPerCny: now.startsWith('2014-11-11T0') ? '176.71' : undefined,
  };
  await writeFile(config, JSON.stringify(contents), { mode: 0o600 });
  return { config, certificate, httpsPort: new URL(https).port || '443' };
}

async function runSuite(
  suite: Suite,
  around: Surroundings,
  how: { signal: AbortSignal; verbose: boolean },
): Promise<Outcome> {
  const outcome = { name: suite.name, passed: 0, failed: 0, skipped: 0 };
  const skip = (why: string, failure = inCi): Outcome => {
    console.log(`  ${failure ? 'not ok' : 'skipped'}: ${suite.name} (${why})`);
    return {
      ...outcome,
      about: `${failure ? 'not run' : 'skipped'}: ${why}`,
      failed: failure ? 1 : 0,
      skipped: failure ? 0 : 1,
    };
  };
  const tools = missingTools(suite);
  if (tools.length > 0) return skip(`${tools.join(' and ')} not found`);
  if (suite.needsPort443 && around.httpsPort !== '443') {
    return skip(
      `its SDK speaks only to port 443, and this sandbox listens on ${around.httpsPort}${around.why}`,
    );
  }
  try {
    const prepared = await suite.prepare(how.signal);
    // What a registry refuses no script of ours can install: said clearly, counted as skipped, also in CI.
    if ('missing' in prepared) return skip(prepared.missing, prepared.registry ? false : inCi);
    return { ...outcome, about: prepared.sdk, ...(await runClient(prepared, around, how)) };
  } catch (error) {
    const told = how.signal.aborted ? (how.signal.reason as Error).message : (error as Error).message;
    console.log(`  not ok: ${suite.name}: ${told}`);
    return { ...outcome, about: 'its client could not be prepared', failed: 1 };
  }
}

async function runClient(
  { sdk, client, checks }: Prepared,
  around: Surroundings,
  how: { signal: AbortSignal; verbose: boolean },
) {
  const env = { ...client.env, SSL_CERT_FILE: around.certificate };
  const ended = await runCommand(
    { ...client, args: [...client.args, around.config], env },
    { timeoutMs: clientMs, signal: how.signal },
  );
  const judged = judge(ended.output, checks);
  const failures = ended.ok ? judged.failures : [...judged.failures, `the client: ${ended.ending}`];
  console.log(`  ${sdk}: ${judged.passed} passed, ${failures.length} failed`);
  if (how.verbose) printIndented(ended.output.split('\n').filter((line) => line.startsWith('ok ')));
  printIndented(judged.leftOut.map((line) => `skip ${line}`));
  printIndented(failures.map((line) => `not ok ${line}`));
  if (failures.length > 0) printIndented(judged.rest.slice(-60));
  return { passed: judged.passed, failed: failures.length, skipped: judged.leftOut.length };
}

function printIndented(lines: readonly string[]): void {
  for (const line of lines) console.log(`    ${line}`);
}

/** What every suite together has done to the ledger must still prove itself. */
async function auditBooks(http: string, signal: AbortSignal): Promise<Outcome> {
  const answer = await fetch(`${http}/audit.json`, { signal });
  const audit = (await answer.json()) as {
    ok: boolean;
    proofs: { name: string; ok: boolean; detail: string }[];
  };
  const broken = audit.proofs.filter((proof) => !proof.ok);
  for (const proof of broken) console.log(`  not ok ${proof.name}: ${proof.detail}`);
  const failed = audit.ok ? 0 : Math.max(broken.length, 1);
  return {
    name: 'The books',
    about: 'every proof of /audit.json',
    passed: audit.proofs.length - broken.length,
    failed,
    skipped: 0,
  };
}

/** The official SDKs first, as they found the world; then the plugins, whose kit moves the sandbox's clock. */
async function runAll(options: Options, signal: AbortSignal, outcomes: Outcome[]): Promise<void> {
  const names = suites.map((suite) => suite.name.toLowerCase());
  const prepared = prepareEngines(options.running === null ? options.only : ['none'], signal);
  if (!options.broken && (options.only.length === 0 || options.only.some((name) => names.includes(name))))
    await runSdks(options, signal, outcomes);
  if (options.running !== null) {
    console.log('the plugins’ kit moves the clock: it is not run against a sandbox that is somebody else’s');
    return;
  }
  const { only, races, broken } = options;
  outcomes.push(...(await runPlugins({ only, races, broken, prepared, signal, sandbox: null })));
}

async function runSdks(options: Options, signal: AbortSignal, outcomes: Outcome[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-conformance-'));
  let sandbox: Sandbox | null = null;
  try {
    // The Python SDK always speaks to port 443, whatever its gateway's URL says.
    if (options.running === null)
      sandbox = await startSandbox({ httpsPort: (await freePort(443)) ?? undefined });
    const { http, https } = options.running ?? {
      http: sandbox!.http,
      https: `https://localhost:${sandbox!.httpsPort}`,
    };
    const why = sandbox === null ? '' : ': 443 was taken, or this user may not listen on it';
    const around = { ...(await surroundingsOf(http, new URL(https).origin, folder)), why };
    for (const suite of suites) {
      if (options.only.length > 0 && !options.only.includes(suite.name.toLowerCase())) continue;
      signal.throwIfAborted();
      console.log(`${suite.name} …`);
      outcomes.push(await runSuite(suite, around, { signal, verbose: options.verbose }));
    }
    signal.throwIfAborted();
    outcomes.push(await auditBooks(http, signal));
  } finally {
    await sandbox?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function summarize(outcomes: readonly Outcome[]): number {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  console.log('');
  for (const { name, about, passed, failed, skipped } of outcomes) {
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    console.log(`  ${name.padEnd(10)} ${counts.padEnd(34)} ${about}`);
  }
  const failed = sum((outcome) => outcome.failed);
  const skipped = sum((outcome) => outcome.skipped);
  console.log(
    `\n${sum((outcome) => outcome.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  return failed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2), [
      ...suites.map((suite) => suite.name.toLowerCase()),
      ...engineNames,
    ]);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const stopped = new AbortController();
  const stop = (why: string) => stopped.abort(new Error(why));
  const deadline = setTimeout(
    () => stop(`not finished within ${options.deadlineMs / 1000} s`),
    options.deadlineMs,
  );
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop(`stopped by ${name}`));
  const outcomes: Outcome[] = [];
  await mkdir(path.join(import.meta.dirname, '.build'), { recursive: true });
  try {
    await runAll(options, stopped.signal, outcomes);
  } catch (error) {
    console.log(`not ok: ${(error as Error).message}`);
    outcomes.push({ name: 'The run', about: 'it did not come to its end', passed: 0, failed: 1, skipped: 0 });
  } finally {
    clearTimeout(deadline);
  }
  return summarize(outcomes);
}

process.exitCode = await main();
