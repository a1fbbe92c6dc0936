// The session cookie: what the browser keeps of a sign-in. Scripts cannot read it, other sites cannot send it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { customerLimits } from '../../customers/index.ts';

const cookieName = 'tongbao_session';

/** The token of the request's cookie, or null when there is none that could be one. */
export function tokenOf(request: FastifyRequest): string | null {
  const token = request.cookies[cookieName];
  return token !== undefined && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null;
}

/** Gives the browser its token. `Secure` where browsers come by https. */
export function keepToken(request: FastifyRequest, reply: FastifyReply, token: string): void {
  // Seconds from now, not a date: the platform's clock may stand elsewhere than the browser's.
  const maxAge = customerLimits.sessionLifetimeMs / 1000;
  reply.setCookie(cookieName, token, { ...attributes(request), maxAge });
}

export function forgetToken(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName, attributes(request));
}

const attributes = (request: FastifyRequest) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: request.isOverTls }) as const;
