// Money between a bank card and the balance, both ways.
import { type TopUpView, type WithdrawalView, walletOperations } from '@tongbao/protocol/wallet';
import type { Customer } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import {
  bankReference,
  type CardTransfer,
  type CardTransferKind,
  type OpenStepUp,
} from '../../wallet/index.ts';
import { type AddRoute, guessesPerMinute, idOf } from '../shopper/routes.ts';
import { cardView, stepUpView, wireMoney } from '../shopper/views.ts';
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
  const topUpOf = (id: string | undefined, customer: Customer) =>
    find(options, { kind: 'top-up', customerId: customer.id, id });
  const show = async (topUp: CardTransfer) =>
    topUpView(topUp, await options.wallet.stepUpOf(topUp), options.clock.now());
  const { stepUps } = options.wallet;
  /** Does something about what the bank asks, unless it has ended meanwhile. */
  const about = async (
    id: string | undefined,
    customer: Customer,
    act: (of: { reference: string; customerId: bigint }) => Promise<void>,
  ) => {
    const topUp = await topUpOf(id, customer);
    if (topUp.status === 'pending') await act({ reference: bankReference(topUp), customerId: customer.id });
    return show(await topUpOf(id, customer));
  };
  route(
    walletOperations.giveTopUpCode,
    ({ params, customer, body }) =>
      about(params.topUpId, customer, (of) => stepUps.giveCode({ ...of, ...body })),
    limits,
  );
  route(
    walletOperations.resendTopUpCode,
    ({ params, customer, body }) =>
      about(params.topUpId, customer, (of) => stepUps.resend({ ...of, ...body })),
    limits,
  );
  route(
    walletOperations.abandonTopUp,
    ({ params, customer, body }) =>
      about(params.topUpId, customer, (of) => stepUps.abandon({ ...of, ...body })),
    limits,
  );
  route(
    walletOperations.lookAtTopUp,
    ({ params, customer }) => about(params.topUpId, customer, (of) => stepUps.look(of)),
    limits,
  );
  route(
    walletOperations.createTopUp,
    async ({ body, customer }) => show(await request('top-up', customer, body)),
    limits,
  );
  route(
    walletOperations.createWithdrawal,
    async ({ body, customer }) => withdrawalView(await request('withdrawal', customer, body)),
    limits,
  );
  route(walletOperations.viewTopUp, async ({ params, customer }) =>
    show(await topUpOf(params.topUpId, customer)),
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

const view = (transfer: CardTransfer): Omit<TopUpView, 'topUpId' | 'stepUp'> => ({
  status: transfer.status,
  amount: wireMoney(transfer.amount),
  card: cardView(transfer.card),
  createdAt: transfer.createdAt.toISOString(),
  finishedAt: transfer.finishedAt?.toISOString() ?? null,
});

const topUpView = (topUp: CardTransfer, asked: OpenStepUp | null, now: Date): TopUpView => ({
  topUpId: topUp.id.toString(),
  ...view(topUp),
  stepUp: asked === null ? null : stepUpView(asked, now),
});

const withdrawalView = (withdrawal: CardTransfer): WithdrawalView => ({
  withdrawalId: withdrawal.id.toString(),
  ...view(withdrawal),
});
