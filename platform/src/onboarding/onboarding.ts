// The door of the room, put together: how merchants come in, what is agreed with them over time, how they pause and leave.
import type { Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Timer } from '../system/index.ts';
import {
  admit,
  goLive,
  keyByApplicant,
  noteCall,
  proposeAdmission,
  type Readiness,
  readinessOf,
} from './admission.ts';
import { type Applications, createApplications } from './applications.ts';
import { check, checkingTimer, sayCheck } from './checks.ts';
import {
  agreeContract,
  type ContractHistory,
  contractTimer,
  historyOf,
  proposeContract,
} from './contracts.ts';
import type { OnboardingParts } from './parts.ts';
import { type Decision, decide, type NewProposal, propose } from './proposals.ts';
import { type ProposalRow, readProposalsOf, readWaitingProposals } from './store.ts';
import type { AgreedTerms } from './terms.ts';

type Asked = Pick<NewProposal, 'subjectId' | 'reason' | 'operator'>;

export interface Onboarding {
  contractHistory(merchantId: bigint): Promise<ContractHistory>;
  /**
   * Proposes another version: the fields that change. Answers the proposal's id. Rejections: onboarding-refused with what
   * is wrong field by field, a date in the past among it; bank-account-invalid.
   */
  proposeContract(
    tx: Transaction,
    asked: Asked & { readonly changes: Partial<AgreedTerms>; readonly effectiveFrom: Date | null },
  ): Promise<bigint>;
  /**
   * Suspends at once: whoever confirms a payment afterwards, in any process, is refused. Refunds and questions go on;
   * payouts go on unless they are held. Rejections: onboarding-refused where it is suspended already.
   */
  suspend(
    tx: Transaction,
    asked: { readonly merchantId: bigint; readonly holdsPayouts: boolean },
  ): Promise<void>;
  /** Proposes that a suspended merchant takes money again, and that held payouts leave. Rejections: onboarding-refused. */
  proposeResume(tx: Transaction, asked: Asked): Promise<bigint>;
  /** Another person decides, and what is approved happens. Answers the proposal. Rejections: onboarding-refused. */
  decide(tx: Transaction, decision: Decision): Promise<ProposalRow>;
  /** What waits for a second person; of one merchant where it is named. At most 500. */
  waiting(subjectId?: bigint): Promise<ProposalRow[]>;
  /** What was proposed about a merchant, the newest first; at most 200. */
  proposalsOf(subjectId: bigint): Promise<ProposalRow[]>;
  readonly applications: Applications;
  /** Looks now at what waits for an answer, instead of leaving it to the timer. */
  checkNow(applicationId: bigint): Promise<void>;
  /** An operator's word for a check that no machine could decide. Rejections: onboarding-refused. */
  sayCheck(tx: Transaction, of: Parameters<typeof sayCheck>[2]): Promise<void>;
  /** Proposes that an applicant becomes a merchant under these terms. Rejections: onboarding-refused, bank-account-invalid. */
  proposeAdmission(tx: Transaction, asked: Parameters<typeof proposeAdmission>[2]): Promise<bigint>;
  /** Rejections: onboarding-refused with what is wrong with the key. */
  keyByApplicant(of: { merchantId: bigint; text: string }): Promise<{ version: number; fingerprint: string }>;
  /** How far a merchant is on its way to its first payment. */
  readiness(merchantId: bigint): Promise<Readiness>;
  /** From a day to come, or (null) from now. Rejections: onboarding-refused. */
  goLive(tx: Transaction, of: { merchantId: bigint; from: Date | null }): Promise<void>;
  /** A signed call of a merchant that is not live; `finding` null: it was right. Never throws. */
  noteCall(call: { merchantId: bigint; finding: string | null }): Promise<void>;
  readonly timers: readonly Timer[];
}

export function createOnboarding(parts: OnboardingParts): Onboarding {
  const { database, merchants, settlement } = parts;
  const at = { effectiveFrom: null };
  return {
    contractHistory: (merchantId) => historyOf(parts, database, merchantId),
    proposeContract: (tx, asked) => proposeContract(parts, tx, asked),
    async suspend(tx, { merchantId, holdsPayouts }) {
      const suspended = await merchants.suspendedAmong(tx, [merchantId]);
      const { isHeld } = await settlement.terms(merchantId);
      if (suspended.has(merchantId) && (isHeld || !holdsPayouts))
        throw new Rejection('onboarding-refused', 'it is suspended already');
      await merchants.setStatusIn(tx, merchantId, 'suspended');
      if (holdsPayouts) await settlement.changeTermsIn(tx, merchantId, { isHeld: true });
    },
    async proposeResume(tx, asked) {
      if (!(await merchants.suspendedAmong(tx, [asked.subjectId])).has(asked.subjectId))
        throw new Rejection('onboarding-refused', 'it is not suspended');
      return propose(parts, tx, { ...asked, ...at, kind: 'resume', content: {} });
    },
    async decide(tx, decision) {
      const proposal = await decide(parts, tx, decision);
      if (decision.approved) await carryOut(parts, tx, proposal);
      return proposal;
    },
    waiting: (subjectId) => readWaitingProposals(database, subjectId ?? null),
    proposalsOf: (subjectId) => readProposalsOf(database, subjectId),
    ...comingIn(parts),
  };
}

function comingIn(
  parts: OnboardingParts,
): Pick<
  Onboarding,
  | 'applications'
  | 'checkNow'
  | 'sayCheck'
  | 'proposeAdmission'
  | 'keyByApplicant'
  | 'readiness'
  | 'goLive'
  | 'noteCall'
  | 'timers'
> {
  const applications = createApplications(parts);
  return {
    applications,
    checkNow: (id) => check(parts, id),
    sayCheck: (tx, of) => sayCheck(parts, tx, of),
    proposeAdmission: (tx, asked) => proposeAdmission(parts, tx, asked),
    keyByApplicant: (of) => keyByApplicant(parts, of),
    readiness: (merchantId) => readinessOf(parts, merchantId),
    goLive: (tx, of) => goLive(parts, tx, of),
    noteCall: (call) => noteCall(parts, call),
    timers: [contractTimer(parts), checkingTimer(parts), applications.expiry],
  };
}

async function carryOut(parts: OnboardingParts, tx: Transaction, proposal: ProposalRow): Promise<void> {
  const { subject_id: merchantId } = proposal;
  switch (proposal.kind) {
    case 'contract':
      return agreeContract(parts, tx, proposal);
    case 'admission':
      return admit(parts, tx, proposal);
    case 'resume':
      await parts.merchants.setStatusIn(tx, merchantId, 'active');
      await parts.settlement.changeTermsIn(tx, merchantId, { isHeld: false });
      return;
    default:
      throw new Rejection('onboarding-refused', `nothing is known of a ${proposal.kind}`);
  }
}
