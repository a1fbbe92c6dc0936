// The chaos switch and the scorecard, per merchant.
import {
  ChaosQuery,
  type ChaosSettings,
  type Scorecard,
  SetChaos,
  SetNotificationTarget,
  SetSignTypes,
} from '@tongbao/protocol/sandbox';
import type { FastifyInstance } from 'fastify';
import { parse } from './parse.ts';

/** Rejections of all: merchant-unknown. */
export interface Chaos {
  settings(clientId: string): Promise<ChaosSettings>;
  /** What is not named stays as it was. */
  set(clientId: string, settings: Partial<ChaosSettings>): Promise<ChaosSettings>;
  scorecard(clientId: string): Promise<Scorecard>;
  /** What the console does for a merchant whose receivers verify the query too. */
  setNotificationTarget(clientId: string, target: 'path' | 'path-and-query'): Promise<void>;
  /** What the console does for a merchant that switches MD5 off. */
  setSignTypes(clientId: string, signTypes: readonly ('MD5' | 'RSA' | 'RSA2')[]): Promise<void>;
}

export function chaosRoutes(app: FastifyInstance, chaos: Chaos): void {
  app.get('/sandbox/chaos', async (request) => {
    const { clientId } = parse(ChaosQuery, request.query);
    return { clientId, ...(await chaos.settings(clientId)) };
  });
  app.post('/sandbox/chaos', async (request) => {
    const { clientId, ...settings } = parse(SetChaos, request.body ?? {});
    return { clientId, ...(await chaos.set(clientId, settings as Partial<ChaosSettings>)) };
  });
  app.post('/sandbox/notification-target', async (request) => {
    const asked = parse(SetNotificationTarget, request.body ?? {});
    await chaos.setNotificationTarget(asked.clientId, asked.target);
    return asked;
  });
  app.post('/sandbox/sign-types', async (request) => {
    const asked = parse(SetSignTypes, request.body ?? {});
    await chaos.setSignTypes(asked.clientId, asked.signTypes);
    return asked;
  });
  app.get('/sandbox/scorecard', async (request) =>
    chaos.scorecard(parse(ChaosQuery, request.query).clientId),
  );
}
