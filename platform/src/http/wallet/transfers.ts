// Money between a bank card and the balance, both ways.
import { type TopUpView, type WithdrawalView, walletOperations } from '@tongbao/protocol/wallet';
import type { Customer } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import type { CardTransfer, CardTransferKind } from '../../wallet/index.ts';
import { type AddRoute, guessesPerMinute, idOf } from '../shopper/routes.ts';
import { cardView, wireMoney } from '../shopper/views.ts';
import { assertKnown, type WalletHttpOptions } from './view.ts';

interface Asked {
  readonly requestId: string;
  readonly cardId: string;
  readonly amount: { readonly currency: string; readonly value: string };
  readonly pin: string;
}

export function transferRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const limits = { perMinute: guessesPerMinute(options.sandbox) };
  const request = (kind: CardTransferKind, customer: Customer, body: Asked) =>
    requestTransfer(options, { kind, customer, body });
  route(
    walletOperations.createTopUp,
    async ({ body, customer }) => topUpView(await request('top-up', customer, body)),
    limits,
  );
  route(
    walletOperations.createWithdrawal,
    async ({ body, customer }) => withdrawalView(await request('withdrawal', customer, body)),
    limits,
  );
  route(walletOperations.viewTopUp, async ({ params, customer }) =>
    topUpView(await find(options, { kind: 'top-up', customerId: customer.id, id: params.topUpId })),
  );
  route(walletOperations.viewWithdrawal, async ({ params, customer }) =>
    withdrawalView(
      await find(options, { kind: 'withdrawal', customerId: customer.id, id: params.withdrawalId }),
    ),
  );
}

async function requestTransfer(
  { customers, wallet }: WalletHttpOptions,
  { kind, customer, body }: { kind: CardTransferKind; customer: Customer; body: Asked },
): Promise<CardTransfer> {
  assertKnown(customer);
  const cardId = idOf(body.cardId);
  if (cardId === null) throw new Rejection('card-unknown', 'there is no such card');
  const amount = { currency: body.amount.currency, amount: BigInt(body.amount.value) };
  await customers.checkPin(customer.id, body.pin);
  return wallet.requestTransfer({
    kind,
    customerId: customer.id,
    requestId: body.requestId,
    cardId,
    amount,
  });
}

async function find(
  { wallet }: WalletHttpOptions,
  of: { kind: CardTransferKind; customerId: bigint; id: string | undefined },
): Promise<CardTransfer> {
  const id = idOf(of.id ?? '');
  const transfer = id === null ? null : await wallet.findTransfer(of.customerId, id);
  if (transfer?.kind !== of.kind) throw new Rejection('top-up-not-found', `there is no such ${of.kind}`);
  return transfer;
}

const view = (transfer: CardTransfer): Omit<TopUpView, 'topUpId'> => ({
  status: transfer.status,
  amount: wireMoney(transfer.amount),
  card: cardView(transfer.card),
  createdAt: transfer.createdAt.toISOString(),
  finishedAt: transfer.finishedAt?.toISOString() ?? null,
});

const topUpView = (topUp: CardTransfer): TopUpView => ({ topUpId: topUp.id.toString(), ...view(topUp) });

const withdrawalView = (withdrawal: CardTransfer): WithdrawalView => ({
  withdrawalId: withdrawal.id.toString(),
  ...view(withdrawal),
});
