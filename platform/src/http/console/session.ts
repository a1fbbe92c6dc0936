// Coming in and leaving, over HTTP.
import { consoleOperations } from '@tongbao/protocol/console';
import type { Merchants } from '../../merchants/index.ts';
import type { Member, Staff } from '../../staff/index.ts';
import { type AddRoute, callerOf, forgetToken, keepTokens } from './routes.ts';

export interface SessionParts {
  readonly staff: Staff;
  readonly merchants: Merchants;
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

export const memberView = async (
  { merchants }: Pick<SessionParts, 'merchants'>,
  { username, name, role, merchantId, shopRole }: Member,
) => ({
  ...{ username, name, role, shopRole },
  clientId: merchantId === null ? null : (await merchants.get(merchantId)).merchant.clientId,
});

export function sessionRoutes(route: AddRoute, parts: SessionParts): void {
  const { staff } = parts;
  route(consoleOperations.signIn, async ({ body, token: formerToken, request, reply }) => {
    const caller = callerOf(request);
    const made = await refusedNoSooner(refusalMs, staff.signIn({ ...body, formerToken, caller }));
    keepTokens(request, reply, made);
    return memberView(parts, made.member);
  });
  joinRoutes(route, parts);
  route(consoleOperations.changePassword, async ({ body, member, token }) => {
    await staff.changePassword(member, { ...body, token: token! });
    return { ok: true };
  });
  route(consoleOperations.session, ({ member }) => memberView(parts, member));
  route(consoleOperations.signOut, async ({ token, request, reply }) => {
    if (token !== null) await staff.signOut(token);
    forgetToken(request, reply);
    return { ok: true };
  });
}

function joinRoutes(route: AddRoute, parts: SessionParts): void {
  const { staff } = parts;
  route(consoleOperations.lookAtLink, async ({ body, request }) => {
    const { member, expiresAt } = await staff.lookAtLink({ ...body, caller: callerOf(request) });
    return { member: await memberView(parts, member), expiresAt: expiresAt.toISOString() };
  });
  route(consoleOperations.join, async ({ body, request, reply }) => {
    const made = await staff.join({ ...body, caller: callerOf(request) });
    keepTokens(request, reply, made);
    return memberView(parts, made.member);
  });
}
