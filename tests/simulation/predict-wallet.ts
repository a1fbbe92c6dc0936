// What may become of a shopper's wallet: the balance is what payments, refunds and top-ups leave, to the fen.
import { shoppers } from './cast.ts';
import { balanceOf, type Model, type ModelTopUp, withPin, withTopUp } from './model.ts';
import { differing, type Prediction } from './predict.ts';
import type { Request } from './requests.ts';

const most = 5_000_000n;

export function predictTopUp(model: Model, request: Extract<Request, { kind: 'top-up' }>): Prediction[] {
  const { shopper, card, amount, topUp: name, requestId } = request;
  const locked: Prediction[] = model.wrongPins[shopper]! >= 5 ? [{ code: 'PIN_LOCKED' }] : [];
  const checked = withPin(model, shopper, false);
  const known = model.topUps.get(name);
  if (known !== undefined) {
    if (known.amount !== amount || known.card !== card)
      return [...locked, { code: 'REQUEST_REUSED', next: () => checked }];
    const may = viewsOf(checked, known);
    return [...locked, ...may];
  }
  if (amount < 1n || amount > most) return [...locked, { code: 'AMOUNT_LIMIT', next: () => checked }];
  if (shoppers[shopper]!.cards[card]!.locked)
    return [...locked, { code: 'CARD_DECLINED', next: () => checked }];
  const fresh: Omit<ModelTopUp, 'id'> = { name, requestId, shopper, card, amount, status: 'pending' };
  return [
    ...locked,
    {
      code: 'TOP_UP',
      wrong: differing({ status: 'pending', amount: amount.toString() }),
      next: (facts) => withTopUp(checked, { ...fresh, id: facts.topUpId ?? '' }),
    },
  ];
}

/** A transfer that waits for its bank may have been decided meanwhile; a decided one never changes. */
function viewsOf(model: Model, topUp: ModelTopUp): Prediction[] {
  const may: ModelTopUp['status'][] =
    topUp.status === 'pending' ? ['pending', 'succeeded', 'failed'] : [topUp.status];
  return may.map((status) => ({
    code: 'TOP_UP',
    wrong: differing({ status, topUpId: topUp.id, amount: topUp.amount.toString() }),
    next: () => withTopUp(model, { ...topUp, status }),
  }));
}

export const predictTopUpView = (
  model: Model,
  request: Extract<Request, { kind: 'view-top-up' }>,
): Prediction[] => viewsOf(model, model.topUps.get(request.topUp)!);

export function predictWallet(model: Model, { shopper }: Extract<Request, { kind: 'wallet' }>): Prediction[] {
  const balance = balanceOf(model, shopper).toString();
  return [{ code: 'WALLET', wrong: differing({ balance, available: balance }), next: () => model }];
}
