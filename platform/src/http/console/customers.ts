// Customers, for the network's own people: one is found by an exact number, frozen, unfrozen, given limits.
import { consoleOperations } from '@tongbao/protocol/console';
import {
  type CustomerActParts,
  customerProposals,
  decideCustomerProposal,
  findCustomer,
  freezeCustomer,
  setCustomerLimits,
  unfreezeCustomer,
} from '../../operators/index.ts';
import type { AddRoute } from './routes.ts';

const ok = { ok: true } as const;
const capOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

export function customerRoutes(route: AddRoute, parts: CustomerActParts): void {
  route(consoleOperations.findCustomer, ({ member, body }) => findCustomer(parts, member, body));
  route(consoleOperations.freezeCustomer, async ({ member, params, body: { reason } }) => {
    await freezeCustomer(parts, member, { customerId: BigInt(params.id), reason });
    return ok;
  });
  route(consoleOperations.unfreezeCustomer, async ({ member, params, body: { reason } }) => {
    const id = await unfreezeCustomer(parts, member, { customerId: BigInt(params.id), reason });
    return { proposal: id.toString() };
  });
  route(consoleOperations.setCustomerLimits, async ({ member, params, body }) => {
    const id = await setCustomerLimits(parts, member, {
      ...{ customerId: BigInt(params.id), reason: body.reason },
      ...{ payment: capOf(body.payment), day: capOf(body.day) },
      from: body.from === null ? null : new Date(body.from),
    });
    return { proposal: id?.toString() ?? null };
  });
  route(consoleOperations.customerProposals, async () => ({ proposals: await customerProposals(parts) }));
  for (const approved of [true, false]) {
    const operation = approved
      ? consoleOperations.approveCustomerProposal
      : consoleOperations.refuseCustomerProposal;
    route(operation, async ({ member, params, body: { reason } }) => {
      await decideCustomerProposal(parts, member, { id: BigInt(params.id), approved, reason });
      return ok;
    });
  }
}
