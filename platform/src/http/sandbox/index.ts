// The sandbox's own interface: credentials, acting for the shopper, the clock, the outbox, a test payment. A
// production server does not register it.
import { Credentials, MoveClock, PayForShopper, ShowPaymentCode } from '@tongbao/protocol/sandbox';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import { Rejection } from '../../rejection.ts';
import { type Chaos, chaosRoutes } from './chaos.ts';
import { durationMs } from './duration.ts';
import { parse } from './parse.ts';
import { signatureRoutes } from './signature.ts';
import { type Till, tillRoutes } from './till.ts';

/** What the routes do, in the platform's words; platform.ts puts it together. */
export interface SandboxParts {
  readonly credentials: () => Promise<Credentials>;
  readonly pay: (order: {
    paymentId: bigint;
    customer: string | null;
    decision: 'approve' | 'decline';
    method: 'balance' | 'card';
  }) => Promise<{ status: string }>;
  /** A payment code as the customer's wallet would show it. */
  readonly paymentCode: (asked: {
    customer: string | null;
    method: 'balance' | 'card';
  }) => Promise<{ code: string; expiresAt: string }>;
  /** From a 30-digit wire id, or from a cashier URL. Null when it names no payment. */
  readonly findPaymentId: (reference: { paymentId?: string; cashierUrl?: string }) => bigint | null;
  readonly chaos: Chaos;
  /** Of every merchant here. */
  readonly clientIds: () => Promise<readonly string[]>;
  /** Behind the till page. */
  readonly till: Till;
  readonly clock: {
    now(): Date;
    moveTo(target: Date): Promise<{ from: Date; to: Date; fired: Readonly<Record<string, number>> }>;
    advance(ms: number): Promise<{ from: Date; to: Date; fired: Readonly<Record<string, number>> }>;
  };
  readonly outbox: (paymentId: bigint | null) => Promise<unknown>;
  readonly testPayment: (asked: TestPayment) => Promise<{ paymentId: string; cashierUrl: string }>;
  /** The https listener's own certificate, PEM; null when there is no such listener. */
  readonly certificate: () => string | null;
  readonly messages: () => readonly { phone: string; text: string; at: Date }[];
  readonly mails: () => readonly { to: string; subject: string; text: string; sentAt: Date }[];
}

const TestPayment = z.object({
  clientId: z.string().max(64).optional(),
  amount: z.object({ currency: z.string().length(3), value: z.string().regex(/^\d{1,12}$/) }).optional(),
  description: z.string().max(256).optional(),
  redirectUrl: z.url().max(2048).optional(),
  /** Of the sample, where no amount is given. */
  currency: z.string().length(3).optional(),
});
export type TestPayment = z.infer<typeof TestPayment>;

export const sandboxAdapter =
  (parts: SandboxParts): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
      answerError(error, reply, request.id),
    );

    app.get('/sandbox/credentials', async () => Credentials.loose().parse(await parts.credentials()));

    app.post('/sandbox/pay', async (request) => {
      const body = parse(PayForShopper, request.body);
      const paymentId = parts.findPaymentId(body);
      if (paymentId === null)
        throw new Rejection('payment-not-found', 'neither paymentId nor cashierUrl names a payment');
      return parts.pay({
        paymentId,
        customer: body.customer ?? null,
        decision: body.decision,
        method: body.method,
      });
    });

    app.post('/sandbox/payment-code', async (request) => {
      const { customer, method } = parse(ShowPaymentCode, request.body ?? {});
      return parts.paymentCode({ customer: customer ?? null, method });
    });

    app.get('/sandbox/clock', async () => ({ now: parts.clock.now().toISOString() }));
    app.post('/sandbox/clock', async (request) => {
      const body = parse(MoveClock, request.body);
      const move =
        'set' in body
          ? await parts.clock.moveTo(new Date(body.set))
          : await parts.clock.advance(durationMs(body.advance));
      return { now: move.to.toISOString(), from: move.from.toISOString(), fired: move.fired };
    });

    app.get('/sandbox/outbox', async (request) => {
      const query = parse(z.object({ paymentId: z.string().optional() }), request.query);
      if (query.paymentId === undefined) return parts.outbox(null);
      const paymentId = parts.findPaymentId({ paymentId: query.paymentId });
      if (paymentId === null)
        throw new Rejection('payment-not-found', `${query.paymentId} is not a payment id`);
      return parts.outbox(paymentId);
    });

    app.post('/sandbox/test-payment', async (request) =>
      parts.testPayment(parse(TestPayment, request.body ?? {})),
    );

    tillRoutes(app, parts.till);
    chaosRoutes(app, parts.chaos);
    signatureRoutes(app, parts.clientIds);

    app.get('/sandbox/certificate.pem', async (_request, reply) => {
      const pem = parts.certificate();
      if (pem === null) throw new Rejection('method-not-available', 'this sandbox does not listen for https');
      return reply.header('content-type', 'application/x-pem-file').send(pem);
    });

    app.get('/sandbox/messages', async () => ({
      messages: parts.messages().map((message) => ({ ...message, at: message.at.toISOString() })),
    }));
    app.get('/sandbox/mails', async () => ({
      mails: parts.mails().map(({ to, subject, text, sentAt }) => ({
        ...{ to, subject, text },
        at: sentAt.toISOString(),
      })),
    }));
  };

function answerError(error: Error & { statusCode?: number }, reply: FastifyReply, requestId: string) {
  if (error instanceof Rejection) {
    const status = error.code.endsWith('not-found') || error.code.endsWith('unknown') ? 404 : 409;
    return reply
      .status(status)
      .send({ error: { code: error.code, message: error.message, ...error.detail } });
  }
  const status = error.statusCode ?? 500;
  if (status >= 500) reply.log.error({ err: error }, 'unexpected error');
  const message = status >= 500 ? `unexpected error; it is logged under ${requestId}` : error.message;
  return reply
    .status(status)
    .send({ error: { code: status >= 500 ? 'unavailable' : 'invalid-request', message } });
}
