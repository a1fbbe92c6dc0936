// Passkeys over HTTP: making one (the PIN first), the list, removing one. Confirming a payment with one is the cashier's.
import { accountOperations, type PasskeyList } from '@tongbao/protocol/wallet';
import { type AddRoute, guessesPerMinute } from '../shopper/routes.ts';
import { siteOf } from '../shopper/site.ts';
import type { WalletHttpOptions } from './view.ts';

export function passkeyRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, sandbox } = options;
  route(accountOperations.listPasskeys, ({ customer }) => listed(options, customer.id));
  route(
    accountOperations.offerPasskey,
    async ({ body, customer, request }) => {
      await customers.checkPin(customer.id, body.pin);
      const made = await customers.offerPasskey(customer, siteOf(request, options));
      return { options: { ...made } };
    },
    { perMinute: guessesPerMinute(sandbox) },
  );
  route(accountOperations.addPasskey, async ({ body, customer, request }) => {
    const response = body.response as unknown as Parameters<typeof customers.addPasskey>[1]['response'];
    await customers.addPasskey(customer, { response, name: body.name, site: siteOf(request, options) });
    return listed(options, customer.id);
  });
  route(accountOperations.removePasskey, async ({ params, customer }) => {
    await customers.removePasskey(customer.id, params.passkeyId ?? '');
    return listed(options, customer.id);
  });
}

async function listed({ customers }: WalletHttpOptions, customerId: bigint): Promise<PasskeyList> {
  return {
    passkeys: (await customers.passkeysOf(customerId)).map((passkey) => ({
      passkeyId: passkey.credentialId,
      name: passkey.name,
      site: passkey.rpId,
      addedAt: passkey.addedAt.toISOString(),
      lastUsedAt: passkey.lastUsedAt?.toISOString() ?? null,
    })),
  };
}
