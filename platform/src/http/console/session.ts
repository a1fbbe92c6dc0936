// Coming in and leaving, over HTTP: by name, password and second factor, or by a link that opens a name once.
import { consoleOperations } from '@tongbao/protocol/console';
import type { FastifyRequest } from 'fastify';
import type { Merchants } from '../../merchants/index.ts';
import { FactorNeeded, idleMinutes, type Member, type Staff } from '../../staff/index.ts';
import { siteOf } from '../shopper/site.ts';
import { type AddRoute, callerOf, forgetToken, keepTokens } from './routes.ts';

export interface SessionParts {
  readonly staff: Staff;
  readonly merchants: Merchants;
  /** Where the console is: https://pay.example. */
  readonly publicUrl: string;
}

/** Longer than any reason to refuse a sign-in takes to find: so how long it takes does not tell which names exist. */
const refusalMs = 300;

async function refusedNoSooner<T>(ms: number, work: Promise<T>): Promise<T> {
  const patience = new Promise((resolve) => setTimeout(resolve, ms));
  try {
    return await work;
  } catch (error) {
    await patience;
    throw error;
  }
}

/** Where a passkey of the console belongs. */
export const consoleSite = (request: FastifyRequest, { publicUrl, staff }: SessionParts) =>
  siteOf(request, { publicUrl, sandbox: !staff.needsFactor });

const memberView = async (
  { merchants }: Pick<SessionParts, 'merchants'>,
  { username, name, role, merchantId, shopRole }: Member,
) => ({
  ...{ username, name, role, shopRole },
  clientId: merchantId === null ? null : (await merchants.get(merchantId)).merchant.clientId,
});

const signedInView = async (
  parts: SessionParts,
  { member, factorMissing }: { member: Member; factorMissing: boolean },
) => ({
  ...(await memberView(parts, member)),
  ...{ factorMissing, idleMinutes: idleMinutes(!parts.staff.needsFactor) },
});

export function sessionRoutes(route: AddRoute, parts: SessionParts): void {
  const { staff } = parts;
  route(consoleOperations.signIn, async ({ body, token: formerToken, request, reply }) => {
    const asked = { ...body, formerToken, caller: callerOf(request), site: consoleSite(request, parts) };
    try {
      const made = await refusedNoSooner(refusalMs, staff.signIn(asked));
      keepTokens(request, reply, made);
      const signed = await staff.findSession(made.token);
      const factorMissing = signed?.session.lacksFactor ?? false;
      return signedInView(parts, { member: made.member, factorMissing });
    } catch (error) {
      if (!(error instanceof FactorNeeded)) throw error;
      return factorAsked(error);
    }
  });
  joinRoutes(route, parts);
  route(consoleOperations.changePassword, async ({ body, member, token }) => {
    await staff.changePassword(member, { ...body, token: token! });
    return { ok: true };
  });
  route(consoleOperations.session, ({ member }) =>
    signedInView(parts, { member, factorMissing: member.session.lacksFactor }),
  );
  route(consoleOperations.signOut, async ({ token, request, reply }) => {
    if (token !== null) await staff.signOut(token);
    forgetToken(request, reply);
    return { ok: true };
  });
}

export const factorAsked = ({ ways, passkey }: Pick<FactorNeeded, 'ways' | 'passkey'>) => ({
  factorAsked: [...ways],
  passkey: passkey === null ? null : { ...passkey },
});

function joinRoutes(route: AddRoute, parts: SessionParts): void {
  const { staff } = parts;
  route(consoleOperations.lookAtLink, async ({ body, request }) => {
    const { member, expiresAt } = await staff.lookAtLink({ ...body, caller: callerOf(request) });
    return {
      member: await memberView(parts, member),
      ...{ expiresAt: expiresAt.toISOString(), factorNeeded: staff.needsFactor },
    };
  });
  route(consoleOperations.offerAtLink, async ({ body, request }) => {
    const site = consoleSite(request, parts);
    return offerView(await staff.offerAtLink({ ...body, caller: callerOf(request), site }));
  });
  route(consoleOperations.join, async ({ body, token: formerToken, request, reply }) => {
    const made = await staff.join({
      ...{ ...body, formerToken },
      ...{ caller: callerOf(request), site: consoleSite(request, parts) },
    });
    keepTokens(request, reply, made);
    const signed = await signedInView(parts, { member: made.member, factorMissing: false });
    return { ...signed, recoveryCodes: [...made.recoveryCodes] };
  });
}

export const offerView = (offer: Awaited<ReturnType<Staff['offerAtLink']>>) =>
  offer.kind === 'totp' ? offer : { kind: offer.kind, options: { ...offer.options } };
