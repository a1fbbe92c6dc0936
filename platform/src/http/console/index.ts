// The console's adapter: signing in, a merchant's own money, and the operators' work, over HTTP.
import { consoleOperations } from '@tongbao/protocol/console';
import type { FastifyPluginAsync } from 'fastify';
import type { Member } from '../../staff/index.ts';
import { type OperatorParts, operatorRoutes } from './operators.ts';
import { type AddRoute, ConsoleRefused, consoleRoutes, forgetToken, keepToken } from './routes.ts';
import { fileRoute, type ShopParts, shopRoutes } from './shops.ts';

export { onlyFor } from './routes.ts';

export interface ConsoleParts extends ShopParts, OperatorParts {
  readonly sandbox: boolean;
}

export const consoleAdapter =
  (parts: ConsoleParts): FastifyPluginAsync =>
  async (app) => {
    const route = await consoleRoutes(app, parts.staff);
    sessionRoutes(route, parts);
    shopRoutes(route, parts);
    operatorRoutes(route, parts);
    fileRoute(app, parts);
    app.all('/api/console/*', () => {
      throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such operation');
    });
  };

function sessionRoutes(route: AddRoute, { staff, merchants, sandbox }: ConsoleParts): void {
  const view = async ({ username, name, role, merchantId }: Member) => ({
    ...{ username, name, role },
    clientId: merchantId === null ? null : (await merchants.get(merchantId)).merchant.clientId,
  });
  route(
    consoleOperations.signIn,
    async ({ body, token: formerToken, request, reply }) => {
      const { member, token } = await staff.signIn({ ...body, formerToken });
      keepToken(request, reply, token);
      return view(member);
    },
    { perMinute: sandbox ? 600 : 20 },
  );
  route(consoleOperations.session, ({ member }) => view(member));
  route(consoleOperations.signOut, async ({ token, request, reply }) => {
    if (token !== null) await staff.signOut(token);
    forgetToken(request, reply);
    return { ok: true };
  });
}
