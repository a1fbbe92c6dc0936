// forex_refund and forex_refund_file: at the purchase rate, in the order's own unit (reference, sections 2.6 and 2.7).
import { decodeText, type ForexRefund, readTime } from '@tongbao/protocol/gateway';
import type { Payment, ShareBack } from '../../payments/index.ts';
import { dealHash } from './input-hash.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { amountOf, findTrade, isPricedInYuan } from './trade.ts';

export async function forexRefund(
  parts: GatewayParts,
  call: GatewayCall,
  body: ForexRefund,
): Promise<GatewayAnswer> {
  if (body.gmt_return !== undefined && readTime(body.gmt_return) === null)
    throw new GatewayRefusal(
      'ILLEGAL_ARGUMENT',
      'gmt_return is neither yyyyMMddHHmmss nor yyyy-MM-dd HH:mm:ss',
    );
  const payment = await findTrade(parts, call, { outTradeNo: body.out_trade_no });
  if (payment === null) throw new GatewayRefusal('PURCHASE_TRADE_NOT_EXIST');
  const { replayed } = await parts.payments.refund({
    merchantId: payment.merchantId,
    paymentId: payment.id,
    requestId: body.out_return_no,
    inputHash: dealHash('forex_refund', body, ['gmt_return', 'is_sync']),
    ...amountsOf(payment, body),
    reason: body.reason ?? null,
    // Who asks for the result at once is not told a second time.
    notifyUrl: body.is_sync === 'Y' ? null : (body.notify_url ?? null),
    metadata: null,
    shares: sharesBackOf(payment, body),
    funds: body.is_sync === 'Y' ? 'now' : 'wait',
    pauseMs: parts.choices.refundPauseMs,
  });
  if (replayed) throw new GatewayRefusal('REPEATED_REFUNDMENT_REQUEST');
  return { kind: 'xml' };
}

/** Foreign orders are refunded in their currency, orders priced in yuan in yuan; never the other way round. */
function amountsOf(payment: Payment, body: ForexRefund) {
  const { currency } = payment.amount;
  if (body.currency !== currency)
    throw new GatewayRefusal('CURRENCY_NOT_SAME', `the order was settled in ${currency}`);
  const asked = isPricedInYuan(payment) ? body.return_rmb_amount : body.return_amount;
  const other = isPricedInYuan(payment) ? body.return_amount : body.return_rmb_amount;
  if (asked === undefined || other !== undefined) {
    const name = isPricedInYuan(payment) ? 'return_rmb_amount' : 'return_amount';
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', `this order is refunded by ${name} alone`);
  }
  const amount = amountOf('the amount', asked, isPricedInYuan(payment) ? 'CNY' : currency);
  if (amount.amount <= 0n) throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'the amount must be above zero');
  return isPricedInYuan(payment) ? { amount: { currency, amount: 0n }, payerAmount: amount } : { amount };
}

/** What receivers of shares give back: by transOut, in the currency that the order is priced in. */
function sharesBackOf(payment: Payment, body: ForexRefund): ShareBack[] {
  const { currency } = isPricedInYuan(payment) ? payment.payerAmount : payment.amount;
  return (body.split_fund_info ?? []).map((line) => {
    if (line.transOut === undefined || line.currency !== currency)
      throw new GatewayRefusal(
        'ILLEGAL_ARGUMENT',
        `split_fund_info names transOut, and amounts in ${currency}`,
      );
    return { receiver: line.transOut, amount: amountOf('split_fund_info', line.amount, currency).amount };
  });
}

const maxLines = 1_000;

/** Every line is read before the first is done; a refund that was done before is passed over. */
export async function forexRefundFile(parts: GatewayParts, call: GatewayCall): Promise<GatewayAnswer> {
  const text = call.file === null ? null : decodeText(call.file, call.charset);
  if (text === null)
    throw new GatewayRefusal('ILLEGAL_FILE_FORMAT', 'there is no refund_file, or it is no text');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > maxLines)
    throw new GatewayRefusal('ILLEGAL_FILE_FORMAT', `a file has 1 to ${maxLines} lines`);
  const asked = lines.map((line, index) => lineOf(call, line, index + 1));
  for (const refund of asked) {
    try {
      await forexRefund(parts, call, refund);
    } catch (error) {
      if (!(error instanceof GatewayRefusal) || error.code !== 'REPEATED_REFUNDMENT_REQUEST') throw error;
    }
  }
  return { kind: 'xml' };
}

function lineOf(call: GatewayCall, line: string, number: number): ForexRefund {
  const fields = line.split('|').map((field) => field.trim());
  const [partner, returnNo, tradeNo, currency, amount, time, reason] = fields;
  const isWell =
    fields.length >= 6 &&
    partner === call.access.merchant.partner &&
    /^[\x21-\x7e]{1,64}$/.test(returnNo ?? '') &&
    /^[\x21-\x7e]{1,64}$/.test(tradeNo ?? '') &&
    /^\d{1,12}(\.\d{1,2})?$/.test(amount ?? '') &&
    readTime(time ?? '') !== null &&
    (reason ?? '').length <= 255;
  if (!isWell)
    throw new GatewayRefusal('ILLEGAL_FILE_FORMAT', `line ${number} is not a refund of this partner`);
  return {
    out_return_no: returnNo!,
    out_trade_no: tradeNo!,
    currency: currency!,
    return_amount: amount!,
    gmt_return: time!,
    ...(reason === undefined || reason === '' ? {} : { reason }),
  };
}
