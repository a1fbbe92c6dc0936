// The services' parameters as schemas (reference, sections 2.2 to 2.11, 3, 5). Lengths count characters. What a schema
// does not name is accepted, signed and passed over. An empty value is an absent one, as in the signing string.
import { z } from 'zod';
import { isWebAddress } from '../addresses.ts';
import { faultOfSellerName } from '../shown-text.ts';

const text = (length: number) => z.string().min(1).max(length);
/** Letters, digits, and what real shops put into their numbers. */
const tradeNumber = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible ASCII characters');
const ourNumber = z.string().regex(/^\d{16,64}$/, 'must be 16 to 64 digits');
const decimal = z.string().regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'must be a decimal number');
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters');
const url = z
  .string()
  .max(2048)
  .refine(isWebAddress, 'must be an absolute http or https URL without credentials');
/** The name of whoever sells, in another's shop: it is shown beside the merchant's. */
const sellerName = (length: number) =>
  text(length).superRefine((value, context) => {
    const fault = faultOfSellerName(value);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });
const json = z
  .string()
  .max(4000)
  .transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  });

const splitFund = z
  .object({
    transIn: z.string().max(64).optional(),
    transOut: z.string().max(64).optional(),
    amount: z.union([z.string(), z.number().transform((value) => `${value}`)]).pipe(decimal),
    currency,
    desc: z.string().max(256).optional(),
  })
  .refine((line) => line.transIn !== undefined || line.transOut !== undefined, 'names no receiver');
const splitFunds = json.pipe(z.array(splitFund).max(10));
export type SplitFund = z.output<typeof splitFund>;

export const CreateForexTrade = z.object({
  subject: text(256),
  body: text(400).optional(),
  out_trade_no: tradeNumber,
  currency: text(10),
  total_fee: decimal.optional(),
  rmb_fee: decimal.optional(),
  supplier: sellerName(64).optional(),
  timeout_rule: text(10).optional(),
  order_gmt_create: text(20).optional(),
  order_valid_time: z
    .string()
    .regex(/^\d{1,7}$/)
    .optional(),
  notify_url: url.optional(),
  return_url: url.optional(),
  product_code: text(32).optional(),
  secondary_merchant_id: text(64).optional(),
  secondary_merchant_name: sellerName(128).optional(),
  secondary_merchant_industry: text(4).optional(),
  seller_name: sellerName(128).optional(),
  split_fund_info: splitFunds.optional(),
  trade_information: json.optional(),
});
export type CreateForexTrade = z.output<typeof CreateForexTrade>;

export const SingleTradeQuery = z.object({
  trade_no: text(64).optional(),
  out_trade_no: text(64).optional(),
});
export const CloseTrade = z.object({ trade_no: text(64).optional(), out_order_no: text(64).optional() });

export const ForexRefund = z.object({
  out_return_no: tradeNumber,
  out_trade_no: text(64),
  return_amount: decimal.optional(),
  return_rmb_amount: decimal.optional(),
  currency: text(10),
  /** A common library never sends it: then it is the moment of the request. */
  gmt_return: text(20).optional(),
  reason: text(256).optional(),
  notify_url: url.optional(),
  is_sync: z.enum(['Y', 'N']).optional(),
  split_fund_info: splitFunds.optional(),
});
export type ForexRefund = z.output<typeof ForexRefund>;

export const NotifyVerify = z.object({ notify_id: text(128) });
export const StatementFile = z.object({ start_date: text(32), end_date: text(32) });
export const Nothing = z.object({});

export const Customs = z.object({
  out_request_no: z.string().regex(/^[\x21-\x7e]{6,32}$/, 'must be 6 to 32 visible ASCII characters'),
  trade_no: ourNumber,
  merchant_customs_code: text(20),
  merchant_customs_name: text(256),
  amount: decimal,
  customs_place: text(20),
  is_split: z.enum(['T', 'F', 't', 'f', 'Y', 'N']).optional(),
  sub_out_biz_no: text(64).optional(),
  buyer_name: text(128).optional(),
  buyer_id_no: text(32).optional(),
});
export type Customs = z.output<typeof Customs>;
/** `out_request_no` is how one published client spells it. */
export const CustomsQuery = z.object({
  out_request_nos: text(329).optional(),
  out_request_no: text(329).optional(),
});

export const MaintainSecondaryMerchant = z.object({
  timestamp: text(20),
  secondary_merchant_id: z.string().regex(/^\w{1,64}$/, 'must be letters, digits and _'),
  secondary_merchant_name: sellerName(64),
  secondary_merchant_industry: z.string().regex(/^\d{4}$/, 'must be a merchant category code'),
  register_country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  register_address: text(256).optional(),
  site_infos: json
    .pipe(z.array(z.object({ site_type: text(16), site_url: text(256) }).loose()).max(20))
    .optional(),
  store_id: text(64).optional(),
  store_name: sellerName(128).optional(),
});
export type MaintainSecondaryMerchant = z.output<typeof MaintainSecondaryMerchant>;
export const SecondaryMerchantStatus = z.object({
  secondary_merchant_id: text(64),
  payment_method: text(32).optional(),
  store_id: text(64).optional(),
});

export const Precreate = z.object({
  out_trade_no: tradeNumber,
  subject: text(256),
  body: text(400).optional(),
  product_code: text(32).optional(),
  total_fee: decimal,
  currency,
  trans_currency: currency.optional(),
  price: decimal.optional(),
  quantity: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  it_b_pay: z
    .string()
    .regex(/^(\d{1,4}[mhd]|1c)$/)
    .optional(),
  notify_url: url.optional(),
  passback_parameters: text(512).optional(),
});
export const AcquireTrade = z.object({ out_trade_no: text(64).optional(), trade_no: text(64).optional() });
export const AcquireRefund = AcquireTrade.extend({
  out_request_no: tradeNumber.optional(),
  refund_amount: decimal,
  trans_currency: currency.optional(),
  refund_reason: text(128).optional(),
  notify_url: url.optional(),
});

/** Some libraries send members that were not set as null. */
const withoutNulls = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== ''))
    : value;

const shopFacts = z.object({
  secondary_merchant_id: text(64).optional(),
  secondary_merchant_name: sellerName(128).optional(),
  secondary_merchant_industry: text(4).optional(),
  store_id: text(64).optional(),
  store_name: sellerName(128).optional(),
  terminal_id: text(64).optional(),
});

/** What the reference marks mandatory and nothing depends on may be absent: clients differ. */
export const SpotPay = z.object({
  alipay_seller_id: text(16).optional(),
  partner_trans_id: tradeNumber,
  trans_name: text(256),
  currency,
  trans_currency: currency.optional(),
  trans_amount: decimal,
  buyer_identity_code: text(64),
  identity_code_type: z.enum(['barcode', 'qrcode']).optional(),
  trans_create_time: text(20).optional(),
  memo: text(256).optional(),
  biz_product: text(64).optional(),
  extend_info: json.transform(withoutNulls).pipe(shopFacts).optional(),
  notify_url: url.optional(),
});
export type SpotPay = z.output<typeof SpotPay>;
export const SpotTrade = z.object({
  partner_trans_id: text(64).optional(),
  alipay_trans_id: text(64).optional(),
});
export type SpotTrade = z.output<typeof SpotTrade>;
export const SpotReverse = SpotTrade;
export type SpotReverse = SpotTrade;
/** `refund_reson` is how two published clients spell it. */
export const SpotRefund = SpotTrade.extend({
  partner_refund_id: tradeNumber,
  refund_amount: decimal,
  currency,
  refund_reason: text(256).optional(),
  refund_reson: text(256).optional(),
  is_sync: z.enum(['Y', 'N']).optional(),
  notify_url: url.optional(),
});
export type SpotRefund = z.output<typeof SpotRefund>;
