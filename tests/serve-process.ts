// `tongbao serve` as a test needs it: two HTTP processes over a database with one merchant, BENCH_0, and today's rates.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openPostingWorld } from '../bench/posting.ts';
import { ecbSource } from '../platform/src/fx/index.ts';
import { generateRsaKeys, machineClock } from '../platform/src/system/index.ts';
import type { TestDatabase } from '../platform/src/testing/index.ts';
import { testKeys } from '../platform/src/testing/keys.ts';
import { until } from '../platform/src/testing/until.ts';
import { eurofxref } from './eurofxref.ts';
import { freePort, main } from './start-sandbox.ts';

export interface Serving {
  readonly port: number;
  readonly child: ChildProcess;
  /** The merchant's, PKCS #8 in base64. */
  readonly privateKey: string;
}

/** `folder` is for its rates; what it prints is added to `log`. */
export async function startServe(
  { database }: TestDatabase,
  of: {
    folder: string;
    environment: NodeJS.ProcessEnv | ((port: number) => NodeJS.ProcessEnv);
    log: string[];
    port?: number;
  },
): Promise<Serving> {
  const rates = path.join(of.folder, 'rates.xml');
  await writeFile(rates, eurofxref(machineClock.now()));
  const { publicKey, privateKey } = await generateRsaKeys();
  const world = await openPostingWorld(database, {
    ...{ wallets: 0, merchants: 1, clock: machineClock, publicKey, notifyUrl: null },
    keys: testKeys,
    source: ecbSource(rates, () => Promise.reject(new Error('a file is enough'))),
  });
  await world.close();
  return { ...(await runServe({ ...of, rates })), privateKey };
}

/** `tongbao serve` over a database that is prepared; answers when it serves. */
export async function runServe(of: {
  rates: string;
  /** May be made from the port that is listened on. */
  environment: NodeJS.ProcessEnv | ((port: number) => NodeJS.ProcessEnv);
  log: string[];
  port?: number;
}): Promise<Pick<Serving, 'port' | 'child'>> {
  const port = of.port ?? (await freePort())!;
  const child = spawn(process.execPath, [main, 'serve', '--port', `${port}`, '--processes', '2'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...(typeof of.environment === 'function' ? of.environment(port) : of.environment),
      TONGBAO_ECB_RATES: of.rates,
    },
  });
  child.stdout.on('data', (chunk) => of.log.push(String(chunk)));
  child.stderr.on('data', (chunk) => of.log.push(String(chunk)));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`serve ended: ${of.log.join('')}`);
    return fetch(`http://127.0.0.1:${port}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return { port, child };
}
