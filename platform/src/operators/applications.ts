// What operators do with shops that apply: look, say what no machine can, ask for more, turn down, propose the contract, set the
// day. Each act and its row in the trail are one transaction.
import type { Admission, AgreedTerms, CheckName, Facts } from '../onboarding/index.ts';
import type { Member } from '../staff/index.ts';
import { instantFrom, type MerchantActParts, merchantOf } from './merchants.ts';

interface OfApplication {
  readonly id: bigint;
  readonly reason: string;
}
const objectOf = (id: bigint): string => `application/${id}`;

/** Brings a shop in as if it had applied. Rejections: onboarding-refused with what is missing. */
export function bringApplication(
  { staff, onboarding }: MerchantActParts,
  member: Member,
  of: { facts: Facts; documents: readonly { name: string; bytes: Uint8Array }[] },
): Promise<{ id: bigint; token: string }> {
  const detail = of.facts.company?.displayName ?? '';
  const act = { memberId: member.id, act: 'application.bring', object: 'application', detail };
  return staff.act(act, (tx) => onboarding.applications.bring(tx, { ...of, operator: member.username }));
}

/** Rejections: onboarding-refused. */
export async function sayCheck(
  { staff, onboarding }: MerchantActParts,
  member: Member,
  { id, reason, name, passed }: OfApplication & { readonly name: CheckName; readonly passed: boolean },
): Promise<void> {
  const detail = `${name} ${passed ? 'passed' : 'failed'}: ${reason}`;
  await staff.act({ memberId: member.id, act: 'application.check', object: objectOf(id), detail }, (tx) =>
    onboarding.sayCheck(tx, { id, name, passed, reason, operator: member.username }),
  );
}

/** The reason is what the applicant reads. Rejections: onboarding-refused. */
export async function answerApplication(
  { staff, onboarding }: MerchantActParts,
  member: Member,
  { id, reason, answer }: OfApplication & { readonly answer: 'ask-for-more' | 'reject' },
): Promise<void> {
  const act = { memberId: member.id, act: `application.${answer}`, object: objectOf(id), detail: reason };
  const { applications } = onboarding;
  await staff.act(act, (tx) =>
    applications[answer === 'reject' ? 'reject' : 'askForMore'](tx, { id, message: reason }),
  );
}

/** Answers the proposal's id. Rejections: onboarding-refused, bank-account-invalid. */
export function proposeAdmission(
  { staff, onboarding }: MerchantActParts,
  member: Member,
  asked: OfApplication & {
    readonly terms: Partial<AgreedTerms> & Pick<Admission['terms'], 'calendar' | 'timeZone'>;
  },
): Promise<bigint> {
  const { id: applicationId, reason, terms } = asked;
  const act = {
    memberId: member.id,
    act: 'application.propose',
    object: objectOf(applicationId),
    detail: reason,
  };
  return staff.act(act, (tx) =>
    onboarding.proposeAdmission(tx, { applicationId, reason, operator: member.username, terms }),
  );
}

/** From a day to come, or from now. Rejections: merchant-unknown, onboarding-refused. */
export async function goLive(
  parts: MerchantActParts,
  member: Member,
  { clientId, reason, from }: { clientId: string; reason: string; from: string | null },
): Promise<void> {
  const { merchant, contract } = await merchantOf(parts, clientId);
  const at = from === null ? null : instantFrom(from, contract.timeZone);
  const detail = `from ${at?.toISOString() ?? 'now'}: ${reason}`;
  const act = { memberId: member.id, act: 'merchant.live', object: `merchant/${clientId}`, detail };
  await parts.staff.act(act, (tx) => parts.onboarding.goLive(tx, { merchantId: merchant.id, from: at }));
}
