// The console's adapter: signing in, a merchant's own money, and the operators' work, over HTTP.
import type { FastifyPluginAsync } from 'fastify';
import type { CustomerActParts } from '../../operators/index.ts';
import { accountRoutes } from './account.ts';
import { applicationDocumentRoute, applicationRoutes } from './applications.ts';
import { bankRoutes, uploadRoute } from './banks.ts';
import { type ContractParts, contractRoute } from './contract.ts';
import { customerRoutes } from './customers.ts';
import { dealRoutes } from './deals.ts';
import { merchantRoutes } from './merchants.ts';
import { type OperatorParts, operatorRoutes } from './operators.ts';
import { ConsoleRefused, consoleRoutes } from './routes.ts';
import { type RunningParts, runningRoutes } from './running.ts';
import { type SessionParts, sessionRoutes } from './session.ts';
import { fileRoute, type ShopParts, shopRoutes } from './shops.ts';
import { type StaffParts, staffRoutes } from './staff.ts';

export { onlyFor } from './routes.ts';

export type ConsoleParts = ShopParts &
  OperatorParts &
  ContractParts &
  RunningParts &
  CustomerActParts &
  SessionParts &
  StaffParts &
  Parameters<typeof merchantRoutes>[1];

export const consoleAdapter =
  (parts: ConsoleParts): FastifyPluginAsync =>
  async (app) => {
    const route = await consoleRoutes(app, parts.staff);
    sessionRoutes(route, parts);
    accountRoutes(route, parts);
    staffRoutes(route, parts);
    shopRoutes(route, parts);
    contractRoute(route, parts);
    merchantRoutes(route, parts);
    applicationRoutes(route, parts);
    applicationDocumentRoute(app, parts);
    operatorRoutes(route, parts);
    bankRoutes(route, parts);
    dealRoutes(route, parts);
    runningRoutes(route, parts);
    customerRoutes(route, parts);
    await uploadRoute(app, parts);
    fileRoute(app, parts);
    app.all('/api/console/*', () => {
      throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such operation');
    });
  };
