// The requests of the operations that are built: every field that the gateway reads, with its length. Fields that it
// does not read are accepted and ignored (AMS reference, section 3; SDKs send more than any gateway uses).
import { z } from 'zod';
import {
  amount,
  jsonText,
  oneOf,
  optional,
  optionalFlag,
  optionalInstant,
  optionalRequestId,
  optionalReturnUrl,
  optionalSellerName,
  optionalText,
  optionalWebUrl,
  requestId,
  text,
} from './scalars.ts';

const productCode = oneOf(['CASHIER_PAYMENT', 'AGREEMENT_PAYMENT', 'IN_STORE_PAYMENT']);
const terminalType = oneOf(['WEB', 'WAP', 'APP', 'MINI_APP']);

const env = z.object({
  terminalType: optional(terminalType),
  osType: optional(oneOf(['IOS', 'ANDROID'])),
  userAgent: optionalText(2048),
  clientIp: optionalText(64),
  deviceTokenId: optionalText(64),
});

const goods = z.object({
  referenceGoodsId: optionalText(64),
  goodsName: text(256),
  goodsCategory: optionalText(64),
  goodsUnitAmount: optional(amount),
  goodsQuantity: optionalText(16),
  goodsSkuName: optionalText(64),
  goodsUrl: optionalText(2048),
});

const order = z.object({
  referenceOrderId: optionalText(64),
  orderDescription: optionalText(256),
  orderAmount: optional(amount),
  merchant: optional(
    z.object({
      /** 32 in the reference's table; the official Python SDK's own demo sends a UUID. */
      referenceMerchantId: optionalText(64),
      merchantName: optionalSellerName(256),
      merchantDisplayName: optionalSellerName(64),
    }),
  ),
  /** A public tool sends one object instead of a list of one. */
  goods: optional(
    z.preprocess(
      (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value),
      z.array(goods).max(100, 'has more than 100 items'),
    ),
  ),
  buyer: optional(z.object({ referenceBuyerId: optionalText(64) })),
  env: optional(env),
});

const paymentMethod = z.object({
  paymentMethodType: text(64),
  paymentMethodId: optionalText(128),
  customerId: optionalText(64),
});
const quote = z.object({ quoteId: optionalText(64) });
const settlementStrategy = z.object({ settlementCurrency: optionalText(3) });

/** A shop's own words, given back in the notification and by inquiryPayment. */
const customizedInfo = z.object({
  customizedField1: optionalText(256),
  customizedField2: optionalText(256),
  customizedField3: optionalText(256),
  customizedField4: optionalText(256),
  customizedField5: optionalText(256),
});

/** What would make another deal than a payment at once; refused until it is built, never passed over. */
const dealChanging = {
  isAuthorization: optionalFlag,
  subscriptionInfo: optional(z.unknown()),
  subscriptionPlan: optional(z.unknown()),
  agreementInfo: optional(z.unknown()),
  creditPayPlan: optional(z.unknown()),
};

/** What pay and createPaymentSession have in common. */
const payment = {
  productCode,
  paymentRequestId: requestId,
  order,
  paymentAmount: amount,
  paymentRedirectUrl: optionalReturnUrl(2048),
  paymentNotifyUrl: optionalWebUrl(2048),
  paymentExpiryTime: optionalInstant,
  settlementStrategy: optional(settlementStrategy),
  paymentQuote: optional(quote),
  env: optional(env),
  merchantRegion: optionalText(2),
  userRegion: optionalText(2),
  metadata: jsonText(2048),
  extendInfo: jsonText(2048),
  merchantAccountId: optionalText(32),
  customizedInfo: optional(customizedInfo),
  ...dealChanging,
};

export const PayRequest = z.object({
  ...payment,
  paymentMethod,
  paymentFactor: optional(
    z.object({
      isAuthorization: optionalFlag,
      captureMode: optionalText(64),
      inStorePaymentScenario: optional(oneOf(['PaymentCode', 'OrderCode', 'EntryCode'])),
    }),
  ),
});

export const CreatePaymentSessionRequest = z.object({
  ...payment,
  /** Without a type where every wallet may be offered: the official Go SDK's demo sends the rest of it alone. */
  paymentMethod: optional(paymentMethod.extend({ paymentMethodType: optionalText(64) })),
  paymentSessionExpiryTime: optionalInstant,
  productScene: optionalText(32),
  locale: optionalText(8),
});

export const InquiryPaymentRequest = z
  .object({
    paymentId: optionalText(64),
    paymentRequestId: optionalRequestId,
    merchantAccountId: optionalText(32),
  })
  .refine((body) => body.paymentId !== undefined || body.paymentRequestId !== undefined, {
    message: 'paymentId or paymentRequestId is needed',
  });

export const CancelRequest = InquiryPaymentRequest;

export const RefundRequest = z.object({
  refundRequestId: requestId,
  paymentId: text(64),
  refundAmount: amount,
  referenceRefundId: optionalText(64),
  refundReason: optionalText(256),
  refundNotifyUrl: optionalWebUrl(1024),
  isAsyncRefund: optionalFlag,
  metadata: jsonText(2048),
});

export const InquiryRefundRequest = z
  .object({
    refundId: optionalText(64),
    refundRequestId: optionalRequestId,
    merchantAccountId: optionalText(32),
  })
  .refine((body) => body.refundId !== undefined || body.refundRequestId !== undefined, {
    message: 'refundId or refundRequestId is needed',
  });

const names = (max: number) => optional(z.array(text(64)).max(max, `has more than ${max} items`));

export const ConsultRequest = z.object({
  productCode,
  paymentAmount: amount,
  env: optional(env),
  userRegion: optionalText(2),
  merchantRegion: optionalText(2),
  allowedPaymentMethodRegions: names(100),
  allowedPaymentMethods: names(100),
  blockedPaymentMethods: names(100),
  settlementStrategy: optional(settlementStrategy),
  merchantAccountId: optionalText(32),
});

export const InquireExchangeRateRequest = z.object({
  productCode: optional(productCode),
  /** The goods' side and the payer's side; pairs in currencyPairs mean the same. */
  buyCurrency: optionalText(3),
  sellCurrency: optionalText(3),
  paymentCurrency: optionalText(3),
  currencyPairs: optional(
    z.array(z.object({ buyCurrency: text(3), sellCurrency: text(3) })).max(100, 'has more than 100 pairs'),
  ),
  rateType: optional(oneOf(['TRADE', 'REFERENCE', 'REFERENCE_TRADE'])),
  merchantAccountId: optionalText(32),
});
