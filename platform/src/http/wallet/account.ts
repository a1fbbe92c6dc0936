// The account: the real name, the PIN, devices.
import { accountOperations } from '@tongbao/protocol/wallet';
import { browserOf, systemOf } from '../shopper/device-name.ts';
import { type AddRoute, guessesPerMinute } from '../shopper/routes.ts';
import { challengeOf, forgetToken } from '../shopper/session.ts';
import { codeSent, freshView, type WalletHttpOptions } from './view.ts';

export function accountRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, sandbox } = options;
  const guesses = { perMinute: guessesPerMinute(sandbox) };
  route(
    accountOperations.checkIdentity,
    async ({ body, customer }) => {
      await customers.checkIdentity(customer, body);
      return freshView(options, customer.id);
    },
    guesses,
  );
  pinRoutes(route, options);
  route(accountOperations.listDevices, async ({ customer, token }) => ({
    devices: (await customers.devicesOf(customer.id, token!)).map((device) => ({
      deviceId: device.id,
      browser: browserOf(device.userAgent),
      system: systemOf(device.userAgent),
      isThis: device.isThis,
      signedInAt: device.createdAt.toISOString(),
      lastSeenAt: device.lastSeenAt.toISOString(),
    })),
  }));
  route(accountOperations.endDevice, async ({ customer, params }) => {
    await customers.endDevice(customer.id, params.deviceId ?? '');
    return {};
  });
  route(accountOperations.endDevices, async ({ customer, request, reply }) => {
    await customers.endSessions(customer.id, null);
    forgetToken(request, reply);
    return {};
  });
}

function pinRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, sandbox } = options;
  const guesses = { perMinute: guessesPerMinute(sandbox) };
  route(
    accountOperations.setPin,
    async ({ body, customer }) => {
      await customers.setFirstPin(customer.id, body.newPin);
      return freshView(options, customer.id);
    },
    guesses,
  );
  route(
    accountOperations.checkPin,
    async ({ body, customer }) => {
      await customers.checkPin(customer.id, body.pin);
      return {};
    },
    guesses,
  );
  route(
    accountOperations.changePin,
    async ({ body, customer, token }) => {
      await customers.changePin(customer.id, { ...body, token: token! });
      return {};
    },
    guesses,
  );
  route(accountOperations.requestPinCode, async ({ customer: { id: customerId, phone }, request, reply }) =>
    codeSent(
      { request, reply },
      phone,
      await customers.requestCode(phone, { purpose: { kind: 'pin', customerId } }),
    ),
  );
  route(
    accountOperations.resetPin,
    async ({ body, customer, token, request }) => {
      const challenge = challengeOf(request, body.challenge);
      await customers.resetPin(customer, { ...body, challenge, token: token! });
      return {};
    },
    guesses,
  );
}
