// Banks, for operators: their statements come in as files, profiles say how they write CSV, and days on which they are closed
// are declared by two people. Each act goes through the same door as the command line's (operators/).
import { consoleOperations } from '@tongbao/protocol/console';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  addCsvProfile,
  closureView,
  decideClosure,
  importedView,
  importFile,
  nextBefore,
  type OperatorActParts,
  profileView,
  proposeClosure,
  statementView,
} from '../../operators/index.ts';
import { CsvProfile, readStatementCsv, StatementUnreadable } from '../../reconciliation/index.ts';
import { publishedYears } from '../../settlement/index.ts';
import type { Member, Staff } from '../../staff/index.ts';
import { assertOwnPage } from '../shopper/origin.ts';
import { type AddRoute, ConsoleRefused, memberFor, parse } from './routes.ts';

const newest = 2n ** 63n - 1n;
const ok = { ok: true } as const;
const before = (text: string | undefined): bigint => (text === undefined ? newest : BigInt(text));

export function bankRoutes(route: AddRoute, parts: OperatorActParts): void {
  statementRoutes(route, parts);
  profileRoutes(route, parts);
  closureRoutes(route, parts);
}

function statementRoutes(route: AddRoute, { reconciliation }: OperatorActParts): void {
  route(consoleOperations.statements, async ({ query }) => {
    const page = await reconciliation.statements({
      ...{ before: before(query.before), limit: query.limit, onlyOpen: query.open === 'yes' },
      ...{ account: query.account ?? null, kind: query.kind ?? null },
    });
    return {
      statements: page.map(statementView),
      before: nextBefore(page, query.limit),
    };
  });
}

function profileRoutes(route: AddRoute, parts: OperatorActParts): void {
  route(consoleOperations.csvProfiles, async () => ({
    profiles: (await parts.reconciliation.csvProfiles()).map(profileView),
  }));
  route(consoleOperations.addCsvProfile, async ({ member, body: { profile, reason } }) => {
    const read = profileIn(profile);
    return { name: read.name, version: await addCsvProfile(parts, member, { profile: read, reason }) };
  });
  route(consoleOperations.tryCsvProfile, async ({ body }) => {
    const profile = profileIn(body.profile);
    const currency = body.currency ?? profile.currency;
    if (currency === undefined && profile.columns.currency === undefined)
      throw new StatementUnreadable('the profile has no column currency: name the currency');
    const about = { account: 'sample', statementId: 'sample', currency: currency ?? '' };
    const { lines, fromDay, toDay } = await readStatementCsv(Buffer.from(body.sample, 'base64'), about, {
      profile,
    });
    return {
      ...{ count: lines.length, fromDay, toDay },
      lines: lines.slice(0, linesShown).map((line) => ({
        ...{ number: line.number, day: line.day, reference: line.reference, currency: line.currency },
        ...{ amount: line.amount.toString(), charge: line.charge.toString() },
      })),
    };
  });
}

const linesShown = 50;

function profileIn(profile: unknown): CsvProfile {
  const parsed = CsvProfile.safeParse(profile);
  if (parsed.success) return parsed.data;
  throw new StatementUnreadable(z.prettifyError(parsed.error));
}

function closureRoutes(route: AddRoute, parts: OperatorActParts): void {
  route(consoleOperations.closures, async ({ query: { status, limit, ...query } }) => {
    const page = await parts.settlement.declarations({ status, before: before(query.before), limit });
    return {
      closures: page.map(closureView),
      before: nextBefore(page, limit),
      calendars: publishedYears().map(({ calendar, first, last }) => ({ calendar, first, last })),
    };
  });
  route(consoleOperations.proposeClosure, async ({ member, body }) => ({
    id: (await proposeClosure(parts, member, body)).toString(),
  }));
  for (const approved of [true, false])
    route(
      approved ? consoleOperations.approveClosure : consoleOperations.refuseClosure,
      async ({ member, params, body: { reason } }) => {
        await decideClosure(parts, member, { id: BigInt(params.id), approved, reason });
        return ok;
      },
    );
}

// A statement of 250,000 entries, which is the most that is read, comes to less than this in the wordiest format.
const maxStatementBytes = 192 * 1024 * 1024;
/** Files that a process holds in memory at a time. */
const mostUploads = 2;

/**
 * The upload of a bank's file: its bytes are read after the session, the role and the number of other uploads have been
 * looked at, so that a stranger's body costs nothing.
 */
export async function uploadRoute(
  app: FastifyInstance,
  parts: OperatorActParts & { staff: Staff },
): Promise<void> {
  const operation = consoleOperations.importStatements;
  const members = new WeakMap<object, Member>();
  let uploads = 0;
  await app.register(async (own) => {
    own.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: maxStatementBytes },
      (_request, body, done) => done(null, body),
    );
    own.route({
      method: operation.method,
      url: operation.path,
      bodyLimit: maxStatementBytes,
      onRequest: async (request, reply) => {
        assertOwnPage(request, 'application/octet-stream');
        members.set(request, await memberFor(parts.staff, request, operation));
        if (uploads >= mostUploads)
          throw new ConsoleRefused(429, 'TOO_MANY_REQUESTS', 'other files are being imported: wait for them');
        uploads += 1;
        reply.raw.once('close', () => {
          uploads -= 1;
        });
      },
      handler: async (request, reply) => {
        const asked = parse(operation, 'query', request.query) as z.output<typeof operation.query>;
        const { from: fromDay, to: toDay, name, format, encoding, bank, ...csv } = asked;
        if (!(request.body instanceof Buffer) || request.body.length === 0)
          throw new StatementUnreadable('the file is empty');
        const imported = await importFile(parts, members.get(request)!, {
          ...{ bytes: request.body, name, format: format ?? null, encoding: encoding ?? null, bank },
          csv: { ...csv, fromDay, toDay },
        });
        const answer = operation.answer.parse({ statements: imported.map(importedView) });
        return reply.header('cache-control', 'no-store').send(answer);
      },
    });
  });
}
