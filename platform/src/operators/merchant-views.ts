// Merchants as operators are shown them, the same from the console and from the command line.
import { fingerprintOf, type MerchantAccess, type Merchants } from '../merchants/index.ts';
import {
  type Admission,
  type AgreedTerms,
  type Application,
  type ContractHistory,
  changesBetween,
  notLive,
  type Onboarding,
  type ProposalRow,
  type Readiness,
} from '../onboarding/index.ts';
import type { Settlement } from '../settlement/index.ts';

export interface MerchantViewParts {
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly onboarding: Onboarding;
}

const plain = (terms: AgreedTerms) => ({
  ...terms,
  paymentCurrencies: [...terms.paymentCurrencies],
  regions: [...terms.regions],
});

export async function merchantSummary(
  { settlement }: Pick<MerchantViewParts, 'settlement'>,
  { merchant, contract }: MerchantAccess,
) {
  const { clientId, partner, name, displayName, region, status } = merchant;
  const { isHeld: holdsPayouts } = await settlement.terms(merchant.id);
  const { settlementCurrency, liveFrom } = contract;
  return {
    ...{ clientId, partner, name, displayName, region, status, holdsPayouts, settlementCurrency },
    liveFrom: liveFrom >= notLive ? null : liveFrom.toISOString(),
  };
}

export async function merchantView(parts: MerchantViewParts, access: MerchantAccess) {
  const { id } = access.merchant;
  const history = await parts.onboarding.contractHistory(id);
  const waiting = await parts.onboarding.waiting(id);
  return {
    ...(await merchantSummary(parts, access)),
    keys: access.keys
      .map(({ version, status, retiresAt, publicKey }) => ({
        ...{ version, status, retiresAt: retiresAt?.toISOString() ?? null },
        bits: publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
        fingerprint: fingerprintOf(publicKey),
      }))
      .sort((a, b) => b.version - a.version),
    terms: plain(history.present),
    contractVersion: history.versions.find(({ state }) => state === 'in-effect')?.number ?? null,
    waiting: await Promise.all(waiting.map((row) => proposalView(parts, row))),
  };
}

type ProposalParts = Pick<MerchantViewParts, 'merchants' | 'onboarding'>;

export async function proposalView(parts: ProposalParts, row: ProposalRow) {
  return {
    ...{ id: row.id.toString(), kind: row.kind, ...(await subjectOf(parts, row)) },
    effectiveFrom: row.effective_from?.toISOString() ?? null,
    changes: await changesOf(parts, row),
    ...{ reason: row.reason, proposedBy: row.proposed_by, proposedAt: row.proposed_at.toISOString() },
  };
}

async function subjectOf({ merchants, onboarding }: ProposalParts, row: ProposalRow) {
  if (row.kind === 'admission') {
    const { facts } = await onboarding.applications.get(row.subject_id);
    return { clientId: null, name: facts.company?.displayName ?? '' };
  }
  const { merchant } = await merchants.get(row.subject_id);
  return { clientId: merchant.clientId, name: merchant.displayName };
}

async function changesOf({ onboarding }: ProposalParts, row: ProposalRow) {
  if (row.kind === 'admission') return allOf((row.content as Admission).terms);
  if (row.kind !== 'contract') return [];
  const { present } = await onboarding.contractHistory(row.subject_id);
  return changesBetween(present, row.content as AgreedTerms);
}

/** Of a first contract everything is new. */
const allOf = (terms: AgreedTerms) =>
  Object.entries(terms).map(([field, value]) => ({
    ...{ field, from: '', to: Array.isArray(value) ? value.join(', ') : String(value ?? '') },
  }));

export const applicationSummary = (application: Application) => ({
  id: application.id.toString(),
  status: application.status,
  name: application.facts.company?.displayName ?? '',
  legalName: application.facts.company?.legalName ?? '',
  country: application.facts.company?.country ?? '',
  submittedAt: application.submittedAt?.toISOString() ?? null,
  openChecks: application.checks.filter(({ result }) => result !== 'passed').map(({ name }) => name),
  broughtBy: application.broughtBy,
});

export async function applicationView({ merchants, onboarding }: ProposalParts, application: Application) {
  const { merchantId, id, facts, message } = application;
  const waiting = (await onboarding.waiting(id)).filter(({ kind }) => kind === 'admission');
  const readiness = merchantId === null ? null : await onboarding.readiness(merchantId);
  return {
    ...applicationSummary(application),
    ...{ facts: JSON.parse(JSON.stringify(facts)) as object, message },
    documents: application.documents.map((document) => ({ ...document, id: document.id.toString() })),
    checks: application.checks.map((check) => ({
      ...{ name: check.name, result: check.result, detail: check.detail, saidBy: check.said_by },
      checkedAt: check.checked_at.toISOString(),
    })),
    waiting: await Promise.all(waiting.map((row) => proposalView({ merchants, onboarding }, row))),
    clientId: merchantId === null ? null : (await merchants.get(merchantId)).merchant.clientId,
    keyVersions: readiness?.keyVersions ?? 0,
    testCall: testCallView(readiness),
    liveFrom: readiness?.liveFrom?.toISOString() ?? null,
  };
}

const testCallView = (readiness: Readiness | null) => ({
  passedAt: readiness?.testCall?.passed_at?.toISOString() ?? null,
  failedAt: readiness?.testCall?.failed_at?.toISOString() ?? null,
  finding: readiness?.testCall?.finding ?? '',
});

export const contractVersionViews = ({ versions }: ContractHistory) =>
  versions.map((version, index) => {
    const former = versions[index + 1];
    return {
      ...{ number: version.number, state: version.state, terms: plain(version.terms) },
      effectiveFrom: version.effectiveFrom.toISOString(),
      cameAt: version.cameAt?.toISOString() ?? null,
      agreedAt: version.agreedAt.toISOString(),
      proposedBy: version.agreement?.proposedBy ?? null,
      approvedBy: version.agreement?.approvedBy ?? null,
      reason: version.agreement?.reason ?? null,
      changes: former === undefined ? [] : changesBetween(former.terms, version.terms),
    };
  });

export const presentView = ({ present }: ContractHistory) => plain(present);
