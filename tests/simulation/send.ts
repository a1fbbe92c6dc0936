// Sends a request where it belongs: to the gateways as a shop, or to the cashier and the wallet as a shopper.
import type { Answer } from './answers.ts';
import type { Auditor } from './auditor.ts';
import type { Request } from './requests.ts';
import type { ShopClient } from './shop-client.ts';
import type { ShopperClient } from './shopper-client.ts';

export interface Senders {
  readonly shop: ShopClient;
  readonly shopper: ShopperClient;
  /** Which payments a shop knows already. */
  readonly auditor: Auditor;
}

export async function send({ shop, shopper, auditor }: Senders, request: Request): Promise<Answer> {
  const notifyUrl = 'told' in request && request.told ? 'https://shop.example/notify' : null;
  switch (request.kind) {
    case 'pay': {
      const said = await shop.pay({ ...request, notifyUrl });
      if (said.facts.url === undefined || said.facts.price !== undefined) return said;
      if (auditor.model.payments.has(request.payment)) return said;
      // A session's answer names no price: the cashier shows it.
      const view = await shopper.look(said.facts.url, null);
      // Lost on the way: the shop does not know its payment yet, and asks again.
      if (view.unknown) return view;
      return { ...said, facts: { ...view.facts, ...said.facts } };
    }
    case 'announce':
      return shop.announce({ ...request, notifyUrl });
    case 'look':
      return shopper.look(request.url, request.shopper);
    case 'confirm':
      return shopper.confirm(request);
    case 'decline':
      return shopper.decline(request.url, request.shopper);
    case 'cancel':
      return shop.cancel(request);
    case 'inquire':
      return shop.inquire(request);
    case 'refund':
      return request.by === 'ams' ? shop.refund(request) : shop.classicRefund(request);
    case 'inquire-refund':
      return shop.inquireRefund(request);
    case 'top-up':
      return shopper.topUp(request);
    case 'view-top-up':
      return shopper.viewTopUp(request.shopper, request.id);
    case 'wallet':
      return shopper.wallet(request.shopper);
  }
}
