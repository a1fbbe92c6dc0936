// The sandbox banks' own card page, as far as a browser talks to it: a number goes in, an offer of the card comes out.
// It stands beside the wallet's API and not within it: what takes card numbers is the bank's, and the wallet never
// sees one.
import { cardPageOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync } from 'fastify';
import { answerError, RequestRefused } from '../shopper/errors.ts';
import { assertOwnPage } from '../shopper/origin.ts';

export interface CardPageOptions {
  offer(number: string): Promise<{
    offer: string;
    face: { bankName: { zh: string; en: string }; kind: 'debit' | 'credit' };
    last4: string;
  }>;
  /** A number that nobody has, of the bank with these first digits. */
  sampleNumber(bin: string): string;
}

export const cardPageAdapter =
  (bank: CardPageOptions): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler(answerError);
    const { offerCard, sampleCard } = cardPageOperations;
    app.route({
      method: offerCard.method,
      url: offerCard.path,
      // A card number must not get into a log: no URL, header or body.
      logSerializers: { req: () => ({ method: offerCard.method, route: offerCard.path }) },
      onRequest: async (request) => assertOwnPage(request),
      handler: async (request, reply) => {
        const body = offerCard.body.safeParse(request.body);
        if (!body.success)
          throw new RequestRefused(400, 'INVALID_REQUEST', 'number: twelve to nineteen digits');
        const { offer, face, last4 } = await bank.offer(body.data.number);
        const answer = { offer, bankName: face.bankName, kind: face.kind, last4 };
        return reply.header('cache-control', 'no-store').send(answer);
      },
    });
    app.get(sampleCard.path, async (request, reply) => {
      const { bin } = request.query as { bin?: string };
      const number = bank.sampleNumber(bin !== undefined && /^\d{6}$/.test(bin) ? bin : '629901');
      return reply.header('cache-control', 'no-store').send({ number });
    });
  };
