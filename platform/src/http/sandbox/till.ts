// The till page's calls. Only a sandbox has them: a real shop's server has its own, behind its own sign-in.
import { TillAnswer, TillPayment, TillQuestion, TillReceived, TillShops } from '@tongbao/protocol/sandbox';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parse } from './parse.ts';

export interface Till {
  shops(): Promise<TillShops>;
  pay(asked: TillPayment): Promise<TillAnswer>;
  ask(about: z.output<typeof TillQuestion>): Promise<TillAnswer>;
  /** Closes what is unpaid, reverses what was paid today; answers what it is now. */
  cancel(about: z.output<typeof TillQuestion>): Promise<TillAnswer>;
  received(clientId: string): Promise<TillReceived>;
}

export function tillRoutes(app: FastifyInstance, till: Till): void {
  app.get('/sandbox/till', async () => TillShops.parse(await till.shops()));
  app.post('/sandbox/till/payments', async (request) =>
    TillAnswer.parse(await till.pay(parse(TillPayment, request.body))),
  );
  app.post('/sandbox/till/questions', async (request) =>
    TillAnswer.parse(await till.ask(parse(TillQuestion, request.body))),
  );
  app.post('/sandbox/till/cancellations', async (request) =>
    TillAnswer.parse(await till.cancel(parse(TillQuestion, request.body))),
  );
  app.get('/sandbox/till/received', async (request) => {
    const { clientId } = parse(z.object({ clientId: z.string().max(64) }), request.query);
    return TillReceived.parse(await till.received(clientId));
  });
}
