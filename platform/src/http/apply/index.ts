// How a shop applies, over HTTP: no session and no cookie, the secret of its link in a header. Strangers come here, so bodies are
// small, beginnings and documents are counted by network, and nothing that was typed gets into a log.
import {
  type ApplicationFacts,
  ApplicationView,
  applicationHeader,
  applyOperations,
} from '@tongbao/protocol/apply';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Merchants } from '../../merchants/index.ts';
import { type Application, type Facts, mostDocumentBytes, type Onboarding } from '../../onboarding/index.ts';
import { networkOf } from '../../system/index.ts';
import { answerError, RequestRefused } from '../shopper/errors.ts';

export interface ApplyParts {
  readonly onboarding: Onboarding;
  readonly merchants: Pick<Merchants, 'get'>;
  /** What signs what merchants get, bare base64. */
  readonly gatewayKey: { readonly publicKey: string };
  readonly publicUrl: string;
}

const bodyLimit = 128 * 1024;
/** Documents that a process holds in memory at a time. */
const mostUploads = 4;

export const applyAdapter =
  (parts: ApplyParts): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler(answerError);
    app.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    const { applications, keyByApplicant } = parts.onboarding;
    const post = <Name extends 'begin' | 'save' | 'removeDocument' | 'submit' | 'sendKey'>(
      name: Name,
      work: (
        body: z.output<(typeof applyOperations)[Name]['body']>,
        request: FastifyRequest,
      ) => Promise<object>,
    ) => {
      const { path: url, body: schema, answer } = applyOperations[name];
      app.post(url, { bodyLimit }, async (request, reply) => {
        const body = schema.safeParse(request.body ?? {});
        if (!body.success) throw unreadable(body.error);
        return reply.send(answer.parse(await work(body.data as never, request)));
      });
    };
    post('begin', async (_body, request) => {
      const { token, expiresAt } = await applications.begin(networkOf(request.ip));
      return { token, link: linkOf(parts, token), expiresAt: expiresAt.toISOString() };
    });
    app.get(applyOperations.read.path, async (request, reply) =>
      reply.send(await viewOf(parts, await mine(parts, request))),
    );
    post('save', async ({ facts }, request) => {
      const { id } = await mine(parts, request);
      await applications.save(id, stated(facts));
      return viewOf(parts, await mine(parts, request));
    });
    post('removeDocument', async ({ id: documentId }, request) => {
      const { id } = await mine(parts, request);
      await applications.removeDocument(id, BigInt(documentId));
      return viewOf(parts, await mine(parts, request));
    });
    post('submit', async (_body, request) => {
      const { id } = await mine(parts, request);
      await applications.submit(id);
      return viewOf(parts, await mine(parts, request));
    });
    post('sendKey', async ({ publicKey: text }, request) => {
      const { merchantId } = await mine(parts, request);
      if (merchantId === null) throw new RequestRefused(409, 'INVALID_REQUEST', 'it is not approved yet');
      return keyByApplicant({ merchantId, text });
    });
    await app.register((own) => documentRoute(own, parts));
  };

/** Behind the #, so that no server and no proxy writes it down. */
export const linkOf = ({ publicUrl }: Pick<ApplyParts, 'publicUrl'>, token: string): string =>
  `${publicUrl}/apply#${token}`;

async function documentRoute(own: FastifyInstance, parts: ApplyParts): Promise<void> {
  const { path: url, query: schema } = applyOperations.addDocument;
  const found = new WeakMap<FastifyRequest, Application>();
  let uploads = 0;
  own.removeAllContentTypeParsers();
  own.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostDocumentBytes }, (_request, body, done) =>
    done(null, body),
  );
  own.route({
    method: 'POST',
    url,
    bodyLimit: mostDocumentBytes,
    // Before the body is read: a stranger's costs nothing.
    onRequest: async (request, reply: FastifyReply) => {
      found.set(request, await mine(parts, request));
      if (uploads >= mostUploads)
        throw new RequestRefused(429, 'TOO_MANY_REQUESTS', 'other files are arriving: once more in a moment');
      uploads += 1;
      reply.raw.once('close', () => {
        uploads -= 1;
      });
    },
    handler: async (request, reply) => {
      const query = schema.safeParse(request.query);
      if (!query.success) throw unreadable(query.error);
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const file = { name: query.data.name, bytes };
      const { id } = found.get(request)!;
      await parts.onboarding.applications.addDocument(id, file, networkOf(request.ip));
      return reply.send(await viewOf(parts, await mine(parts, request)));
    },
  });
}

/** Paths and rules only: what was typed is somebody's. */
const unreadable = (error: z.ZodError): RequestRefused => {
  const faults = error.issues.slice(0, 5).map(({ path, code }) => `${path.join('.') || 'body'}: ${code}`);
  return new RequestRefused(400, 'INVALID_REQUEST', faults.join('; '));
};

async function mine({ onboarding }: ApplyParts, request: FastifyRequest): Promise<Application> {
  const token = request.headers[applicationHeader];
  const isToken = typeof token === 'string' && /^[A-Za-z0-9_-]{43}$/.test(token);
  const found = isToken ? await onboarding.applications.findByToken(token) : null;
  if (found === null)
    throw new RequestRefused(404, 'NOT_FOUND', 'there is no such application, or it has ended');
  return found;
}

async function viewOf(parts: ApplyParts, application: Application): Promise<z.input<typeof ApplicationView>> {
  const { status, facts, message, documents, missing, expiresAt, merchantId } = application;
  return ApplicationView.parse({
    ...{ status, facts, message, missing, expiresAt: expiresAt.toISOString() },
    documents: documents.map(({ id, ...document }) => ({ ...document, id: id.toString() })),
    joining: merchantId === null ? null : await joiningOf(parts, merchantId),
  });
}

async function joiningOf({ onboarding, merchants, gatewayKey, publicUrl }: ApplyParts, merchantId: bigint) {
  const { merchant } = await merchants.get(merchantId);
  const { keyVersions, testCall, liveFrom } = await onboarding.readiness(merchantId);
  return {
    ...{ clientId: merchant.clientId, partner: merchant.partner, keyVersions },
    ...{ gatewayUrl: `${publicUrl}/ams/api/v1/payments`, gatewayPublicKey: gatewayKey.publicKey },
    testCall: {
      passedAt: testCall?.passed_at?.toISOString() ?? null,
      failedAt: testCall?.failed_at?.toISOString() ?? null,
      finding: testCall?.finding ?? '',
    },
    liveFrom: liveFrom?.toISOString() ?? null,
  };
}

/** What was left out is not kept as a field. */
const stated = (facts: ApplicationFacts): Facts => JSON.parse(JSON.stringify(facts));
