// Runs the checks: each by itself and for a bounded time, so that one that fails or hangs hides no other.
import { isAlive } from '../database/index.ts';
import { checkBank } from './bank.ts';
import { checkRegistry, checkSwitch } from './cards.ts';
import { checkClocks } from './clocks.ts';
import { checkDisk } from './disk.ts';
import { type Check, type Finding, fail, type Patient } from './finding.ts';
import { checkKeys } from './keys.ts';
import { checkLimits } from './limits.ts';
import { checkMail } from './mail.ts';
import { checkPostgres } from './postgres.ts';
import { checkProxy } from './proxy.ts';
import { checkRates } from './rates.ts';
import { checkRoles } from './roles.ts';
import { checkSchema } from './schema.ts';
import { checkSettings } from './settings.ts';
import { checkSms } from './sms.ts';
import { checkWork } from './work.ts';

/** In the order that they are shown in. A new one is a file of its own, and a line here. */
export const checks: readonly Check[] = [
  checkSettings,
  checkPostgres,
  checkRoles,
  checkSchema,
  checkLimits,
  checkClocks,
  checkProxy,
  checkKeys,
  checkSms,
  checkMail,
  checkBank,
  checkRegistry,
  checkSwitch,
  checkRates,
  checkWork,
  checkDisk,
];

const patienceMs = 20_000;

/** Looks at everything. Never throws: what cannot be looked at is a finding. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const mine = checks.filter(
    ({ alsoSandbox }) => patient.config.mode === 'production' || alsoSandbox === true,
  );
  const reached = await reach(patient);
  const found = await Promise.all(
    mine
      .filter(({ needsDatabase }) => reached.verdict === 'ok' || !needsDatabase)
      .map((check) => runOne(check, patient)),
  );
  return [reached, ...found.flat()];
}

const unreachable = 'is PostgreSQL running, and DATABASE_URL right (host, port, name, role, password)?';

async function reach({ database }: Patient): Promise<Finding> {
  const check = 'database.reached';
  const alive = within(isAlive(database)).then(
    (): Finding => ({ check, verdict: 'ok', found: 'it answers', todo: null }),
    (error: Error) => fail(check, error.message, unreachable),
  );
  return alive;
}

async function runOne(check: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await within(check.run(patient));
  } catch (error) {
    return [fail(check.name, (error as Error).message, 'this could not be looked at; the words say why')];
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1_000} s`)), patienceMs);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** The worst of them. */
export const verdictOf = (findings: readonly Finding[]): Finding['verdict'] =>
  (['fail', 'warn'] as const).find((verdict) => findings.some((each) => each.verdict === verdict)) ?? 'ok';
