// Bank cards: what a number's first digits say, adding a card that its bank has confirmed, the default, removing.
import { cardOperations } from '@tongbao/protocol/wallet';
import { Rejection } from '../../rejection.ts';
import { type AddRoute, guessesPerMinute, idOf } from '../shopper/routes.ts';
import { cardCheckRoutes } from './card-checks.ts';
import { assertKnown, freshView, type WalletHttpOptions } from './view.ts';

export function cardRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, wallet, sandbox } = options;
  route(
    cardOperations.identifyCard,
    async ({ params }) => {
      const digits = params.digits ?? '';
      const face = /^\d{6,8}$/.test(digits) ? await wallet.identifyCard(digits) : null;
      if (face === null) throw new Rejection('bill-not-found', 'no bank of the network has these digits');
      return { bankName: face.bankName, kind: face.kind, digits: face.digits };
    },
    { perMinute: guessesPerMinute(sandbox) },
  );
  cardCheckRoutes(route, options);
  route(
    cardOperations.addCard,
    async ({ body, customer }) => {
      assertKnown(customer);
      const { name, phone } = customer;
      const holder = { name, phone };
      const { card, reference } = await wallet.claimCard({
        customerId: customer.id,
        offer: body.offer,
        holder,
      });
      // A bank that gave somebody a card has seen who it is: one more source that knows the shopper.
      await customers.addIdentityCheck(customer.id, { source: `bank:${card.bank}`, reference });
      return freshView(options, customer.id);
    },
    { perMinute: guessesPerMinute(sandbox) },
  );
  route(cardOperations.chooseDefaultCard, async ({ params, customer }) => {
    await wallet.chooseDefaultCard(customer.id, cardIdOf(params.cardId));
    return freshView(options, customer.id);
  });
  route(
    cardOperations.removeCard,
    async ({ params, body, customer }) => {
      const cardId = cardIdOf(params.cardId);
      await customers.checkPin(customer.id, body.pin);
      await wallet.removeCard(customer.id, cardId);
      return freshView(options, customer.id);
    },
    { perMinute: guessesPerMinute(sandbox) },
  );
}

function cardIdOf(text: string | undefined): bigint {
  const id = idOf(text ?? '');
  if (id === null) throw new Rejection('card-unknown', 'there is no such card');
  return id;
}
