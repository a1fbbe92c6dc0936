// Reconciliation for operators, in the sandbox: statements in, breaks out, acts of a maker and a checker. Production
// puts it behind the operators' sign-in.

import { isCurrency } from '@tongbao/money';
import { BreakAct, BreakQuery, CsvProfileQuery, StatementImport } from '@tongbao/protocol/sandbox';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import { importedView } from '../../operators/index.ts';
import {
  CsvProfile,
  type Reconciliation,
  ReconciliationRefused,
  type StatementFormat,
  StatementUnreadable,
} from '../../reconciliation/index.ts';

// A statement of 250,000 entries, which is the most that is read, comes to less than this in the wordiest format.
const maxStatementBytes = 192 * 1024 * 1024;
const BreakPath = z.object({
  id: z.string().regex(/^\d{1,18}$/),
  act: z.enum(['propose', 'approve', 'refuse']),
});

const ClearingQuery = z.object({
  bank: z.string().regex(/^[A-Z0-9]{1,20}$/),
  currency: z.string().refine(isCurrency, 'not an ISO 4217 currency'),
  day: z.iso.date(),
  format: z.enum(['camt.053', 'csv']).default('camt.053'),
});

/** What only the simulated card banks can do: their statement of our clearing account on a day. */
export type ClearingStatements = (of: z.output<typeof ClearingQuery>) => Promise<string>;

export const reconciliationAdapter =
  (
    { reconciliation: room, database }: { reconciliation: Reconciliation; database: Database },
    banks: ClearingStatements,
  ): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
      answerError(error, reply, request.id),
    );
    // Bytes, not a text: which encoding a file is in, its own first bytes say.
    app.addContentTypeParser(
      ['application/xml', 'text/xml', 'text/csv', 'text/plain', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit: maxStatementBytes },
      (_request, body, done) => done(null, body),
    );

    app.post('/sandbox/reconciliation/statements', { bodyLimit: maxStatementBytes }, async (request) => {
      const { operator, format, from, to, ...csv } = parse(StatementImport, request.query);
      if (!(request.body instanceof Buffer))
        throw new StatementUnreadable(
          'send the file as application/xml (camt), text/csv, or text/plain (MT940, MT942)',
        );
      const type = request.headers['content-type'] ?? '';
      const about = { format: format ?? formatOf(type), encoding: charsetOf(type) };
      const days = { fromDay: from, toDay: to };
      const imported = await room.importFile(request.body, { operator, ...about, csv: { ...csv, ...days } });
      return { statements: imported.map(importedView) };
    });

    app.get('/sandbox/reconciliation/csv-profiles', async () => ({
      profiles: (await room.csvProfiles()).map(({ profile }) => profile),
    }));
    app.post('/sandbox/reconciliation/csv-profiles', async (request) => {
      const { operator } = parse(CsvProfileQuery, request.query);
      const profile = parse(CsvProfile, request.body);
      const version = await database.transaction((tx) => room.addCsvProfile(tx, profile, operator));
      return { name: profile.name, version };
    });

    app.get('/sandbox/reconciliation/clearing-statement', async (request, reply) => {
      const asked = parse(ClearingQuery, request.query);
      const type = asked.format === 'csv' ? 'text/csv' : 'application/xml';
      return reply.header('content-type', `${type}; charset=utf-8`).send(await banks(asked));
    });

    app.get('/sandbox/reconciliation/breaks', async (request) => {
      const { status, limit } = parse(BreakQuery, request.query);
      const statuses = status === undefined ? (['open', 'proposed', 'closed'] as const) : [status];
      const breaks = await room.breaks({ statuses, limit });
      return {
        breaks: breaks.map(({ acts, id, ...found }) => ({
          ...wire(found),
          id: id.toString(),
          acts: acts.map((act) => ({
            kind: act.kind,
            action: act.action,
            operator: act.operator,
            reason: act.reason,
            entryId: act.entry_id === 0n ? null : act.entry_id.toString(),
            at: act.acted_at.toISOString(),
          })),
        })),
      };
    });

    app.post('/sandbox/reconciliation/breaks/:id/:act', async (request) => {
      const { id, act } = parse(BreakPath, request.params);
      const { action, ...said } = parse(BreakAct, request.body);
      const breakId = BigInt(id);
      if (act === 'propose') {
        if (action === undefined) throw new ReconciliationRefused('a proposal names an action');
        await database.transaction((tx) => room.propose(tx, { breakId, action, ...said }));
      } else {
        if (action !== undefined) throw new ReconciliationRefused('only a proposal names an action');
        await database.transaction((tx) => room[act](tx, { breakId, ...said }));
      }
      return { ok: true };
    });
  };

const wire = <Found extends { difference: bigint }>(found: Found) => ({
  ...found,
  difference: found.difference.toString(),
});

/** Null: the content decides. */
const formatOf = (type: string): StatementFormat | null =>
  type.startsWith('text/csv') ? 'csv' : /^(application|text)\/xml/.test(type) ? 'camt' : null;

const charsetOf = (type: string): string | null => /;\s*charset="?([^\s;"]{1,40})/i.exec(type)?.[1] ?? null;

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new StatementUnreadable(z.prettifyError(parsed.error));
}

function answerError(error: Error & { statusCode?: number }, reply: FastifyReply, requestId: string) {
  if (error instanceof StatementUnreadable)
    return reply.status(400).send({ error: { code: 'invalid-request', message: error.message } });
  if (error instanceof ReconciliationRefused)
    return reply.status(409).send({ error: { code: 'not-allowed', message: error.message } });
  const status = error.statusCode ?? 500;
  if (status >= 500) reply.log.error({ err: error }, 'unexpected error');
  const code = status >= 500 ? 'unavailable' : 'invalid-request';
  const message = status >= 500 ? `unexpected error; it is logged under ${requestId}` : error.message;
  return reply.status(status).send({ error: { code, message } });
}
