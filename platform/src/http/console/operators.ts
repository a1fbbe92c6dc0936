// What the network's own people see and do: breaks by maker and checker, positions, the safeguarding equation, proofs,
// held rates, what waits for a person, and the trail of all acts. An act and its row in the trail are one transaction.
import { consoleOperations } from '@tongbao/protocol/console';
import { type AuditOptions, audit, coverage, isCovered } from '../../audit/index.ts';
import { type Database, readQuarantine } from '../../database/index.ts';
import type { Fx } from '../../fx/index.ts';
import { type Merchants, readDebts } from '../../merchants/index.ts';
import {
  actView,
  breakView,
  confirmHeldRate,
  decideClosing,
  nextBefore,
  proposeClosing,
  proposeHeldRate,
  releaseWaiting,
  waitingView,
} from '../../operators/index.ts';
import type { Reconciliation } from '../../reconciliation/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import type { Staff } from '../../staff/index.ts';
import { readReturns, readStaleAnswers } from '../../wallet/index.ts';
import type { AddRoute } from './routes.ts';

export interface OperatorParts {
  readonly merchants: Merchants;
  readonly database: Database;
  readonly staff: Staff;
  readonly reconciliation: Reconciliation;
  readonly settlement: Settlement;
  readonly fx: Fx;
  readonly audit: AuditOptions;
}

const newest = 2n ** 63n - 1n;
const ok = { ok: true } as const;
const dealsShown = 200;

export function operatorRoutes(route: AddRoute, parts: OperatorParts): void {
  breakRoutes(route, parts);
  moneyRoutes(route, parts);
  rateRoutes(route, parts);
  waitingRoutes(route, parts);
  route(consoleOperations.trail, async ({ query }) => {
    const before = query.before === undefined ? newest : BigInt(query.before);
    const acts = await parts.staff.acts({ before, limit: query.limit });
    return { acts: acts.map(actView), before: nextBefore(acts, query.limit) };
  });
}

function breakRoutes(route: AddRoute, { staff, reconciliation: room }: OperatorParts): void {
  route(consoleOperations.breaks, async ({ query: { status, limit } }) => {
    const statuses = status === undefined ? (['open', 'proposed', 'closed'] as const) : [status];
    const breaks = await room.breaks({ statuses, limit });
    return { breaks: breaks.map(breakView) };
  });
  route(consoleOperations.proposeClosing, async ({ member, params, body }) => {
    await proposeClosing({ staff, reconciliation: room }, member, { breakId: BigInt(params.id), ...body });
    return ok;
  });
  for (const act of ['approve', 'refuse'] as const) {
    const operation = act === 'approve' ? consoleOperations.approveClosing : consoleOperations.refuseClosing;
    route(operation, async ({ member, params, body: { reason } }) => {
      await decideClosing({ staff, reconciliation: room }, member, {
        breakId: BigInt(params.id),
        act,
        reason,
      });
      return ok;
    });
  }
}

function rateRoutes(route: AddRoute, { fx, staff }: OperatorParts): void {
  route(consoleOperations.heldRates, async () => ({
    rates: (await fx.held()).map(({ currency, date, rate, pivot, source, proposedBy, other }) => ({
      ...{ currency, date, rate, proposedBy, other },
      reason: `${source}: ${currency} for 1 ${pivot}`,
    })),
  }));
  route(consoleOperations.proposeRate, async ({ member, body }) => {
    await proposeHeldRate({ fx, staff }, member, body);
    return ok;
  });
  route(consoleOperations.confirmRate, async ({ member, body }) => {
    await confirmHeldRate({ fx, staff }, member, body);
    return ok;
  });
}

const itemsShown = 500;

/** What waits for a person: items that timers could not work on, and banks that contradict what was decided. */
function waitingRoutes(route: AddRoute, { database, staff }: OperatorParts): void {
  route(consoleOperations.quarantine, async () => ({
    items: (await readQuarantine(database, itemsShown)).map(waitingView),
  }));
  route(consoleOperations.release, async ({ member, body }) => {
    await releaseWaiting({ staff }, member, body);
    return ok;
  });
  route(consoleOperations.bankAnswers, async () => ({
    contradicting: (await readStaleAnswers(database, itemsShown)).map((heard) => ({
      ...{ id: heard.id.toString(), bank: heard.bank, reference: heard.reference, outcome: heard.outcome },
      at: heard.heardAt.toISOString(),
    })),
    returns: (await readReturns(database, itemsShown)).map((back) => ({
      ...{ id: back.id.toString(), reference: back.reference, refusal: back.refusal },
      ...{ currency: back.currency, amount: back.amount.toString(), at: back.created_at.toISOString() },
      returnedAt: back.finished_at?.toISOString() ?? null,
    })),
  }));
}

async function debtsOf({ database, merchants }: OperatorParts) {
  const debts = await readDebts(database);
  const owing = await merchants.getAll(debts.map((debt) => debt.merchantId));
  return debts.map(({ merchantId, currency, owed, since }) => ({
    clientId: owing.get(merchantId)?.merchant.clientId ?? '',
    currency,
    owed: owed.toString(),
    since: since.toISOString(),
  }));
}

function moneyRoutes(route: AddRoute, parts: OperatorParts): void {
  route(consoleOperations.treasury, async () => {
    const { positions, deals } = await parts.settlement.treasury(dealsShown);
    return {
      positions: positions.map(({ currency, amount }) => ({ currency, amount: amount.toString() })),
      days: deals.map((deal) => ({
        ...{ day: deal.day, currency: deal.currency, homeCurrency: deal.home },
        bought: deal.bought.toString(),
        cost: deal.cost.toString(),
        gain: deal.gain.toString(),
        booked: deal.entry_id !== 0n,
      })),
    };
  });
  route(consoleOperations.safeguarding, async () => ({
    lines: (await coverage(parts.database)).map((line) => ({
      currency: line.currency,
      clients: line.clients.toString(),
      own: line.own.toString(),
      receivable: line.receivable.toString(),
      safeguarded: line.safeguarded.toString(),
      inTransit: line.inTransit.toString(),
      holds: isCovered(line),
    })),
    debts: await debtsOf(parts),
  }));
  // One walk over everything at a time: whoever asks meanwhile gets the same answer.
  let running: ReturnType<typeof audit> | null = null;
  route(consoleOperations.proofs, async () => {
    running ??= audit(parts.audit).finally(() => {
      running = null;
    });
    const { checkedAt, ok: holds, proofs } = await running;
    return { ok: holds, checkedAt: checkedAt.toISOString(), proofs: [...proofs] };
  });
}
