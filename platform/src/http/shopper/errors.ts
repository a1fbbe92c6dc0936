// Turns whatever a shopper operation throws into the one error body, and lets nothing else out: no stack, no SQL.
import type { ShopperError } from '@tongbao/protocol/wallet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isInfrastructureError } from '../../database/index.ts';
import { Rejection } from '../../rejection.ts';
import { shopperRefusals } from './refusals.ts';

/** Thrown by the adapters for requests that never reach a verb. */
export class RequestRefused extends Error {
  readonly status: number;
  readonly code: ShopperError['error']['code'];

  constructor(status: number, code: ShopperError['error']['code'], message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface ErrorAnswer {
  /** For `Retry-After`. */
  readonly retryAt?: Date | undefined;
  readonly status: number;
  readonly body: ShopperError;
  /** Nobody's fault but ours: worth a line in the log. */
  readonly isBug: boolean;
}

/** The answer for anything thrown. */
function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof Rejection) {
    const { status, code } = shopperRefusals[error.code];
    const { attemptsLeft, retryAt, field } = error.detail;
    const detail = {
      ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
      ...(retryAt === undefined ? {} : { retryAt: retryAt.toISOString() }),
      ...(error.code === 'card-refused' && field !== undefined ? { reason: field } : {}),
      ...(error.code === 'risk-rejected' && field !== undefined ? { rule: field } : {}),
    };
    return { status, body: { error: { code, message: error.message, ...detail } }, retryAt, isBug: false };
  }
  if (error instanceof RequestRefused) return plain(error.status, error.code, error.message);
  // Fastify's own refusals (a body that is not JSON, too large …) carry their status; their words name no content.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return plain(status, 'INVALID_REQUEST', 'the request cannot be read');
  }
  if (isInfrastructureError(error)) return plain(503, 'UNAVAILABLE', 'try again in a moment');
  return { ...plain(500, 'UNAVAILABLE', 'something went wrong here; the outcome is not known'), isBug: true };
}

const plain = (status: number, code: ShopperError['error']['code'], message: string): ErrorAnswer => ({
  status,
  body: { error: { code, message } },
  isBug: false,
});

/** Fastify's error handler for the shopper's operations. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body, retryAt, isBug } = errorAnswer(error);
  // The route's pattern, not its URL: a cashier URL is a key.
  if (isBug) request.log.error({ err: error, route: request.routeOptions.url }, 'shopper operation failed');
  if (retryAt !== undefined) reply.header('retry-after', retryAt.toUTCString());
  return reply.status(status).header('cache-control', 'no-store').send(body);
}
