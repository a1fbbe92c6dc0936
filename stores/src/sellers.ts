// The marketplace: one cart, one payment, an order of each seller. When the cart's order is paid, Vendure splits it into
// the sellers' own orders; each is settled with the seller's share, the marketplace keeps commission and shipping.
import {
  Channel,
  ChannelService,
  type Injector,
  isGraphQlErrorResult,
  LanguageCode,
  type Order,
  type OrderSellerStrategy,
  OrderService,
  PaymentMethodEligibilityChecker,
  PaymentMethodHandler,
  type RequestContext,
  type SplitOrderContents,
  TransactionalConnection,
} from '@vendure/core';

export const commissionPercent = 6;
export const sellerShareCode = 'seller-share';
/** The channel of a seller: his orders are his only there. */
export const sellerChannelCode = (seller: string): string => `seller-${seller}`;

const en = (value: string) => [{ languageCode: LanguageCode.en, value }];

/** What a seller gets of his goods, as Vendure stores amounts; the commission is rounded to whole units, half up. */
export function shareOf(goods: number): { share: number; commission: number } {
  const commission = Math.round((goods * commissionPercent) / 10_000) * 100;
  return { share: goods - commission, commission };
}

/** The row that says what the seller is owed for his order. No shopper can choose it. */
export const sellerShare = new PaymentMethodHandler({
  code: sellerShareCode,
  description: en('The seller’s share of a marketplace payment'),
  args: {},
  createPayment: (_ctx, _order, amount, _args, metadata) => ({
    amount,
    state: 'Settled',
    transactionId: String(metadata.of ?? ''),
    metadata: { ...metadata, ...shareOf(amount) },
  }),
  settlePayment: () => ({ success: true }),
});

export const onlySellerOrders = new PaymentMethodEligibilityChecker({
  code: 'only-seller-orders',
  description: en('For the sellers’ parts of a marketplace order only'),
  args: {},
  check: (_ctx, order) => String(order.type) === 'Seller',
});

export class Marketplace implements OrderSellerStrategy {
  #channels!: ChannelService;
  #orders!: OrderService;
  #connection!: TransactionalConnection;

  init(injector: Injector): void {
    this.#channels = injector.get(ChannelService);
    this.#orders = injector.get(OrderService);
    this.#connection = injector.get(TransactionalConnection);
  }

  async setOrderLineSellerChannel(
    ctx: RequestContext,
    line: Parameters<NonNullable<OrderSellerStrategy['setOrderLineSellerChannel']>>[1],
  ): Promise<Channel | undefined> {
    if (ctx.channel.code !== 'hinode') return undefined;
    const { sellerId } = line.productVariant.customFields as { sellerId?: string | null };
    if (sellerId == null) return undefined;
    const found = await this.#connection
      .getRepository(ctx, Channel)
      .findOne({ where: { code: sellerChannelCode(sellerId) } });
    return found ?? undefined;
  }

  splitOrder(_ctx: RequestContext, order: Order): SplitOrderContents[] {
    const parts = new Map<string, SplitOrderContents>();
    for (const line of order.lines) {
      if (line.sellerChannelId == null || line.quantity === 0) continue;
      const key = String(line.sellerChannelId);
      const part = parts.get(key) ?? {
        channelId: line.sellerChannelId,
        state: 'ArrangingPayment' as const,
        lines: [],
        shippingLines: [],
      };
      part.lines.push(line);
      parts.set(key, part);
    }
    return [...parts.values()];
  }

  async afterSellerOrdersCreated(
    ctx: RequestContext,
    aggregate: Order,
    sellerOrders: Order[],
  ): Promise<void> {
    // A seller's order is in his channel and the default one, not in the marketplace's: as Vendure's own splitter does, the
    // context is copied, so that its transaction comes along, and its channel changed.
    const everywhere = ctx.copy();
    Object.assign(everywhere, { _channel: await this.#channels.getDefaultChannel(ctx) });
    for (const order of sellerOrders) {
      const paid = await this.#orders.addPaymentToOrder(everywhere, order.id, {
        method: sellerShareCode,
        metadata: { of: aggregate.code },
      });
      if (isGraphQlErrorResult(paid)) throw new Error(`${aggregate.code}: ${paid.message}`);
    }
  }
}
