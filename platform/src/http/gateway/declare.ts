// alipay.acquire.customs and its query, and the registry of secondary merchants (reference, sections 2.9 and 5).
import { formatMajor } from '@tongbao/money';
import {
  type Customs,
  type MaintainSecondaryMerchant,
  plainTime,
  readTime,
  type SecondaryMerchantStatus,
} from '@tongbao/protocol/gateway';
import { type Customer, realNameOf } from '../../customers/index.ts';
import { Rejection } from '../../rejection.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { amountOf, findTrade } from './trade.ts';

const places = [
  'HANGZHOU',
  'ZHENGZHOU',
  'HENAN',
  'GUANGZHOU',
  'CHONGQING',
  'NINGBO',
  'SHENZHEN',
  'SHANGHAI',
  'XIAN',
  'FUJIAN',
  'TIANJIN',
  'NANSHAGJ',
  'ZONGSHU',
  'SHANGHAI_CBT',
  'HANGZHOU_ZS',
  'GUANGZHOU_ZS',
];
/** The payer institution's register code that customs know us by (section 5.3, the first of those seen). */
const payCode = '31222699S7';

/** An accepted request whose business failed: the envelope is T, the result says why. */
export const failedResult = (code: string, why: string): GatewayAnswer => ({
  kind: 'xml',
  wrapper: 'alipay',
  leaves: { result_code: 'FAIL', detail_error_code: code, detail_error_des: why },
});

export async function declareCustoms(
  parts: GatewayParts,
  call: GatewayCall,
  body: Customs,
): Promise<GatewayAnswer> {
  const isSplit = /^[TY]$/i.test(body.is_split ?? 'F');
  if (isSplit && body.sub_out_biz_no === undefined)
    return failedResult('INVALID_PARAMETER', 'sub_out_biz_no is missing');
  const place = body.customs_place.toUpperCase();
  if (!places.includes(place)) return failedResult('INVALID_PARAMETER', 'customs_place is unknown');
  const amount = amountOf('amount', body.amount, 'CNY');
  if (amount.amount <= 0n) return failedResult('INVALID_PARAMETER', 'amount must be above zero');
  const payment = await findTrade(parts, call, { tradeNo: body.trade_no });
  if (payment === null) return failedResult('TRADE_NOT_EXIST', 'there is no such trade');
  const payer = payment.payerId === null ? null : await parts.customers.find(payment.payerId);
  try {
    const declared = await parts.payments.declare({
      merchantId: payment.merchantId,
      requestId: body.out_request_no,
      payment,
      amount,
      place,
      customsCode: body.merchant_customs_code,
      customsName: body.merchant_customs_name,
      isSplit,
      subOrder: body.sub_out_biz_no ?? null,
      // The wallet verified the name; it keeps no document number to compare.
      identityMatches: body.buyer_name === undefined ? null : isNameOf(payer, body.buyer_name),
    });
    return {
      kind: 'xml',
      wrapper: 'alipay',
      leaves: {
        result_code: 'SUCCESS',
        trade_no: body.trade_no,
        alipay_declare_no: `${plainTime(declared.declaredAt)}${declared.id}`,
        out_request_no: declared.requestId,
        identity_check: declared.identityMatches === null ? '' : declared.identityMatches ? 'T' : 'F',
        pay_code: payCode,
      },
    };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    if (error.code === 'refund-amount-exceeded')
      return failedResult('DECLARE_AMOUNT_EXCEED', 'more would be declared than was paid');
    if (error.code === 'request-reused')
      return failedResult('REPEAT_REQUEST', 'out_request_no was used for another trade');
    return failedResult('TRADE_STATUS_ERROR', 'the trade is not paid');
  }
}

const maxAsked = 10;

export async function queryCustoms(
  parts: GatewayParts,
  call: GatewayCall,
  body: { out_request_nos?: string | undefined; out_request_no?: string | undefined },
): Promise<GatewayAnswer> {
  const text = body.out_request_nos ?? body.out_request_no;
  const asked = [...new Set((text ?? '').split(',').map((each) => each.trim()))].filter(
    (each) => each !== '',
  );
  if (asked.length === 0 || asked.length > maxAsked)
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', `out_request_nos names 1 to ${maxAsked} declarations`);
  const found = await parts.payments.declarations(call.access.merchant.id, asked);
  const missing = asked.filter((number) => !found.some((declared) => declared.requestId === number));
  const records = found.map((declared) => ({
    out_request_no: declared.requestId,
    alipay_declare_no: `${plainTime(declared.declaredAt)}${declared.id}`,
    customs_place: declared.place,
    amount: formatMajor(declared.amount),
    // Sent to customs; no customs house answers an open server.
    status: '3',
    last_modified: plainTime(declared.changedAt),
  }));
  return {
    kind: 'xml',
    wrapper: 'alipay',
    leaves: {
      result_code: 'SUCCESS',
      not_found: missing.join(','),
      records: records.length === 0 ? '' : JSON.stringify(records),
    },
  };
}

const timestampMs = 30 * 60_000;

export async function maintainSecondaryMerchant(
  parts: GatewayParts,
  call: GatewayCall,
  body: MaintainSecondaryMerchant,
): Promise<GatewayAnswer> {
  const sent = readTime(body.timestamp);
  if (sent === null) throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'timestamp is not yyyy-MM-dd HH:mm:ss');
  if (Math.abs(call.now.getTime() - sent.getTime()) > timestampMs)
    return failedResult('INVALID_PARAMETER', 'timestamp is more than 30 minutes off');
  const { secondary_merchant_id: secondaryId, secondary_merchant_name: name } = body;
  const { timestamp: _sent, secondary_merchant_industry: industry, ...facts } = body;
  const merchantId = call.access.merchant.id;
  const known = await parts.merchants.secondary.find(merchantId, secondaryId);
  if (known !== null && known.industry !== industry)
    return failedResult('INVALID_PARAMETER', 'secondary_merchant_industry cannot be changed');
  await parts.merchants.secondary.maintain({ merchantId, secondaryId, name, industry, facts });
  return {
    kind: 'xml',
    wrapper: 'alipay',
    leaves: { result_code: 'SUCCESS', secondary_merchant_id: secondaryId },
  };
}

export async function secondaryMerchantStatus(
  parts: GatewayParts,
  call: GatewayCall,
  body: ReturnType<typeof SecondaryMerchantStatus.parse>,
): Promise<GatewayAnswer> {
  const known = await parts.merchants.secondary.find(call.access.merchant.id, body.secondary_merchant_id);
  if (known === null) return failedResult('SECONDARY_MERCHANT_NOT_EXIST', 'it is not registered');
  return {
    kind: 'xml',
    wrapper: 'alipay',
    leaves: { result_code: 'SUCCESS', secondary_merchant_id: known.secondaryId, status: 'ACTIVE' },
  };
}

/** Names are compared in their one spelling, however the shop's keyboard writes a dot. */
function isNameOf(payer: Customer | null, name: string): boolean {
  const spelled = realNameOf(name);
  return spelled !== null && payer !== null && spelled === realNameOf(payer.name);
}
