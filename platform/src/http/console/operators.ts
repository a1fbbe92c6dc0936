// What the network's own people see and do: breaks by maker and checker, positions, the safeguarding equation, proofs,
// held rates, and the trail of all acts.
import { consoleOperations } from '@tongbao/protocol/console';
import { type AuditOptions, audit, coverage, isCovered } from '../../audit/index.ts';
import type { Database } from '../../database/index.ts';
import type { Fx } from '../../fx/index.ts';
import { type Merchants, readDebts } from '../../merchants/index.ts';
import type { Reconciliation } from '../../reconciliation/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import type { Staff } from '../../staff/index.ts';
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
  route(consoleOperations.heldRates, async () => ({
    rates: (await parts.fx.held()).map(({ currency, date, rate, pivot, source }) => ({
      ...{ currency, date, rate },
      reason: `${source}: ${currency} for 1 ${pivot}`,
    })),
  }));
  route(consoleOperations.confirmRate, async ({ member, body: { currency, date, reason } }) => {
    if (!(await parts.fx.confirm({ currency, date })))
      throw new ConsoleRefused(404, 'NOT_FOUND', 'no such rate is held');
    await parts.staff.note({
      ...{ memberId: member.id, act: 'rate.confirm', object: `rate/${currency}/${date}`, detail: reason },
    });
    return ok;
  });
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
    await room.propose({ breakId: BigInt(params.id), operator: member.username, ...body });
    const detail = `${body.action}: ${body.reason}`;
    await staff.note({ memberId: member.id, act: 'break.propose', object: `break/${params.id}`, detail });
    return ok;
  });
  for (const act of ['approve', 'refuse'] as const) {
    const operation = act === 'approve' ? consoleOperations.approveClosing : consoleOperations.refuseClosing;
    route(operation, async ({ member, params, body: { reason } }) => {
      await room[act]({ breakId: BigInt(params.id), operator: member.username, reason });
      const object = `break/${params.id}`;
      await staff.note({ memberId: member.id, act: `break.${act}`, object, detail: reason });
      return ok;
    });
  }
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
