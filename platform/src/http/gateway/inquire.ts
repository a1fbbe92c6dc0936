// single_trade_query, close_trade, notify_verify: what a shop's server asks (reference, sections 1.8, 2.5, 2.8).
import { formatMajor } from '@tongbao/money';
import { spacedTime } from '@tongbao/protocol/gateway';
import { paymentIdToWire } from '../payment-ids.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { findTrade, tradeStatusOf, withdrawOrder } from './trade.ts';

export async function singleTradeQuery(
  parts: GatewayParts,
  call: GatewayCall,
  body: { trade_no?: string | undefined; out_trade_no?: string | undefined },
): Promise<GatewayAnswer> {
  const payment = await findTrade(parts, call, { tradeNo: body.trade_no, outTradeNo: body.out_trade_no });
  if (payment === null) throw new GatewayRefusal('TRADE_NOT_EXIST');
  const inYuan = parts.choices.queriedFee === 'payer';
  const fee = formatMajor(inYuan ? payment.payerAmount : payment.amount);
  const refunded = inYuan ? payment.refundedToPayer : payment.refunded;
  const payer = payment.payerId === null ? null : await parts.customers.find(payment.payerId);
  return {
    kind: 'xml',
    wrapper: 'trade',
    leaves: {
      body: payment.order.metadata ?? '',
      buyer_email: payer === null ? '' : payer.phone.replace(/^(\+86)?(\d{3})\d{4}(\d{4})$/, '$2****$3'),
      buyer_id: payer === null ? '' : `2088${payer.id.toString().padStart(12, '0')}`,
      discount: '0.00',
      flag_trade_locked: '0',
      gmt_close: payment.closedAt === null ? '' : spacedTime(payment.closedAt),
      gmt_create: spacedTime(payment.createdAt),
      gmt_last_modified_time: spacedTime(payment.closedAt ?? payment.paidAt ?? payment.createdAt),
      gmt_payment: payment.paidAt === null ? '' : spacedTime(payment.paidAt),
      is_total_fee_adjust: 'F',
      operator_role: 'B',
      out_trade_no: payment.requestId,
      payment_type: '18',
      price: fee,
      quantity: '1',
      refund_fee: refunded.amount === 0n ? '' : formatMajor(refunded),
      refund_status: refunded.amount === 0n ? '' : 'REFUND_SUCCESS',
      seller_id: call.access.merchant.partner,
      subject: payment.order.description,
      to_buyer_fee: formatMajor(refunded),
      to_seller_fee: payment.paidAt === null ? '0.00' : fee,
      total_fee: fee,
      trade_no: paymentIdToWire(payment),
      trade_status: tradeStatusOf(payment, call.now),
      use_coupon: 'F',
    },
  };
}

/** Only what nobody has paid can be closed; closed already is as good. */
export async function closeTrade(
  parts: GatewayParts,
  call: GatewayCall,
  body: { trade_no?: string | undefined; out_order_no?: string | undefined },
): Promise<GatewayAnswer> {
  const withdrawn = await withdrawOrder(parts, call, body.out_order_no);
  const payment = await findTrade(parts, call, { tradeNo: body.trade_no, outTradeNo: body.out_order_no });
  if (payment === null && withdrawn !== null) return { kind: 'xml' };
  if (payment === null) throw new GatewayRefusal('TRADE_NOT_EXIST');
  if (payment.status === 'paid' || payment.status === 'pending')
    throw new GatewayRefusal('TRADE_STATUS_ERROR', 'the trade is paid or being paid');
  if (tradeStatusOf(payment, call.now) !== 'TRADE_CLOSED')
    await parts.payments.cancel({ merchantId: payment.merchantId, paymentId: payment.id });
  return { kind: 'xml' };
}

/** true while an attempt is under way and about a minute from its beginning; false for whatever else. */
export async function notifyVerify(
  parts: GatewayParts,
  call: GatewayCall,
  body: { notify_id: string },
): Promise<GatewayAnswer> {
  const id = parts.notifyIds.read(body.notify_id);
  const told = id === null ? null : await parts.notifications.told(id);
  const isLive =
    told !== null &&
    told.merchantId === call.access.merchant.id &&
    (told.isUnderWay ||
      (told.lastAttemptAt !== null &&
        call.now.getTime() - told.lastAttemptAt.getTime() < parts.choices.notifyIdMs));
  return { kind: 'text', text: isLive ? 'true' : 'false' };
}
