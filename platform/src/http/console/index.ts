// The console's adapter: signing in, a merchant's own money, and the operators' work, over HTTP.
import { consoleOperations } from '@tongbao/protocol/console';
import type { FastifyPluginAsync } from 'fastify';
import type { Member } from '../../staff/index.ts';
import { bankRoutes, uploadRoute } from './banks.ts';
import { type ContractParts, contractRoute } from './contract.ts';
import { type OperatorParts, operatorRoutes } from './operators.ts';
import { type AddRoute, ConsoleRefused, callerOf, consoleRoutes, forgetToken, keepTokens } from './routes.ts';
import { type RunningParts, runningRoutes } from './running.ts';
import { fileRoute, type ShopParts, shopRoutes } from './shops.ts';

export { onlyFor } from './routes.ts';

export type ConsoleParts = ShopParts & OperatorParts & ContractParts & RunningParts;

export const consoleAdapter =
  (parts: ConsoleParts): FastifyPluginAsync =>
  async (app) => {
    const route = await consoleRoutes(app, parts.staff);
    sessionRoutes(route, parts);
    shopRoutes(route, parts);
    contractRoute(route, parts);
    operatorRoutes(route, parts);
    bankRoutes(route, parts);
    runningRoutes(route, parts);
    await uploadRoute(app, parts);
    fileRoute(app, parts);
    app.all('/api/console/*', () => {
      throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such operation');
    });
  };

/** Longer than any reason to refuse a sign-in takes to find: so how long it takes does not tell which names exist. */
const refusalMs = 300;

async function refusedNoSooner<T>(ms: number, work: Promise<T>): Promise<T> {
  const patience = new Promise((resolve) => setTimeout(resolve, ms));
  try {
    return await work;
  } catch (error) {
    await patience;
    throw error;
  }
}

function sessionRoutes(route: AddRoute, { staff, merchants }: ConsoleParts): void {
  const view = async ({ username, name, role, merchantId }: Member) => ({
    ...{ username, name, role },
    clientId: merchantId === null ? null : (await merchants.get(merchantId)).merchant.clientId,
  });
  route(consoleOperations.signIn, async ({ body, token: formerToken, request, reply }) => {
    const caller = callerOf(request);
    const made = await refusedNoSooner(refusalMs, staff.signIn({ ...body, formerToken, caller }));
    keepTokens(request, reply, made);
    return view(made.member);
  });
  route(consoleOperations.changePassword, async ({ body, member, token }) => {
    await staff.changePassword(member, { ...body, token: token! });
    return { ok: true };
  });
  route(consoleOperations.session, ({ member }) => view(member));
  route(consoleOperations.signOut, async ({ token, request, reply }) => {
    if (token !== null) await staff.signOut(token);
    forgetToken(request, reply);
    return { ok: true };
  });
}
