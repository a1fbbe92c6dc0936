// What operators do with merchants: an act, its row in the trail and the room's verb in one transaction, whichever door they came by.
import { type Merchants, readPublicKey } from '../merchants/index.ts';
import type { AgreedTerms, Onboarding } from '../onboarding/index.ts';
import { Rejection } from '../rejection.ts';
import type { Member, Staff } from '../staff/index.ts';
import { instantOf } from '../system/index.ts';

export interface MerchantActParts {
  readonly staff: Staff;
  readonly merchants: Merchants;
  readonly onboarding: Onboarding;
}

interface OfMerchant {
  readonly clientId: string;
  readonly reason: string;
}

const hourMs = 3_600_000;

export async function merchantOf({ merchants }: Pick<MerchantActParts, 'merchants'>, clientId: string) {
  const access = await merchants.findByClientId(clientId);
  if (access === null)
    throw new Rejection('merchant-unknown', `there is no merchant ${clientId.slice(0, 64)}`);
  return access;
}

/** A day begins in the merchant's own zone. */
export const instantFrom = (text: string, timeZone: string): Date =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? instantOf(text, 0, timeZone) : new Date(text);

const longestDetail = 1_000;

/** Answers the proposal's id. Rejections: merchant-unknown, onboarding-refused, bank-account-invalid. */
export async function proposeContract(
  parts: MerchantActParts,
  member: Member,
  asked: OfMerchant & { readonly changes: Partial<AgreedTerms>; readonly from: string | null },
): Promise<bigint> {
  const { clientId, reason, changes, from } = asked;
  const { merchant, contract } = await merchantOf(parts, clientId);
  const effectiveFrom = from === null ? null : instantFrom(from, contract.timeZone);
  const what = Object.keys(changes).filter((field) => !/^account|^bank/.test(field));
  const detail = `from ${effectiveFrom?.toISOString() ?? 'its approval'} (${what.join(', ')}): ${reason}`;
  const act = { memberId: member.id, act: 'contract.propose', object: `merchant/${clientId}` };
  return parts.staff.act({ ...act, detail: detail.slice(0, longestDetail) }, (tx) =>
    parts.onboarding.proposeContract(tx, {
      ...{ subjectId: merchant.id, reason, operator: member.username },
      ...{ changes, effectiveFrom },
    }),
  );
}

/** At once. Rejections: merchant-unknown, onboarding-refused. */
export async function suspendMerchant(
  parts: MerchantActParts,
  member: Member,
  { clientId, reason, holdsPayouts }: OfMerchant & { readonly holdsPayouts: boolean },
): Promise<void> {
  const { merchant } = await merchantOf(parts, clientId);
  const detail = `${holdsPayouts ? 'payouts are held: ' : ''}${reason}`;
  const act = { memberId: member.id, act: 'merchant.suspend', object: `merchant/${clientId}`, detail };
  await parts.staff.act(act, (tx) => parts.onboarding.suspend(tx, { merchantId: merchant.id, holdsPayouts }));
}

/** Answers the proposal's id. Rejections: merchant-unknown, onboarding-refused. */
export async function proposeResume(
  parts: MerchantActParts,
  member: Member,
  { clientId, reason }: OfMerchant,
): Promise<bigint> {
  const { merchant } = await merchantOf(parts, clientId);
  const act = { memberId: member.id, act: 'merchant.resume-propose', object: `merchant/${clientId}` };
  return parts.staff.act({ ...act, detail: reason }, (tx) =>
    parts.onboarding.proposeResume(tx, { subjectId: merchant.id, reason, operator: member.username }),
  );
}

/** By another person than who proposed it. Rejections: onboarding-refused. */
export async function decideProposal(
  { staff, onboarding }: Pick<MerchantActParts, 'staff' | 'onboarding'>,
  member: Member,
  { id, approved, reason }: { id: bigint; approved: boolean; reason: string },
): Promise<void> {
  const act = approved ? 'proposal.approve' : 'proposal.refuse';
  await staff.act({ memberId: member.id, act, object: `proposal/${id}`, detail: reason }, (tx) =>
    onboarding.decide(tx, { id, operator: member.username, approved, reason }),
  );
}

/** Rejections: merchant-unknown, onboarding-refused with the exact reason why it is no key. */
export async function rotateMerchantKey(
  parts: MerchantActParts,
  member: Member,
  asked: OfMerchant & { readonly publicKey: string; readonly overlapHours: number },
): Promise<{ version: number; fingerprint: string }> {
  const { clientId, reason, overlapHours } = asked;
  const { merchant, keys } = await merchantOf(parts, clientId);
  const { spki: publicKey, bits, fingerprint } = readPublicKey(asked.publicKey);
  if (
    keys.some((key) => key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') === publicKey)
  )
    throw new Rejection('onboarding-refused', 'the merchant has this key already', { field: 'publicKey' });
  const detail = `${bits} bits, SHA-256 ${fingerprint}, overlap ${overlapHours} h: ${reason}`;
  const act = { memberId: member.id, act: 'merchant.rotate-key', object: `merchant/${clientId}`, detail };
  const version = await parts.staff.act(act, (tx) =>
    parts.merchants.rotateKeyIn(tx, merchant.id, { publicKey, graceMs: overlapHours * hourMs }),
  );
  return { version, fingerprint };
}
