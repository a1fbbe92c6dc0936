// The stand-in for the registries that know names: every person whose number is possible is known to the residents'
// register and to the mobile operator, except the few who are there to be refused.

import type { IdentityRegistry } from '../customers/index.ts';
import { residentIdOf } from '../customers/index.ts';

/** A name that no register knows, to see what a refusal looks like. */
export const unknownName = '查无此人';

export function createSandboxRegistry(): IdentityRegistry {
  return {
    async confirm({ name, residentId, phone }) {
      const id = residentIdOf(residentId);
      if (id === null || name === unknownName) return [];
      return [
        { source: 'resident-registry', reference: `RR-${id.number.slice(0, 6)}` },
        { source: 'mobile-operator', reference: `MO-${phone.slice(-4)}` },
      ];
    },
  };
}
