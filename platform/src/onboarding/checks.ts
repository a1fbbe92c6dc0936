// What is looked at when a shop has applied, as rows with a result: the account's form, whose name it is in, whether the sites
// answer, and sanctions lists. What is unknown stays waiting and is asked again; what no machine can say waits for a person's word.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Timer } from '../system/index.ts';
import {
  type CheckRow,
  lockApplicationRow,
  readChecks,
  readDueChecks,
  readNextCheck,
  selectApplication,
  upsertCheckRow,
} from './application-store.ts';
import { factsOf } from './applications.ts';
import { type Facts, likenessOf, sameName } from './facts.ts';
import type { OnboardingParts } from './parts.ts';

const checksTimer = 'checks of applications';

export const checkNames = ['account-form', 'account-name', 'sites', 'sanctions'] as const;
export type CheckName = (typeof checkNames)[number];
type Outcome = Pick<CheckRow, 'result' | 'detail'>;

/** The first look at each: pure; what needs the network waits for the timer. */
export function firstOutcomes(facts: Facts, hasScreening: boolean): Readonly<Record<CheckName, Outcome>> {
  const { company = {}, account = {}, sites = [] } = facts;
  const likeness = likenessOf(company.legalName ?? '', account.holder ?? '');
  const bic = (account.bic ?? '').replace(/\s/g, '').toUpperCase();
  const country = bic === '' ? (account.number ?? '').trim().slice(0, 2).toUpperCase() : bic.slice(4, 6);
  return {
    'account-form':
      country === company.country
        ? { result: 'passed', detail: `its form is right, and the bank is in ${country}` }
        : {
            result: 'by-hand',
            detail: `its form is right, but the bank seems to be in ${country} and the company is in ${company.country}`,
          },
    'account-name':
      likeness >= sameName
        ? { result: 'passed', detail: `the holder's name is the company's (${likeness} of 100)` }
        : { result: 'by-hand', detail: `the holder's name is not the company's (${likeness} of 100)` },
    sites: { result: 'waiting', detail: `${sites.length} to be looked at` },
    sanctions: hasScreening
      ? { result: 'waiting', detail: 'is being asked' }
      : { result: 'by-hand', detail: 'not screened: no service is connected; look the names up and say so' },
  };
}

export async function beginChecks(
  { clock, screening }: OnboardingParts,
  tx: Transaction,
  of: { id: bigint; facts: Facts },
): Promise<void> {
  const at = clock.now();
  for (const [name, outcome] of Object.entries(firstOutcomes(of.facts, screening !== null))) {
    const next_at = outcome.result === 'waiting' ? at : null;
    await upsertCheckRow(tx, of.id, {
      name,
      ...outcome,
      attempts: 0,
      next_at,
      checked_at: at,
      said_by: null,
    });
  }
}

const mostAttempts = 8;
const minuteMs = 60_000;
const patienceMs = 10_000;

/** 1, 2, 4 … minutes, at most two hours; after the last attempt a person looks. */
export const pauseMs = (attempts: number): number => Math.min(2 ** (attempts - 1), 120) * minuteMs;

async function lookAt(parts: OnboardingParts, name: string, facts: Facts): Promise<Outcome | null> {
  if (name === 'sites') return sitesOutcome(parts, facts.sites ?? []);
  if (name === 'sanctions' && parts.screening !== null) return screenedOutcome(parts, facts);
  return { result: 'by-hand', detail: 'nothing looks at this: say so by hand' };
}

/** Null: unknown. Any answer of a web server counts, a refusal too: it is there. */
async function sitesOutcome(
  { outbound }: OnboardingParts,
  sites: readonly string[],
): Promise<Outcome | null> {
  for (const url of sites) {
    const answer = await outbound.get({ url, headers: {}, timeoutMs: patienceMs });
    if (answer.kind === 'answered' ? answer.status < 500 : answer.reason === 'too-large') continue;
    if (answer.kind === 'failed' && answer.reason === 'blocked')
      return { result: 'failed', detail: `${hostOf(url)} leads to no public address` };
    return null;
  }
  return { result: 'passed', detail: `${sites.length} answered` };
}
const hostOf = (url: string): string => URL.parse(url)?.host.slice(0, 200) ?? '';

async function screenedOutcome({ screening }: OnboardingParts, facts: Facts): Promise<Outcome | null> {
  const { company = {}, owners = [] } = facts;
  const names = [company.legalName ?? '', ...owners.map(({ name = '' }) => name)];
  const said = await screening!({ names, country: company.country ?? '' }).catch(() => null);
  if (said === null) return null;
  return said.isClear
    ? { result: 'passed', detail: `no name is on a list (${said.reference})` }
    : { result: 'by-hand', detail: `a name may be on a list: look at ${said.reference}` };
}

/** Looks at what waits and is due. */
export async function check(parts: OnboardingParts, id: bigint): Promise<void> {
  const { database, clock } = parts;
  const row = await selectApplication(database, id);
  if (row === undefined) return;
  const facts = factsOf(parts, row);
  for (const waiting of await readChecks(database, id)) {
    if (waiting.next_at === null || waiting.next_at > clock.now()) continue;
    const outcome = await lookAt(parts, waiting.name, facts);
    await database.transaction(async (tx) => {
      await lockApplicationRow(tx, id);
      const present = (await readChecks(tx, id)).find(({ name }) => name === waiting.name);
      // Somebody has said so meanwhile.
      if (present?.result === 'waiting') await upsertCheckRow(tx, id, after(present, outcome, clock.now()));
    });
  }
}

/** What a row becomes after an attempt; `outcome` null: it is unknown still. Pure. */
export function after(row: CheckRow, outcome: Outcome | null, at: Date): CheckRow {
  const attempts = row.attempts + 1;
  if (outcome !== null) return { ...row, ...outcome, attempts, next_at: null, checked_at: at };
  if (attempts >= mostAttempts)
    return {
      ...{ ...row, attempts, checked_at: at, next_at: null, result: 'by-hand' },
      detail: `no answer in ${attempts} attempts: look by hand and say so`,
    };
  const next_at = new Date(at.getTime() + pauseMs(attempts));
  return {
    ...row,
    attempts,
    checked_at: at,
    next_at,
    detail: `unknown after ${attempts}: it is asked again`,
  };
}

/** An operator's word for what no machine could say. Rejections: onboarding-refused. */
export async function sayCheck(
  { clock }: OnboardingParts,
  tx: Transaction,
  of: { id: bigint; name: CheckName; passed: boolean; reason: string; operator: string },
): Promise<void> {
  const row = await lockApplicationRow(tx, of.id);
  if (row?.status !== 'submitted')
    throw new Rejection('onboarding-refused', 'the application is not submitted');
  const found = (await readChecks(tx, of.id)).find(({ name }) => name === of.name);
  if (found === undefined || found.result === 'passed')
    throw new Rejection('onboarding-refused', 'this check has passed already, or there is none');
  await upsertCheckRow(tx, of.id, {
    ...{
      name: of.name,
      result: of.passed ? 'passed' : 'failed',
      detail: of.reason,
      attempts: found.attempts,
    },
    ...{ next_at: null, checked_at: clock.now(), said_by: of.operator },
  });
}

export const checkingTimer = (parts: OnboardingParts): Timer => ({
  name: checksTimer,
  nextDueAt: async () => readNextCheck(parts.database, await parts.isolation.held(checksTimer)),
  async run(now) {
    const except = await parts.isolation.held(checksTimer);
    return parts.isolation.each(checksTimer, await readDueChecks(parts.database, { by: now, except }), {
      key: (id) => id.toString(),
      work: (id) => check(parts, id),
    });
  },
});
