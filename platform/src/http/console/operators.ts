// What the network's own people see and do: breaks by maker and checker, positions, the safeguarding equation, proofs,
// held rates, what waits for a person, and the trail of all acts. An act and its row in the trail are one transaction.
import { consoleOperations } from '@tongbao/protocol/console';
import { type AuditOptions, audit, coverage, isCovered } from '../../audit/index.ts';
import { type Database, readQuarantine, releaseItem } from '../../database/index.ts';
import type { Fx } from '../../fx/index.ts';
import { type Merchants, readDebts } from '../../merchants/index.ts';
import type { Reconciliation } from '../../reconciliation/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import type { Staff } from '../../staff/index.ts';
import { readReturns, readStaleAnswers } from '../../wallet/index.ts';
import { type AddRoute, ConsoleRefused } from './routes.ts';

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
    return {
      acts: acts.map(({ id, actedAt, ...act }) => ({
        ...act,
        id: id.toString(),
        at: actedAt.toISOString(),
      })),
      before: acts.length < query.limit ? null : acts.at(-1)!.id.toString(),
    };
  });
}

function breakRoutes(route: AddRoute, { staff, reconciliation: room }: OperatorParts): void {
  route(consoleOperations.breaks, async ({ query: { status, limit } }) => {
    const statuses = status === undefined ? (['open', 'proposed', 'closed'] as const) : [status];
    const breaks = await room.breaks({ statuses, limit });
    return {
      breaks: breaks.map((found) => ({
        ...found,
        id: found.id.toString(),
        difference: found.difference.toString(),
        acts: found.acts.map((act) => ({
          ...{ kind: act.kind, action: act.action, operator: act.operator, reason: act.reason },
          entryId: act.entry_id === 0n ? null : act.entry_id.toString(),
          at: act.acted_at.toISOString(),
        })),
      })),
    };
  });
  route(consoleOperations.proposeClosing, async ({ member, params, body }) => {
    const detail = `${body.action}: ${body.reason}`;
    const act = { memberId: member.id, act: 'break.propose', object: `break/${params.id}`, detail };
    await staff.act(act, (tx) =>
      room.propose(tx, { breakId: BigInt(params.id), operator: member.username, ...body }),
    );
    return ok;
  });
  for (const act of ['approve', 'refuse'] as const) {
    const operation = act === 'approve' ? consoleOperations.approveClosing : consoleOperations.refuseClosing;
    route(operation, async ({ member, params, body: { reason } }) => {
      const object = `break/${params.id}`;
      await staff.act({ memberId: member.id, act: `break.${act}`, object, detail: reason }, (tx) =>
        room[act](tx, { breakId: BigInt(params.id), operator: member.username, reason }),
      );
      return ok;
    });
  }
}

function rateRoutes(route: AddRoute, { fx, staff }: OperatorParts): void {
  route(consoleOperations.heldRates, async () => ({
    rates: (await fx.held()).map(({ currency, date, rate, pivot, source, proposedBy }) => ({
      ...{ currency, date, rate, proposedBy },
      reason: `${source}: ${currency} for 1 ${pivot}`,
    })),
  }));
  const acts = {
    'rate.propose': consoleOperations.proposeRate,
    'rate.confirm': consoleOperations.confirmRate,
  };
  for (const [act, operation] of Object.entries(acts))
    route(operation, async ({ member, body: { currency, date, reason } }) => {
      const object = `rate/${currency}/${date}`;
      await staff.act({ memberId: member.id, act, object, detail: reason }, async (tx) => {
        const rate = { currency, date, by: member.username };
        const outcome = act === 'rate.confirm' ? await fx.confirm(tx, rate) : await fx.propose(tx, rate);
        if (outcome === false || outcome === 'not-held')
          throw new ConsoleRefused(404, 'NOT_FOUND', 'no such rate is held');
        if (outcome === 'not-proposed')
          throw new ConsoleRefused(409, 'NOT_ALLOWED', 'nobody has proposed it: a maker does first');
        if (outcome === 'same-person')
          throw new ConsoleRefused(409, 'NOT_ALLOWED', 'you proposed it: somebody else has to confirm');
      });
      return ok;
    });
}

const itemsShown = 500;

/** What waits for a person: items that timers could not work on, and banks that contradict what was decided. */
function waitingRoutes(route: AddRoute, { database, staff }: OperatorParts): void {
  route(consoleOperations.quarantine, async () => ({
    items: (await readQuarantine(database, itemsShown)).map(({ firstFailedAt, lastFailedAt, ...item }) => ({
      ...item,
      firstFailedAt: firstFailedAt.toISOString(),
      lastFailedAt: lastFailedAt.toISOString(),
    })),
  }));
  route(consoleOperations.release, async ({ member, body: { timer, item, reason } }) => {
    const object = `quarantine/${timer}/${item}`;
    await staff.act({ memberId: member.id, act: 'item.release', object, detail: reason }, async (tx) => {
      if (!(await releaseItem(tx, { timer, item })))
        throw new ConsoleRefused(404, 'NOT_FOUND', 'the item is not on the list');
    });
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
