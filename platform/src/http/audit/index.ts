// The audit for everybody who may see it: the proofs as JSON, and the export that `npm run verify` checks.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { type AuditOptions, audit, exportLines } from '../../audit/index.ts';
import type { AuditLog } from '../../audit-log/index.ts';

/** The proofs, for everybody who may look into the books. */
export const auditAdapter =
  (options: AuditOptions): FastifyPluginAsync =>
  async (app) => {
    // One walk over everything at a time: whoever asks meanwhile gets the same answer.
    let running: ReturnType<typeof audit> | null = null;
    app.get('/audit.json', async (_request, reply) => {
      running ??= audit(options).finally(() => {
        running = null;
      });
      const report = await running;
      return reply
        .header('cache-control', 'no-store')
        .send({ ...report, checkedAt: report.checkedAt.toISOString() });
    });
  };

export interface AuditExportParts {
  readonly audit: AuditOptions;
  readonly log: AuditLog;
  /** Keeps away who may not read it. Absent: everybody may. */
  readonly fence?: ((app: FastifyInstance) => Promise<void>) | undefined;
}

/** The export that `npm run verify` checks. What has arrived is sealed before it. */
export const auditExportAdapter =
  ({ audit: options, log, fence }: AuditExportParts): FastifyPluginAsync =>
  async (app) => {
    await fence?.(app);
    app.get('/audit/export', async (_request, reply) => {
      await log.sealAll();
      const stream = new Readable({ read: () => resume() });
      let resume: () => void = () => undefined;
      const write = async (line: string) => {
        if (stream.destroyed) throw new Error('the reader has gone');
        if (stream.push(`${line}\n`)) return;
        await new Promise<void>((resolve) => {
          resume = resolve;
          stream.once('close', resolve);
        });
      };
      exportLines({ database: options.database, exportedAt: options.clock.now() }, write).then(
        () => stream.push(null),
        (error: Error) => stream.destroy(error),
      );
      return reply
        .header('content-type', 'application/x-ndjson; charset=utf-8')
        .header('content-disposition', 'attachment; filename="tongbao-books.ndjson"')
        .send(stream);
    });
  };
