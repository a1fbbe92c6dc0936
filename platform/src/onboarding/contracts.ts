// A contract's versions on their way: proposed by one person, agreed by another, in effect from a date that is kept to the second.
import type { Connection, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { electronicForm, publishedYears } from '../settlement/index.ts';
import type { Timer } from '../system/index.ts';
import type { OnboardingParts } from './parts.ts';
import { type NewProposal, propose } from './proposals.ts';
import {
  insertEffectRow,
  insertVersionRow,
  type ProposalRow,
  readDueMerchants,
  readNextVersion,
  readVersions,
} from './store.ts';
import {
  type AgreedTerms,
  assertNoFaults,
  changesBetween,
  contractOf,
  faultsOf,
  settlementOf,
  termsAsTheyStand,
} from './terms.ts';
import { dateFaults, stateOf, type Version, versionDue } from './versions.ts';

/** The timer's name, on the list of what waits for a person too. */
export const contractsTimer = 'contracts taking effect';

export interface ContractHistory {
  /** What counts now, whoever agreed it and when. */
  readonly present: AgreedTerms;
  /** The newest first; empty while nothing has been changed since the merchant came in. */
  readonly versions: readonly (Version & { readonly state: ReturnType<typeof stateOf> })[];
}

export async function presentTerms(
  { merchants, settlement }: OnboardingParts,
  merchantId: bigint,
): Promise<AgreedTerms> {
  const { contract, merchant } = await merchants.get(merchantId);
  const settled = await settlement.terms(merchantId);
  return termsAsTheyStand({ ...contract, notifyUrl: merchant.notifyUrl }, settled);
}

export async function historyOf(
  parts: OnboardingParts,
  connection: Connection,
  merchantId: bigint,
): Promise<ContractHistory> {
  const versions = await readVersions(connection, merchantId);
  return {
    present: await presentTerms(parts, merchantId),
    versions: versions.map((version) => ({ ...version, state: stateOf(version, versions) })),
  };
}

/** Answers the proposal's id. Rejections: onboarding-refused with each field that is wrong, bank-account-invalid. */
export async function proposeContract(
  parts: OnboardingParts,
  tx: Transaction,
  asked: Omit<NewProposal, 'kind' | 'content'> & { readonly changes: Partial<AgreedTerms> },
): Promise<bigint> {
  const { changes, ...about } = asked;
  const present = await presentTerms(parts, asked.subjectId);
  const terms = written({ ...present, ...changes });
  if (terms.settlementCurrency !== present.settlementCurrency)
    throw refused(
      `it is paid in ${present.settlementCurrency}, and stays so: for ${terms.settlementCurrency} it applies as another merchant`,
      'settlementCurrency',
    );
  assertTerms(parts, terms, dateFaults(asked.effectiveFrom, parts.clock.now()));
  if (changesBetween(present, terms).length === 0)
    throw refused('it is what counts already: nothing would change', 'changes');
  return propose(parts, tx, { ...about, kind: 'contract', content: terms });
}

/** As banks take the account's number, whatever spaces it was typed with. */
const written = (terms: AgreedTerms): AgreedTerms => ({
  ...terms,
  accountNumber: electronicForm(terms.accountNumber),
  bankBic: electronicForm(terms.bankBic),
});

/** Throws what is wrong with terms: ours, the calendar's, the bank account's. */
export function assertTerms(
  { settlement, mayNotify }: OnboardingParts,
  terms: AgreedTerms,
  more: ReturnType<typeof faultsOf> = [],
): void {
  const faults = [...faultsOf(terms), ...more];
  const calendars = publishedYears().map(({ calendar }) => calendar);
  if (!calendars.includes(terms.calendar)) {
    const message = `there is no calendar ${terms.calendar}; there are ${calendars.sort().join(', ')}`;
    faults.push({ field: 'calendar', message });
  }
  if (terms.notifyUrl !== null && !mayNotify(terms.notifyUrl))
    faults.push({ field: 'notifyUrl', message: 'is no address that may be notified' });
  assertNoFaults(faults);
  settlement.assertTerms({
    ...settlementOf(terms),
    ...{ currency: terms.settlementCurrency, accountAddress: null, contractVersion: 0, isHeld: false },
  });
}

/** An approved proposal becomes a version; one that is due counts with the same commit. */
export async function agreeContract(
  parts: OnboardingParts,
  tx: Transaction,
  proposal: ProposalRow,
): Promise<void> {
  const { subject_id: merchantId, id: proposalId } = proposal;
  const terms = proposal.content as AgreedTerms;
  const now = parts.clock.now();
  if ((await readVersions(tx, merchantId)).length === 0)
    await keepFirst(parts, tx, await asFound(parts, merchantId));
  const effectiveFrom = proposal.effective_from ?? now;
  await insertVersionRow(tx, { merchantId, proposalId, terms, effectiveFrom, agreedAt: now });
  await takeEffect(parts, tx, merchantId);
}

interface First {
  readonly merchantId: bigint;
  readonly terms: AgreedTerms;
  /** 0: nobody has proposed it here. */
  readonly proposalId: bigint;
  readonly from: Date;
}

/** What stood before the first change, so that the history is whole. */
async function asFound(parts: OnboardingParts, merchantId: bigint): Promise<First> {
  const { liveFrom } = (await parts.merchants.get(merchantId)).contract;
  const now = parts.clock.now();
  const from = new Date(Math.min(liveFrom.getTime(), now.getTime()));
  return { merchantId, terms: await presentTerms(parts, merchantId), proposalId: 0n, from };
}

/** The first version, which counts already. */
export async function keepFirst(
  { clock }: OnboardingParts,
  tx: Transaction,
  { from, ...first }: First,
): Promise<void> {
  const row = { ...first, effectiveFrom: from, agreedAt: clock.now() };
  const { merchantId } = first;
  await insertEffectRow(tx, { merchantId, number: await insertVersionRow(tx, row), at: from });
}

/** Lets the version count whose date has come, if there is one. */
async function takeEffect(parts: OnboardingParts, tx: Transaction, merchantId: bigint): Promise<void> {
  const at = parts.clock.now();
  const due = versionDue(await readVersions(tx, merchantId), at);
  if (due === null || !(await insertEffectRow(tx, { merchantId, number: due.number, at }))) return;
  await parts.merchants.agree(tx, merchantId, contractOf(due.terms));
  const settled = { ...settlementOf(due.terms), contractVersion: due.number };
  await parts.settlement.changeTermsIn(tx, merchantId, settled);
}

export const contractTimer = (parts: OnboardingParts): Timer => ({
  name: contractsTimer,
  nextDueAt: async () => readNextVersion(parts.database, await parts.isolation.held(contractsTimer)),
  async run(now) {
    const except = await parts.isolation.held(contractsTimer);
    return parts.isolation.each(contractsTimer, await readDueMerchants(parts.database, { by: now, except }), {
      key: (merchantId) => merchantId.toString(),
      work: (merchantId) => parts.database.transaction((tx) => takeEffect(parts, tx, merchantId)),
    });
  },
});

const refused = (message: string, field: string) => new Rejection('onboarding-refused', message, { field });
