// How an operation of the console becomes a route: session, role, own pages only, body and query by the operation's
// schema, the answer by it as well. Who may do what stands in the operation and nowhere else.
import cookie from '@fastify/cookie';
import {
  type ConsoleErrorCode,
  type consoleOperations,
  type Role,
  type ShopRole,
  shopRolesOf,
} from '@tongbao/protocol/console';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ReconciliationRefused, StatementUnreadable } from '../../reconciliation/index.ts';
import { Rejection } from '../../rejection.ts';
import {
  deviceKnownMs,
  type Member,
  type SignedMember,
  type Staff,
  type StaffCaller,
  sessionLifetimeMs,
} from '../../staff/index.ts';
import { networkOf } from '../../system/index.ts';
import { type Cookie, putToken, removeToken, tokenIn } from '../shopper/cookies.ts';
import { browserOf, systemOf } from '../shopper/device-name.ts';
import { assertOwnPage } from '../shopper/origin.ts';

type Operations = typeof consoleOperations;
type Operation = Operations[keyof Operations];
type Parsed<Op, Field extends string> = Op extends { readonly [key in Field]: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : null;

export interface Call<Op extends Operation> {
  readonly body: Parsed<Op, 'body'>;
  readonly query: Parsed<Op, 'query'>;
  readonly params: Parsed<Op, 'params'>;
  /** Who is signed in; where the operation asks for nobody, null. */
  readonly member: Op['roles'] extends null ? null : SignedMember;
  readonly token: string | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export type AddRoute = <Op extends Operation>(
  operation: Op,
  handle: (call: Call<Op>) => Promise<z.input<Op['answer']>>,
) => void;

/** A refusal in the console's own words. */
export class ConsoleRefused extends Error {
  readonly status: number;
  readonly code: ConsoleErrorCode;

  constructor(status: number, code: ConsoleErrorCode, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const path = '/api/console';
const session: Cookie = { name: 'tongbao_console', path, lifetimeMs: sessionLifetimeMs };
const device: Cookie = { name: 'tongbao_console_device', path, lifetimeMs: deviceKnownMs };

const tokenOf = (request: FastifyRequest): string | null => tokenIn(request, session);

/** `Chrome, Linux`. */
const browserText = (userAgent: string): string =>
  [browserOf(userAgent), systemOf(userAgent)].filter((word) => word !== '').join(', ');

export const callerOf = (request: FastifyRequest): StaffCaller => ({
  network: networkOf(request.ip),
  device: tokenIn(request, device),
  browser: browserText(request.headers['user-agent'] ?? ''),
});

/** Gives the browser what a sign-in made. */
export function keepTokens(
  request: FastifyRequest,
  reply: FastifyReply,
  made: { readonly token: string; readonly device: string },
): void {
  putToken(request, reply, { ...session, token: made.token });
  putToken(request, reply, { ...device, token: made.device });
}
export const forgetToken = (request: FastifyRequest, reply: FastifyReply): void =>
  removeToken(request, reply, session);

/** Who may: of the roles, and of a merchant's members. */
interface Right {
  readonly method: 'GET' | 'POST';
  readonly roles: readonly Role[] | null;
  readonly shopRoles?: readonly ShopRole[];
  readonly fresh?: boolean;
  readonly enrols?: boolean;
}

/** The signed-in person; throws where there is none, or his role may not do this. */
export async function memberFor(staff: Staff, request: FastifyRequest, right: Right): Promise<SignedMember> {
  const token = tokenOf(request);
  const member = token === null ? null : await staff.findSession(token);
  if (member === null) throw new ConsoleRefused(401, 'NOT_SIGNED_IN', 'sign in first');
  const roles = right.roles ?? [];
  if (!roles.includes(member.role))
    throw new ConsoleRefused(403, 'FORBIDDEN', `this is for ${roles.join(', ')}`);
  const shopRoles = shopRolesOf(right);
  if (member.shopRole !== null && !shopRoles.includes(member.shopRole))
    throw new ConsoleRefused(403, 'FORBIDDEN', `at the shop this is for ${shopRoles.join(', ')}`);
  if (member.session.lacksFactor && right.enrols !== true)
    throw new ConsoleRefused(403, 'FACTOR_MISSING', 'set up a second factor first');
  if (right.fresh === true && !member.session.isFresh)
    throw new ConsoleRefused(403, 'PROOF_NEEDED', 'prove first that it is still you');
  return member;
}

/** For what other adapters show to some of the staff only: all routes of theirs that are added afterwards. */
export const onlyFor =
  (staff: Staff, roles: readonly Member['role'][]) =>
  async (app: FastifyInstance): Promise<void> => {
    if (!app.hasRequestDecorator('cookies')) await app.register(cookie);
    app.addHook('onRequest', async (request, reply) => {
      const refused = await memberFor(staff, request, { method: 'GET', roles }).then(
        () => null,
        (error: unknown) => error,
      );
      if (refused !== null) await answerError(refused, request, reply);
    });
  };

export async function consoleRoutes(app: FastifyInstance, staff: Staff): Promise<AddRoute> {
  if (!app.hasRequestDecorator('cookies')) await app.register(cookie);
  app.setErrorHandler(answerError);
  return (operation, handle) => {
    app.route({
      method: operation.method,
      url: operation.path,
      onRequest: async (request) => {
        if (operation.method !== 'GET') assertOwnPage(request);
      },
      handler: async (request, reply) => {
        const member = operation.roles === null ? null : await memberFor(staff, request, operation);
        const call = {
          ...{ member, token: tokenOf(request), request, reply },
          body: parse(operation, 'body', request.body),
          query: parse(operation, 'query', request.query),
          params: parse(operation, 'params', request.params),
        };
        const answer = operation.answer.parse(await handle(call as never));
        return reply.header('cache-control', 'no-store').send(answer);
      },
    });
  };
}

/** By the operation's schema; refuses with the paths that are wrong. */
export function parse(operation: Operation, field: 'body' | 'query' | 'params', value: unknown): unknown {
  const schema = (operation as { readonly [key in typeof field]?: z.ZodType })[field];
  if (schema === undefined) return null;
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  // Paths and rules only: what was typed may be a password.
  const faults = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || field}: ${issue.code}`);
  throw new ConsoleRefused(400, 'INVALID_REQUEST', faults.join('; '));
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, message, retryAt } = describe(error);
  if (status >= 500)
    request.log.error({ err: error, route: request.routeOptions.url }, 'a console operation failed');
  const said = { code, message, ...(retryAt === undefined ? {} : { retryAt: retryAt.toISOString() }) };
  return reply.status(status).header('cache-control', 'no-store').send({ error: said });
}

function describe(error: unknown): {
  status: number;
  code: ConsoleErrorCode;
  message: string;
  retryAt?: Date;
} {
  if (error instanceof ConsoleRefused)
    return { status: error.status, code: error.code, message: error.message };
  if (error instanceof StatementUnreadable)
    return { status: 422, code: 'UNREADABLE', message: error.message };
  if (error instanceof ReconciliationRefused)
    return { status: 409, code: 'NOT_ALLOWED', message: error.message };
  if (error instanceof Rejection) {
    if (error.code === 'password-wrong')
      return { status: 403, code: 'PASSWORD_WRONG', message: 'name or password is wrong' };
    if (error.code === 'password-weak') return { status: 422, code: 'PASSWORD_WEAK', message: error.message };
    if (error.code === 'staff-locked') {
      const { retryAt } = error.detail;
      const locked = { status: 423, code: 'LOCKED' as const, message: 'too many tries from here' };
      return retryAt === undefined ? locked : { ...locked, retryAt };
    }
    if (error.code === 'factor-wrong') return { status: 403, code: 'FACTOR_WRONG', message: error.message };
    if (error.code === 'link-unusable') return { status: 410, code: 'LINK_UNUSABLE', message: error.message };
    if (error.code === 'act-unknown') return { status: 404, code: 'NOT_FOUND', message: error.message };
    if (['merchant-unknown', 'payment-not-found', 'member-unknown'].includes(error.code))
      return { status: 404, code: 'NOT_FOUND', message: 'there is no such thing' };
    return { status: 409, code: 'NOT_ALLOWED', message: error.message };
  }
  const status =
    (error as { status?: unknown; statusCode?: unknown } | null)?.statusCode ??
    (error as { status?: unknown } | null)?.status;
  if (status === 429) return { status, code: 'TOO_MANY_REQUESTS', message: 'too many requests from here' };
  if (status === 413) return { status, code: 'INVALID_REQUEST', message: 'what was sent is too large' };
  if (status === 404) return { status, code: 'NOT_FOUND', message: 'there is no such file' };
  if (status === 403) return { status, code: 'FORBIDDEN', message: (error as Error).message };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, code: 'INVALID_REQUEST', message: 'the request cannot be read' };
  return { status: 500, code: 'UNAVAILABLE', message: 'something went wrong here' };
}
