// Reconciliation for operators, in the sandbox: statements in, breaks out, acts of a maker and a checker. Production
// puts it behind the operators' sign-in.

import { isCurrency } from '@tongbao/money';
import { BreakAct, BreakQuery, StatementImport } from '@tongbao/protocol/sandbox';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  type Reconciliation,
  ReconciliationRefused,
  readCamt053,
  readStatementCsv,
  StatementUnreadable,
} from '../../reconciliation/index.ts';

const maxStatementBytes = 16 * 1024 * 1024;
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
  (room: Reconciliation, banks: ClearingStatements): FastifyPluginAsync =>
  async (app) => {
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
      answerError(error, reply, request.id),
    );
    app.addContentTypeParser(
      ['application/xml', 'text/xml', 'text/csv'],
      { parseAs: 'string', bodyLimit: maxStatementBytes },
      (_request, body, done) => done(null, body),
    );

    app.post('/sandbox/reconciliation/statements', { bodyLimit: maxStatementBytes }, async (request) => {
      const query = parse(StatementImport, request.query);
      if (typeof request.body !== 'string')
        throw new StatementUnreadable('send the statement as application/xml (camt.053) or text/csv');
      const imported = [];
      for (const statement of statementsOf(request.headers['content-type'] ?? '', request.body, query)) {
        const by = { operator: query.operator, source: request.body };
        const { statementId, ...rest } = await room.importStatement(statement, by);
        imported.push({
          ...rest,
          statement: statement.statementId,
          breaks: rest.breaks.map(wire),
          id: statementId.toString(),
        });
      }
      return { statements: imported };
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
        await room.propose({ breakId, action, ...said });
      } else {
        if (action !== undefined) throw new ReconciliationRefused('only a proposal names an action');
        await room[act]({ breakId, ...said });
      }
      return { ok: true };
    });
  };

const wire = <Found extends { difference: bigint }>(found: Found) => ({
  ...found,
  difference: found.difference.toString(),
});

function statementsOf(type: string, body: string, query: z.output<typeof StatementImport>) {
  if (!type.startsWith('text/csv')) return readCamt053(body);
  const { account, statementId, currency } = query;
  if (statementId === undefined || currency === undefined)
    throw new StatementUnreadable('a CSV statement needs statementId and currency in the query');
  return [readStatementCsv(body, { account, statementId, currency })];
}

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
