// What our cookies have in common: scripts cannot read them, other sites cannot send them, and where browsers come by
// https no other host and no plain http answer can plant one (the `__Host-` prefix, RFC 6265bis section 4.1.3).
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Cookie {
  readonly name: string;
  /** Where it is sent on plain http; a `__Host-` cookie is sent everywhere. */
  readonly path: string;
  readonly lifetimeMs: number;
}

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

const nameOf = (request: FastifyRequest, { name }: Cookie): string =>
  request.isOverTls ? `__Host-${name}` : name;

const attributesOf = (request: FastifyRequest, { path }: Cookie) =>
  ({
    path: request.isOverTls ? '/' : path,
    httpOnly: true,
    sameSite: 'strict',
    secure: request.isOverTls,
  }) as const;

/** The token that the browser sent, or null when there is none that could be one. */
export function tokenIn(request: FastifyRequest, cookie: Cookie): string | null {
  const token = request.cookies[nameOf(request, cookie)];
  return token !== undefined && tokenPattern.test(token) ? token : null;
}

export function putToken(request: FastifyRequest, reply: FastifyReply, of: Cookie & { token: string }): void {
  // Seconds from now, not a date: the platform's clock may stand elsewhere than the browser's.
  const maxAge = of.lifetimeMs / 1000;
  reply.setCookie(nameOf(request, of), of.token, { ...attributesOf(request, of), maxAge });
}

export function removeToken(request: FastifyRequest, reply: FastifyReply, cookie: Cookie): void {
  reply.clearCookie(nameOf(request, cookie), attributesOf(request, cookie));
}
