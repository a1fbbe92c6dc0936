// pay: create and authorize in one step, as payment codes and agreements do: the shopper's consent is there before
// the order is. One batch, one transaction, one answer; what is refused leaves nothing behind, so that the merchant
// may ask again with the same request id.
import type { Verb } from '../database/index.ts';
import { lockBalances } from '../ledger/index.ts';
import { decideAuthorize } from './authorize.ts';
import type { ChangeFacts, ChangeSources } from './change.ts';
import type { CreateAnswer, PayInOneStep } from './commands.ts';
import { type CreateFacts, type CreateSources, decideCreate, keyOf, loadCreateFacts } from './create.ts';
import { type Decision, noneBefore, pick, recordDecisions } from './decision.ts';
import { loadHouseOf } from './house.ts';

type PayFacts = CreateFacts & ChangeFacts;

export function decidePay(facts: PayFacts, command: PayInOneStep): Decision<CreateAnswer> {
  const created = decideCreate(facts, command.create);
  const fresh = created.created;
  // A refusal, or a request that was answered before.
  if (fresh === undefined) return created;
  facts.payments.set(fresh.id, fresh);
  const paid = decideAuthorize(facts, { ...command.authorize, paymentId: fresh.id });
  if (paid.refused !== undefined) {
    facts.payments.delete(fresh.id);
    facts.answered.delete(keyOf(command.create));
    return { refused: paid.refused };
  }
  const payment = paid.answer!;
  facts.answered.set(keyOf(command.create), { inputHash: command.create.inputHash, payment });
  const { entry, notification, question, spending } = paid;
  return {
    answer: { payment, replayed: false },
    created: payment,
    paymentRequest: created.paymentRequest,
    events: [...created.events!, ...paid.events!],
    entry,
    notification,
    spending,
    question,
  };
}

/** Ids of a payment: its own, its entry's, its notification's. */
const idsPerCommand = 3;

export const payVerb = (
  sources: CreateSources & ChangeSources,
): Verb<PayInOneStep, PayFacts, Decision<CreateAnswer>> => ({
  name: 'payments.pay',
  partyOf: ({ create }) => create.merchantId,
  async load(tx, commands) {
    const balances = await lockBalances(
      tx,
      commands.map(({ authorize }) => authorize.payerAccount),
    );
    const creates = commands.map((command) => command.create);
    const facts = await loadCreateFacts(tx, creates, sources, idsPerCommand);
    const currencies = creates.flatMap(({ merchantId, amount, payerCurrency: payer }) => {
      const settlement = facts.merchants.get(merchantId)?.contract.settlementCurrency;
      if (settlement === undefined) return [];
      return [{ settlement, payer, isConverted: settlement !== amount.currency }];
    });
    return {
      ...facts,
      ...{ payments: new Map(), locked: noneBefore },
      balances,
      suspended: await sources.merchants.suspendedAmong(
        tx,
        creates.map(({ merchantId }) => merchantId),
      ),
      ...(sources.rules === undefined ? {} : { rules: sources.rules }),
      house: await loadHouseOf(sources.house, currencies, facts.now),
    };
  },
  decide: decidePay,
  record: (tx, _facts, decisions) => recordDecisions(tx, { decisions, before: noneBefore }, sources),
  committed(_facts, decisions) {
    sources.conditions.committed(pick(decisions, 'created'));
    if (decisions.some((decision) => decision.notification !== undefined)) sources.onNotifiable?.();
  },
});
