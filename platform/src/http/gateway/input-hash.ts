// By what a repeated classic request is known to be the same: every parameter that changes the deal. Canonical JSON, so
// that no two inputs share a hash.
import { createHash } from 'node:crypto';

/** Of values in a fixed order. */
export const hashOf = (values: readonly (string | undefined)[]): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(['gateway', ...values.map((value) => value ?? '')]))
    .digest();

/**
 * Of everything that a service read from its request, apart from what `without` names (the clock of the request, the
 * code of the moment). An absent parameter is left out; the order in which parameters came does not matter.
 */
export function dealHash(service: string, body: object, without: readonly string[] = []): Buffer {
  const read = Object.entries(body)
    .filter(([name, value]) => value !== undefined && !without.includes(name))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(['gateway', 'deal', service, read]))
    .digest();
}
