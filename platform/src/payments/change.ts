// The frame of every verb that changes existing payments: lock them, read what the decision needs, hand out ids.
// What such a verb adds is one pure function.
import type { Transaction, Verb } from '../database/index.ts';
import { type Balance, type HouseAccounts, lockBalances } from '../ledger/index.ts';
import type { NewNotification } from '../notifications/index.ts';
import type { Rule } from '../risk/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import { type Decision, type RecordSources, recordDecisions } from './decision.ts';
import { type HouseFacts, loadHouse } from './house.ts';
import type { Payment, Refund } from './payment.ts';
import { lockPayments } from './store.ts';

export interface ChangeFacts {
  readonly now: Date;
  readonly ids: bigint[];
  /** As locked; a decision that changes one puts it back, so that the next command of the batch sees it. */
  readonly payments: Map<bigint, Payment>;
  /** As locked, whatever has been decided since: what is recorded is held against it. */
  readonly locked: ReadonlyMap<bigint, Payment>;
  readonly balances: Map<bigint, Balance>;
  readonly house: HouseFacts;
  /** Merchants who may not take money now; verbs that bring merchants no money do not ask. */
  readonly suspended?: ReadonlySet<bigint>;
  /** The rules that payments are held against; absent: those of risk/rules.ts. */
  readonly rules?: readonly Rule[];
}

export interface ChangeSources extends RecordSources {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
  readonly rules?: readonly Rule[];
  /** Told after a commit that left a notification: whoever delivers need not wait for its next look. */
  readonly onNotifiable?: () => void;
}

interface ChangeOptions<Command, Facts extends ChangeFacts, Answer> {
  readonly name: string;
  readonly sources: ChangeSources;
  /** Accounts whose balance the decision depends on. */
  readonly accounts?: (commands: readonly Command[]) => bigint[];
  /** What this verb needs besides. Called after the payments are locked. */
  readonly more: (tx: Transaction, commands: readonly Command[], facts: ChangeFacts) => Promise<Facts>;
  readonly decide: (facts: Facts, command: Command) => Decision<Answer>;
}

/** Ids a command may use: an entry, a refund, a notification. */
const idsPerCommand = 3;

export function changeVerb<Command extends { paymentId: bigint }, Facts extends ChangeFacts, Answer>(
  options: ChangeOptions<Command, Facts, Answer>,
): Verb<Command, Facts, Decision<Answer>> {
  const { sources } = options;
  return {
    name: options.name,
    async load(tx, commands) {
      const payments = await lockPayments(
        tx,
        commands.map((command) => command.paymentId),
      );
      const accounts = options.accounts?.(commands) ?? [];
      const balances = await lockBalances(tx, accounts);
      const now = sources.clock.now();
      const facts: ChangeFacts = {
        now,
        ids: (await sources.ids.take(commands.length * idsPerCommand)).reverse(),
        payments,
        locked: new Map(payments),
        balances,
        house: await loadHouse(sources.house, payments.values(), now),
        ...(sources.rules === undefined ? {} : { rules: sources.rules }),
      };
      return options.more(tx, commands, facts);
    },
    decide: options.decide,
    record: (tx, { locked: before }, decisions) => recordDecisions(tx, { decisions, before }, sources),
    committed(_facts, decisions) {
      if (decisions.some((decision) => decision.notification !== undefined)) sources.onNotifiable?.();
    },
  };
}

/**
 * Where a refund is told. Shops of the classic gateway hear of one only where the refund itself says so: those of its
 * first years know no such notification (reference, section 2.6).
 */
export const refundNotifyUrl = (payment: Payment, refund: Refund): string | null =>
  refund.notifyUrl ?? (payment.order.channel === 'gateway' ? null : payment.order.notifyUrl);

/** The notification that an event leaves for the merchant, if there is anywhere to send it. */
export function notificationOf(
  facts: { now: Date; ids: bigint[] },
  payment: Payment,
  about: { kind: 'payment' | 'refund'; subjectId: bigint; url: string | null },
): NewNotification | undefined {
  if (about.url === null) return undefined;
  return {
    id: facts.ids.pop()!,
    merchantId: payment.merchantId,
    payerId: payment.payerId,
    kind: about.kind,
    subjectId: about.subjectId,
    paymentId: payment.id,
    sequence: payment.events,
    url: about.url,
    protocol: payment.order.channel === 'gateway' ? 'gateway' : 'ams',
    dueAt: facts.now,
    createdAt: facts.now,
  };
}
