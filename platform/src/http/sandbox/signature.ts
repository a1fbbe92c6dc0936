// Where the text that a shop signed parts from the one that the JSON gateway expects. For what no signature tells: a text
// that the doctor does not guess. Only texts are compared; neither a key nor a signature takes part.
import { CompareSignedText } from '@tongbao/protocol/sandbox';
import type { FastifyInstance } from 'fastify';
import { comparedTexts } from '../signature-doctor/index.ts';
import { parse } from './parse.ts';

export function signatureRoutes(app: FastifyInstance, clientIds: () => Promise<readonly string[]>): void {
  app.post('/sandbox/signature', async (request) => {
    const { clientId, requestTime, path, body, signedText } = parse(CompareSignedText, request.body);
    const { expected, says, difference } = comparedTexts(
      {
        ...{ path, clientId, time: requestTime, body: Buffer.from(body), host: request.headers.host ?? '' },
        otherClientIds: (await clientIds()).filter((id) => id !== clientId).slice(0, 50),
      },
      Buffer.from(signedText),
    );
    return { same: difference === null, mistakes: says, difference, expectedText: expected.toString('utf8') };
  });
}
