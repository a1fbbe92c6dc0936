// An applicant becomes a merchant: one person proposes a contract, another one approves it, and with the same commit the merchant is
// there, without a key and not live. Then its key, its first signed call, and the date from which shoppers can pay it.
import type { Transaction } from '../database/index.ts';
import { readPublicKey } from '../merchants/index.ts';
import { Rejection } from '../rejection.ts';
import { electronicForm } from '../settlement/index.ts';
import {
  forgetTestCalls,
  keepTestCall,
  lockApplicationRow,
  readChecks,
  selectByMerchant,
  selectTestCall,
  type TestCallRow,
  updateApplicationRow,
} from './application-store.ts';
import { factsOf } from './applications.ts';
import { assertTerms, keepFirst } from './contracts.ts';
import type { Facts } from './facts.ts';
import type { OnboardingParts } from './parts.ts';
import { type NewProposal, propose } from './proposals.ts';
import type { ProposalRow } from './store.ts';
import { type AgreedTerms, contractOf, notLive, settlementOf } from './terms.ts';

export interface Admission {
  readonly clientId: string;
  readonly partner: string;
  readonly terms: AgreedTerms;
}

/** What is agreed where an operator says nothing else; the bank account and currencies are the applicant's own. */
export function usualTerms(facts: Facts, of: { calendar: string; timeZone: string }): AgreedTerms {
  const { account = {}, settlementCurrency = '' } = facts;
  return {
    ...{ settlementCurrency, paymentCurrencies: [...(facts.paymentCurrencies ?? [])] },
    ...{ rateRule: 'locked-at-payment', feeBps: 200, spreadBps: 50, settlementSpreadBps: 0 },
    ...{ returnsFee: false, queuesRefunds: false, refundWindowDays: 365, quoteLifeSeconds: 3_600 },
    ...{ regions: ['CN'], minAmount: '1', maxAmount: '5000000', debtLimit: '0', ...of },
    ...{ cycleDays: 1, cutOffMinute: 1_440, payMinute: 600, minPayout: '1', fixedFee: '0', refundFee: '0' },
    ...{ taxBps: 0, reserveBps: 0, reserveDays: 0, accountName: account.holder ?? '' },
    accountNumber: electronicForm(account.number ?? ''),
    bankBic: electronicForm(account.bic ?? ''),
    notifyUrl: facts.notifyUrl === undefined || facts.notifyUrl === '' ? null : facts.notifyUrl,
  };
}

/** Answers the proposal's id. Rejections: onboarding-refused, bank-account-invalid. */
export async function proposeAdmission(
  parts: OnboardingParts,
  tx: Transaction,
  asked: Pick<NewProposal, 'reason' | 'operator'> & {
    readonly applicationId: bigint;
    readonly terms: Partial<AgreedTerms> & Pick<AgreedTerms, 'calendar' | 'timeZone'>;
  },
): Promise<bigint> {
  const { applicationId, reason, operator } = asked;
  const row = await lockApplicationRow(tx, applicationId);
  if (row?.status !== 'submitted') throw refused(`the application is ${row?.status ?? 'not there'}`);
  const open = (await readChecks(tx, applicationId)).filter(({ result }) => result !== 'passed');
  if (open.length > 0)
    throw refused(
      `not everything is checked: ${open.map(({ name, result }) => `${name} (${result})`).join(', ')}`,
    );
  const facts = factsOf(parts, row);
  const terms = { ...usualTerms(facts, asked.terms), ...asked.terms };
  assertTerms(parts, terms);
  const number = parts.randomness.bytes(8).readBigUInt64BE();
  const content: Admission = {
    clientId: `TB_${facts.company!.country}_${parts.randomness.bytes(6).toString('hex').toUpperCase()}`,
    partner: `2088${(number % 10n ** 12n).toString().padStart(12, '0')}`,
    terms,
  };
  const about = { kind: 'admission', subjectId: applicationId, effectiveFrom: null } as const;
  return propose(parts, tx, { ...about, reason, operator, content });
}

/** The merchant, its accounts, its contract's first version, its terms of settlement. */
export async function admit(parts: OnboardingParts, tx: Transaction, proposal: ProposalRow): Promise<void> {
  const { merchants, settlement, ids, clock, randomness } = parts;
  const { clientId, partner, terms } = proposal.content as Admission;
  const row = await lockApplicationRow(tx, proposal.subject_id);
  if (row?.status !== 'submitted')
    throw refused(`the application is ${row?.status ?? 'not there'} meanwhile`);
  const { company } = factsOf(parts, row);
  const merchantId = await ids.one();
  const { notifyUrl, ...contract } = contractOf(terms);
  await merchants.signUpIn(tx, merchantId, {
    ...{ clientId, partner, notifyUrl, publicKey: null, classicSignTypes: ['RSA', 'RSA2'] },
    ...{ name: company!.legalName!, displayName: company!.displayName!, region: company!.country! },
    classicMd5Key: randomness.bytes(16).toString('hex'),
    contract: { ...contract, rateRule: terms.rateRule, liveFrom: notLive },
  });
  await settlement.changeTermsIn(tx, merchantId, { ...settlementOf(terms), contractVersion: 1 });
  await keepFirst(parts, tx, { merchantId, terms, proposalId: proposal.id, from: clock.now() });
  await updateApplicationRow(tx, {
    ...row,
    status: 'approved',
    merchant_id: merchantId,
    changed_at: clock.now(),
  });
}

export interface Readiness {
  readonly keyVersions: number;
  readonly testCall: TestCallRow | null;
  readonly liveFrom: Date | null;
}

export async function readinessOf(parts: OnboardingParts, merchantId: bigint): Promise<Readiness> {
  const { keys, contract } = await parts.merchants.get(merchantId);
  return {
    keyVersions: keys.length,
    testCall: (await selectTestCall(parts.database, merchantId)) ?? null,
    liveFrom: contract.liveFrom >= notLive ? null : contract.liveFrom,
  };
}

/** Sets the day. Rejections: onboarding-refused for a day in the past, without a key, or without a right signed call. */
export async function goLive(
  parts: OnboardingParts,
  tx: Transaction,
  { merchantId, from }: { merchantId: bigint; from: Date | null },
): Promise<void> {
  const now = parts.clock.now();
  if (from !== null && from < now) throw refused(`${from.toISOString()} is in the past`);
  const { keyVersions, testCall, liveFrom } = await readinessOf(parts, merchantId);
  if (liveFrom !== null && liveFrom <= now) throw refused(`it is live since ${liveFrom.toISOString()}`);
  if (keyVersions === 0) throw refused('it has sent no public key yet');
  if ((testCall?.passed_at ?? null) === null) throw refused('it has made no right signed call yet');
  await parts.merchants.setLiveFrom(tx, merchantId, from ?? now);
}

/** By the applicant's link: its first key, or another one until it is live. Rejections: onboarding-refused. */
export async function keyByApplicant(
  parts: OnboardingParts,
  of: { merchantId: bigint; text: string },
): Promise<{ version: number; fingerprint: string }> {
  const { merchantId } = of;
  const read = readPublicKey(of.text);
  const { keyVersions, liveFrom } = await readinessOf(parts, merchantId);
  if (liveFrom !== null)
    throw refused('a day is set from which it is live: its people send the next key in the console');
  if (keyVersions >= mostFirstKeys) throw refused('so many keys were sent: talk to us');
  const version = await parts.database.transaction(async (tx) => {
    const row = await selectByMerchant(tx, merchantId);
    await lockApplicationRow(tx, row!.id);
    await forgetTestCalls(tx, merchantId);
    return parts.merchants.rotateKeyIn(tx, merchantId, { publicKey: read.spki, graceMs: 0 });
  });
  return { version, fingerprint: read.fingerprint };
}
const mostFirstKeys = 20;

/** A signed call of a merchant that is not live: right, or what the doctor says. Never throws. */
export async function noteCall(
  { database, clock, onFailed }: OnboardingParts,
  call: { merchantId: bigint; finding: string | null },
): Promise<void> {
  await keepTestCall(database, { ...call, at: clock.now() }).catch((error: unknown) => onFailed(error));
}

const refused = (message: string) => new Rejection('onboarding-refused', message);
