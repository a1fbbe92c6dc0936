// The shopper's cookies: the session, and what the browser is known by after it has ended.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, customerLimits } from '../../customers/index.ts';
import { networkOf } from '../../system/index.ts';
import { type Cookie, putToken, removeToken, tokenIn } from './cookies.ts';

const session: Cookie = { name: 'tongbao_session', path: '/', lifetimeMs: customerLimits.sessionLifetimeMs };
const device: Cookie = {
  name: 'tongbao_device',
  path: '/api/wallet',
  lifetimeMs: customerLimits.deviceKnownMs,
};

const challenge: Cookie = {
  name: 'tongbao_challenge',
  path: '/api/wallet',
  lifetimeMs: customerLimits.codeLifetimeMs,
};

/** The token of the request's session cookie, or null when there is none that could be one. */
export const tokenOf = (request: FastifyRequest): string | null => tokenIn(request, session);

export const callerOf = (request: FastifyRequest): Caller => ({
  network: networkOf(request.ip),
  device: tokenIn(request, device),
});

/** What the request for a code was answered with, as the page sends it back, or else as the browser kept it. */
export const challengeOf = (request: FastifyRequest, typed: string | undefined): string | undefined =>
  typed ?? tokenIn(request, challenge) ?? undefined;

export const keepChallenge = (request: FastifyRequest, reply: FastifyReply, token: string): void =>
  putToken(request, reply, { ...challenge, token });

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
