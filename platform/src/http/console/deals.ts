// Conversions that people agree with the bank's desk, over HTTP.
import { consoleOperations } from '@tongbao/protocol/console';
import { agreeDeal, type DealActParts, decideAgreement, handDeals } from '../../operators/index.ts';
import type { AddRoute } from './routes.ts';

export function dealRoutes(route: AddRoute, parts: DealActParts): void {
  route(consoleOperations.deals, () => handDeals(parts));
  route(consoleOperations.agreeDeal, async ({ member, params, body }) => ({
    id: (await agreeDeal(parts, member, { id: BigInt(params.id), agreed: body })).toString(),
  }));
  for (const approved of [true, false])
    route(
      approved ? consoleOperations.approveAgreement : consoleOperations.refuseAgreement,
      async ({ member, params, body: { reason } }) => {
        await decideAgreement(parts, member, { id: BigInt(params.id), approved, reason });
        return { ok: true } as const;
      },
    );
}
