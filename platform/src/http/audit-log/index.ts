// The audit log over HTTP, for auditors and witnesses: checkpoint and tiles as C2SP tlog-tiles has them, the key to verify
// them with, and proofs that an entry is in it.
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify';
import { type AuditLog, LeafChanged, tileNameOf } from '../../audit-log/index.ts';

export interface AuditLogAdapterParts {
  readonly log: AuditLog;
  /** Keeps away who may not read. Absent: everybody may. */
  readonly fence?: ((app: FastifyInstance) => Promise<void>) | undefined;
}

const text = 'text/plain; charset=utf-8';
const forever = 'public, max-age=31536000, immutable';
const idDigits = /^[1-9]\d{0,18}$/;

export const auditLogAdapter =
  ({ log, fence }: AuditLogAdapterParts): FastifyPluginAsync =>
  async (app) => {
    await fence?.(app);
    const notFound = (reply: FastifyReply, what: string) =>
      reply
        .status(404)
        .header('cache-control', 'no-store')
        .send({ error: { code: 'NOT_FOUND', message: what } });

    app.get('/audit/log/checkpoint', async (_request, reply) => {
      const checkpoint = await log.checkpoint();
      if (checkpoint === null) return notFound(reply, 'no checkpoint is signed yet');
      return reply.header('cache-control', 'no-store').type(text).send(checkpoint.note);
    });
    app.get('/audit/log/vkey', async (_request, reply) => {
      const checkpoint = await log.checkpoint();
      if (checkpoint === null) return notFound(reply, 'no checkpoint is signed yet');
      return reply.header('cache-control', 'no-store').type(text).send(`${checkpoint.verifierKey}\n`);
    });
    app.get<{ Params: { '*': string } }>('/audit/log/tile/*', async (request, reply) => {
      const name = tileNameOf(request.params['*']);
      if (name === null) return notFound(reply, 'this is not the name of a tile');
      try {
        const tile = await log.tile(name);
        if (tile === null) return notFound(reply, 'the log has not grown so far');
        return reply
          .header('cache-control', name.width === 256 ? forever : 'no-store')
          .type('application/octet-stream')
          .send(tile);
      } catch (error) {
        if (!(error instanceof LeafChanged)) throw error;
        // The log cannot serve what it sealed: that is what a monitor has to see.
        return reply
          .status(410)
          .header('cache-control', 'no-store')
          .send({ error: { code: 'LEAF_CHANGED', message: error.message } });
      }
    });
    app.get<{ Querystring: { entry?: string } }>('/audit/log/proof', async (request, reply) => {
      const { entry } = request.query;
      if (entry === undefined || !idDigits.test(entry))
        return reply
          .status(400)
          .send({ error: { code: 'INVALID_REQUEST', message: 'entry: the number of an entry' } });
      const proof = await log.proof({ source: 'entry', id: BigInt(entry), sequence: 0 });
      if (proof === null) return notFound(reply, 'no such entry is in the signed log (yet)');
      return reply.header('cache-control', 'no-store').type(text).send(proof);
    });
  };
