// What may become of a shopper's wallet: the balance is what payments, refunds and top-ups leave, to the fen.
import { shoppers } from './cast.ts';
import {
  balanceOf,
  type Model,
  type ModelTopUp,
  pinIsLocked,
  withPinRight,
  withPinTried,
  withTopUp,
} from './model.ts';
import { broken, type Circumstances, differing, type Prediction } from './prediction.ts';
import type { Request } from './requests.ts';

const most = 5_000_000n;

export function predictTopUp(
  model: Model,
  request: Extract<Request, { kind: 'top-up' }>,
  { now }: Circumstances,
): Prediction[] {
  const { shopper, card, amount, topUp: name, requestId } = request;
  if (pinIsLocked(model, shopper, now)) return [{ code: 'PIN_LOCKED' }];
  const tried = broken(withPinTried(model, shopper, now));
  const checked = withPinRight(model, shopper);
  const known = model.topUps.get(name);
  if (known !== undefined) {
    if (known.amount !== amount || known.card !== card)
      return [{ code: 'REQUEST_REUSED', next: () => checked, unheard: () => checked }, tried];
    return [...viewsOf(checked, known), tried];
  }
  const no = (code: string): Prediction[] => [{ code, next: () => checked, unheard: () => checked }, tried];
  if (amount < 1n || amount > most) return no('AMOUNT_LIMIT');
  if (shoppers[shopper]!.cards[card]!.locked) return no('CARD_DECLINED');
  const fresh: Omit<ModelTopUp, 'id'> = { name, requestId, shopper, card, amount, status: 'pending' };
  return [
    {
      code: 'TOP_UP',
      wrong: differing({ status: 'pending', amount: amount.toString() }),
      next: (facts) => withTopUp(checked, { ...fresh, id: facts.topUpId ?? '' }),
      unheard: () => checked,
    },
    tried,
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
