// Shops that apply, for operators: list, one with its documents and checks, and what is said and decided about it. A document leaves
// as a file to save, whatever is in it.
import { consoleDocumentPath, consoleOperations } from '@tongbao/protocol/console';
import type { FastifyInstance } from 'fastify';
import {
  answerApplication,
  applicationSummary,
  applicationView,
  goLive,
  type MerchantActParts,
  nextBefore,
  proposeAdmission,
  sayCheck,
} from '../../operators/index.ts';
import type { Staff } from '../../staff/index.ts';
import { stated } from './merchants.ts';
import { type AddRoute, ConsoleRefused, memberFor } from './routes.ts';

const newest = 2n ** 63n - 1n;
const ok = { ok: true } as const;

export function applicationRoutes(route: AddRoute, parts: MerchantActParts): void {
  const { applications } = parts.onboarding;
  route(consoleOperations.applications, async ({ query: { before, limit, status } }) => {
    const below = before === undefined ? newest : BigInt(before);
    const page = await applications.page({ before: below, limit, status: status ?? null });
    return { applications: page.map(applicationSummary), before: nextBefore(page, limit) };
  });
  route(consoleOperations.application, async ({ params }) => {
    const view = await applicationView(parts, await applications.get(BigInt(params.id)));
    return view as never;
  });
  route(consoleOperations.sayCheck, async ({ member, params, body }) => {
    await sayCheck(parts, member, { ...body, id: BigInt(params.id) });
    return ok;
  });
  for (const answer of ['ask-for-more', 'reject'] as const)
    route(
      answer === 'reject' ? consoleOperations.rejectApplication : consoleOperations.askForMore,
      async ({ member, params, body }) => {
        await answerApplication(parts, member, { ...body, id: BigInt(params.id), answer });
        return ok;
      },
    );
  route(consoleOperations.proposeAdmission, async ({ member, params, body: { terms, reason } }) => {
    const { calendar, timeZone, ...more } = terms;
    const asked = { id: BigInt(params.id), reason, terms: { ...stated(more), calendar, timeZone } };
    return { id: (await proposeAdmission(parts, member, asked)).toString() };
  });
  route(consoleOperations.goLive, async ({ member, body: { from, ...of } }) => {
    await goLive(parts, member, { ...of, from: from ?? null });
    return ok;
  });
}

export function applicationDocumentRoute(
  app: FastifyInstance,
  { staff, onboarding }: MerchantActParts & { staff: Staff },
): void {
  app.get(consoleDocumentPath, async (request, reply) => {
    await memberFor(staff, request, consoleOperations.application);
    const { id, documentId } = request.params as { id: string; documentId: string };
    const are = [id, documentId].every((text) => /^\d{1,18}$/.test(text));
    const found = are ? await onboarding.applications.document(BigInt(id), BigInt(documentId)) : null;
    if (found === null) throw new ConsoleRefused(404, 'NOT_FOUND', 'there is no such document');
    return reply
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(found.name)}`)
      .type(found.mediaType)
      .send(found.bytes);
  });
}
