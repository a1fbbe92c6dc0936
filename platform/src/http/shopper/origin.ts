// Calls that change something must come from our own pages. Three fences: a header and a content type that another
// site's form cannot send, and the origin that the browser states. The session cookie is SameSite=Strict besides.
import type { FastifyRequest } from 'fastify';
import { RequestRefused } from './errors.ts';

const csrfHeader = 'x-tongbao-csrf';

/**
 * Throws unless a state-changing request comes from a page of this very site: scheme, host and port. `type`: of its body,
 * one that another site's form cannot send.
 */
export function assertOwnPage(
  request: FastifyRequest,
  type: 'application/json' | 'application/octet-stream' = 'application/json',
): void {
  const { headers } = request;
  if (headers[csrfHeader] !== '1') throw forbidden(`the header ${csrfHeader}: 1 is needed`);
  const sent = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (sent !== type) throw new RequestRefused(415, 'INVALID_REQUEST', `the body must be ${type}`);
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw forbidden('the call comes from another site');
  const { origin } = headers;
  if (origin !== undefined && !isOwn(origin, request)) throw forbidden('the call comes from another origin');
}

/** The site's public address; in a sandbox, which answers at several, also the one that the call was sent to. */
function isOwn(origin: string, request: FastifyRequest): boolean {
  const { publicUrl, isOnlyThere } = request.ownSite ?? { publicUrl: null, isOnlyThere: false };
  const own = [
    ...(publicUrl === null ? [] : [publicUrl]),
    ...(isOnlyThere ? [] : [`${request.protocol}://${request.host}`]),
  ];
  return own.some((url) => URL.canParse(url) && new URL(url).origin === origin);
}

const forbidden = (message: string): RequestRefused => new RequestRefused(403, 'FORBIDDEN', message);
