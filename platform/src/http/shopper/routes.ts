// How an operation of the shopper's API becomes a route: own pages only, rate limit, session, body checked by the
// operation's schema, and the answer checked by it as well (which also drops whatever the schema does not name).
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Customer, Customers } from '../../customers/index.ts';
import type { Tally } from '../../database/index.ts';
import { Rejection } from '../../rejection.ts';
import { answerError, RequestRefused } from './errors.ts';
import { assertOwnPage } from './origin.ts';
import { tokenOf } from './session.ts';

interface Operation {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  readonly signedIn: boolean;
}

type BodyOf<Op extends Operation> = Op['body'] extends z.ZodType ? z.output<Op['body']> : null;
type CustomerOf<Op extends Operation> = Op['signedIn'] extends true ? Customer : Customer | null;

interface Call<Op extends Operation> {
  readonly body: BodyOf<Op>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Who is signed in; never null where the operation asks for it. */
  readonly customer: CustomerOf<Op>;
  /** The session token that the browser sent, whether or not it opens anything. */
  readonly token: string | null;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface RouteOptions {
  /**
   * Calls a minute of one account, over all processes; absent where guessing gains nothing. What is open to who has not
   * signed in is counted by its room.
   */
  readonly perMinute?: number;
}

export type AddRoute = <Op extends Operation>(
  operation: Op,
  handle: (call: Call<Op>) => Promise<z.input<Op['answer']>>,
  options?: RouteOptions,
) => void;

/** Calls a minute of one account on operations where a PIN or a number could be guessed. */
export const guessesPerMinute = (sandbox: boolean): number => (sandbox ? 600 : 30);

/**
 * Readies a Fastify instance (an encapsulated one: its error handler, and cookies stay its own) and answers
 * the function that adds operations to it. Logs of these routes carry no URL, header or body.
 */
export async function shopperRoutes(
  app: FastifyInstance,
  { customers, tally }: { readonly customers: Customers; readonly tally: Tally },
): Promise<AddRoute> {
  if (!app.hasRequestDecorator('cookies')) await app.register(cookie);
  app.setErrorHandler(answerError);
  return (operation, handle, options = {}) => {
    app.route({
      method: operation.method,
      url: operation.path,
      logSerializers,
      onRequest: async (request) => {
        if (operation.method !== 'GET') assertOwnPage(request);
      },
      handler: async (request, reply) => {
        const token = tokenOf(request);
        const customer = token === null ? null : await customers.findSession(token);
        if (operation.signedIn && customer === null) throw new Rejection('not-signed-in', 'sign in first');
        if (customer !== null && options.perMinute !== undefined)
          await countCall(tally, { operation, customer, most: options.perMinute });
        const call = {
          body: bodyOf(operation, request),
          params: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          customer,
          token,
          request,
          reply,
        };
        const answer = operation.answer.parse(await handle(call as Call<typeof operation>));
        return reply.header('cache-control', 'no-store').send(answer);
      },
    });
  };
}

async function countCall(
  tally: Tally,
  { operation, customer, most }: { operation: Operation; customer: Customer; most: number },
): Promise<void> {
  const quota = { name: operation.path, subject: customer.id.toString(), most, windowMs: 60_000 };
  if ((await tally.take([quota])) !== null)
    throw new RequestRefused(429, 'TOO_MANY_REQUESTS', 'too many requests of this account');
}

/** The route's pattern instead of the URL, which may be a cashier's key; no header, no body. */
const logSerializers = {
  req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions?.url }),
};

function bodyOf(operation: Operation, request: FastifyRequest): unknown {
  if (operation.body === null) return null;
  const parsed = operation.body.safeParse(request.body);
  if (parsed.success) return parsed.data;
  // Paths and rules only: the message must not carry what was typed, which may be a PIN.
  const faults = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`);
  throw new RequestRefused(400, 'INVALID_REQUEST', faults.join('; '));
}

/** Everything else below a path is no operation: the shopper's error body, not the server's page. */
export function refuseOthers(app: FastifyInstance, url: string): void {
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url,
    logSerializers,
    handler: () => {
      throw new RequestRefused(404, 'NOT_FOUND', 'there is no such operation');
    },
  });
}

/** A decimal id of a path or cursor; null when it cannot be one. */
export function idOf(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id < 2n ** 63n ? id : null;
}
