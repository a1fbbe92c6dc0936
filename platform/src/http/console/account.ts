// A person's own account, over HTTP: second factors, recovery codes, sessions, access tokens, and proving anew who one is.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Staff } from '../../staff/index.ts';
import type { AddRoute } from './routes.ts';
import { consoleSite, factorAsked, offerView, type SessionParts } from './session.ts';

const ok = { ok: true } as const;

export function accountRoutes(route: AddRoute, parts: SessionParts): void {
  const { staff } = parts;
  const { account } = staff;
  route(consoleOperations.account, ({ member }) => accountView(staff, member));
  factorRoutes(route, parts);
  route(consoleOperations.endSession, async ({ member, params: { id } }) => {
    await account.endSession(member, BigInt(id));
    return ok;
  });
  route(consoleOperations.addToken, async ({ member, body }) => {
    const { token, expiresAt } = await account.addToken(member, body);
    return { token, expiresAt: expiresAt.toISOString() };
  });
  route(consoleOperations.endToken, async ({ member, params: { id } }) => {
    await account.endToken(member, BigInt(id));
    return ok;
  });
  route(consoleOperations.askProof, async ({ member, request }) =>
    factorAsked(await account.ways(member.id, consoleSite(request, parts))),
  );
  route(consoleOperations.prove, async ({ member, body, request }) => {
    const site = consoleSite(request, parts);
    await account.prove(member, { ...body, sessionId: member.session.id, site });
    return ok;
  });
}

function factorRoutes(route: AddRoute, parts: SessionParts): void {
  const { account } = parts.staff;
  route(consoleOperations.offerFactor, async ({ member, body: { kind }, request }) =>
    offerView(await account.offerFactor(member, { kind, site: consoleSite(request, parts) })),
  );
  route(consoleOperations.addFactor, async ({ member, body: { factor: asked }, request }) => ({
    recoveryCodes: await account.addFactor(member, { asked, site: consoleSite(request, parts) }),
  }));
  route(consoleOperations.removeFactor, async ({ member, params: { id } }) => {
    await account.removeFactor(member, BigInt(id));
    return ok;
  });
  route(consoleOperations.renewRecoveryCodes, async ({ member }) => ({
    recoveryCodes: await account.renewRecoveryCodes(member),
  }));
}

async function accountView(
  { account, needsFactor }: Staff,
  member: { readonly id: bigint; readonly session: { readonly id: bigint } },
) {
  const { factors, recoveryCodes } = await account.factors(member.id);
  const sessions = await account.sessions(member.id);
  const tokens = await account.tokens(member.id);
  return {
    factors: factors.map(({ id, kind, name, addedAt, lastUsedAt }) => ({
      ...{ id: id.toString(), kind, name },
      addedAt: addedAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    })),
    ...{ factorNeeded: needsFactor, recoveryCodesLeft: recoveryCodes },
    sessions: sessions.map((row) => ({
      ...{ id: row.id.toString(), isThis: row.id === member.session.id },
      createdAt: row.created_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      provedBy: row.proved_by,
      ...{ network: row.network, browser: row.browser },
    })),
    tokens: tokens.map((row) => ({
      ...{ id: row.id.toString(), name: row.name, scope: row.scope },
      createdAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      lastUsedAt: row.last_used_at?.toISOString() ?? null,
    })),
  };
}
