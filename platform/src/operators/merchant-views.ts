// Merchants as operators are shown them, the same from the console and from the command line.
import { fingerprintOf, type MerchantAccess, type Merchants } from '../merchants/index.ts';
import {
  type AgreedTerms,
  type ContractHistory,
  changesBetween,
  notLive,
  type Onboarding,
  type ProposalRow,
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

export async function proposalView(
  { merchants, onboarding }: Pick<MerchantViewParts, 'merchants' | 'onboarding'>,
  row: ProposalRow,
) {
  const { merchant } = await merchants.get(row.subject_id);
  const isContract = row.kind === 'contract';
  const present = isContract ? (await onboarding.contractHistory(row.subject_id)).present : null;
  return {
    ...{ id: row.id.toString(), kind: row.kind, clientId: merchant.clientId, name: merchant.displayName },
    effectiveFrom: row.effective_from?.toISOString() ?? null,
    changes: present === null ? [] : changesBetween(present, row.content as AgreedTerms),
    ...{ reason: row.reason, proposedBy: row.proposed_by, proposedAt: row.proposed_at.toISOString() },
  };
}

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
