// The site that a passkey belongs to: in production the address that shoppers are sent to, whatever a request claims; in a
// sandbox, which answers at several addresses, the one that the page was loaded from.
import type { FastifyRequest } from 'fastify';

export function siteOf(
  request: FastifyRequest,
  { publicUrl, sandbox }: { readonly publicUrl: string; readonly sandbox: boolean },
): { origin: string; rpId: string } {
  // Calls that change something have come from this very host (origin.ts).
  const here = `${request.protocol}://${request.host}`;
  const origin = sandbox && URL.canParse(here) ? here : publicUrl;
  return { origin, rpId: new URL(origin).hostname };
}
