// Merchants, for operators: who they are, what is agreed with each over time, what waits for a second person, suspension, keys. Each
// act goes through the same door as the command line's (operators/).
import { consoleOperations } from '@tongbao/protocol/console';
import {
  contractVersionViews,
  decideProposal,
  type MerchantActParts,
  type MerchantViewParts,
  merchantOf,
  merchantSummary,
  merchantView,
  presentView,
  proposalView,
  proposeContract,
  proposeResume,
  rotateMerchantKey,
  suspendMerchant,
} from '../../operators/index.ts';
import type { AddRoute } from './routes.ts';
import { shopFor } from './shops.ts';

const ok = { ok: true } as const;

export function merchantRoutes(route: AddRoute, parts: MerchantActParts & MerchantViewParts): void {
  const { merchants, onboarding } = parts;
  route(consoleOperations.merchants, async () => ({
    merchants: await Promise.all((await merchants.list()).map((access) => merchantSummary(parts, access))),
  }));
  route(consoleOperations.merchant, async ({ query: { clientId } }) =>
    merchantView(parts, await merchantOf(parts, clientId)),
  );
  route(consoleOperations.contractHistory, async ({ member, query }) => {
    const { merchant } = await shopFor(parts, member, query.clientId);
    const history = await onboarding.contractHistory(merchant.id);
    const waiting = await onboarding.waiting(merchant.id);
    return {
      ...{ clientId: merchant.clientId, present: presentView(history) },
      versions: contractVersionViews(history),
      // What operators consider among themselves is theirs until it is agreed.
      waiting:
        member.role === 'merchant' ? [] : await Promise.all(waiting.map((row) => proposalView(parts, row))),
    };
  });
  route(consoleOperations.proposals, async () => ({
    proposals: await Promise.all((await onboarding.waiting()).map((row) => proposalView(parts, row))),
  }));
  actRoutes(route, parts);
}

function actRoutes(route: AddRoute, parts: MerchantActParts): void {
  route(consoleOperations.proposeContract, async ({ member, body: { effectiveFrom, changes, ...of } }) => {
    const asked = { ...of, changes: stated(changes), from: effectiveFrom ?? null };
    return { id: (await proposeContract(parts, member, asked)).toString() };
  });
  route(consoleOperations.suspendMerchant, async ({ member, body }) => {
    await suspendMerchant(parts, member, body);
    return ok;
  });
  route(consoleOperations.proposeResume, async ({ member, body }) => ({
    id: (await proposeResume(parts, member, body)).toString(),
  }));
  route(consoleOperations.rotateMerchantKey, async ({ member, body }) => {
    const { merchant } = await shopFor(parts, member, body.clientId);
    return rotateMerchantKey(parts, member, { ...body, clientId: merchant.clientId });
  });
  for (const approved of [true, false])
    route(
      approved ? consoleOperations.approveProposal : consoleOperations.refuseProposal,
      async ({ member, params, body: { reason } }) => {
        await decideProposal(parts, member, { id: BigInt(params.id), approved, reason });
        return ok;
      },
    );
}

/** Without fields that were left out. */
export const stated = <Of extends object>(changes: Of): { [Key in keyof Of]?: Exclude<Of[Key], undefined> } =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as never;
