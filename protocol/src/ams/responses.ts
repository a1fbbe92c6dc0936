// The answers of the operations that are built, and the two notifications. Native JSON types exactly as the reference
// has them (the Go SDK fails on a mismatch); absent fields are left out, never null (the Python SDK fails on null).
import { z } from 'zod';

export const ResultShape = z.object({
  resultCode: z.string(),
  resultStatus: z.enum(['S', 'F', 'U']),
  resultMessage: z.string(),
});

export const AmountShape = z.object({ currency: z.string(), value: z.string() });

export const QuoteShape = z.object({
  quoteId: z.string().optional(),
  /** ORDER/PAYER, e.g. KRW/CNY: one unit of the first costs quotePrice of the second. */
  quoteCurrencyPair: z.string(),
  quotePrice: z.number(),
  quoteStartTime: z.string().optional(),
  quoteExpiryTime: z.string().optional(),
  guaranteed: z.boolean().optional(),
});

/** Told only where the payment's currency is converted into the settlement currency at a rate locked with it. */
const settled = {
  grossSettlementAmount: AmountShape.optional(),
  settlementQuote: QuoteShape.optional(),
};

const redirectActionForm = z.object({
  method: z.string(),
  redirectUrl: z.string(),
  actionFormType: z.string(),
});
const status = z.enum(['SUCCESS', 'FAIL', 'PROCESSING', 'CANCELLED', 'PENDING']);

export const PayResponse = z.object({
  result: ResultShape,
  paymentRequestId: z.string().optional(),
  paymentId: z.string().optional(),
  paymentAmount: AmountShape.optional(),
  actualPaymentAmount: AmountShape.optional(),
  paymentQuote: QuoteShape.optional(),
  ...settled,
  paymentTime: z.string().optional(),
  paymentCreateTime: z.string().optional(),
  redirectActionForm: redirectActionForm.optional(),
  normalUrl: z.string().optional(),
  /** In a shop, where the shopper scans: what to show as a QR code. */
  orderCodeForm: z
    .object({
      paymentMethodType: z.string().optional(),
      expireTime: z.string(),
      codeDetails: z.array(
        z.object({ codeValueType: z.string().optional(), codeValue: z.string(), displayType: z.string() }),
      ),
    })
    .optional(),
});

export const CreatePaymentSessionResponse = z.object({
  result: ResultShape,
  paymentSessionData: z.string().optional(),
  paymentSessionExpiryTime: z.string().optional(),
  paymentSessionId: z.string().optional(),
  normalUrl: z.string().optional(),
});

const transaction = z.object({
  transactionResult: ResultShape,
  transactionId: z.string(),
  transactionType: z.string(),
  transactionStatus: status,
  transactionAmount: AmountShape,
  transactionRequestId: z.string(),
  transactionTime: z.string().optional(),
});

export const InquiryPaymentResponse = z.object({
  result: ResultShape,
  paymentStatus: status.optional(),
  paymentResultCode: z.string().optional(),
  paymentResultMessage: z.string().optional(),
  paymentRequestId: z.string().optional(),
  paymentId: z.string().optional(),
  paymentAmount: AmountShape.optional(),
  actualPaymentAmount: AmountShape.optional(),
  paymentQuote: QuoteShape.optional(),
  ...settled,
  paymentCreateTime: z.string().optional(),
  paymentTime: z.string().optional(),
  customsDeclarationAmount: AmountShape.optional(),
  redirectActionForm: redirectActionForm.optional(),
  transactions: z.array(transaction).optional(),
  paymentMethodType: z.string().optional(),
  metadata: z.string().optional(),
});

export const CancelResponse = z.object({
  result: ResultShape,
  paymentId: z.string().optional(),
  paymentRequestId: z.string().optional(),
  cancelTime: z.string().optional(),
});

export const RefundResponse = z.object({
  result: ResultShape,
  refundRequestId: z.string().optional(),
  refundId: z.string().optional(),
  paymentId: z.string().optional(),
  refundAmount: AmountShape.optional(),
  actualRefundAmount: AmountShape.optional(),
  ...settled,
  refundTime: z.string().optional(),
});

export const InquiryRefundResponse = z.object({
  result: ResultShape,
  refundId: z.string().optional(),
  refundRequestId: z.string().optional(),
  refundAmount: AmountShape.optional(),
  actualRefundAmount: AmountShape.optional(),
  ...settled,
  refundStatus: status.optional(),
  refundTime: z.string().optional(),
  metadata: z.string().optional(),
});

const limit = z.object({ minAmount: AmountShape.optional(), maxAmount: AmountShape.optional() });
export const ConsultResponse = z.object({
  result: ResultShape,
  paymentOptions: z
    .array(
      z.object({
        paymentMethodType: z.string(),
        paymentMethodCategory: z.string().optional(),
        paymentMethodRegion: z.array(z.string()).optional(),
        enabled: z.boolean(),
        preferred: z.boolean().optional(),
        disableReason: z.string().optional(),
        supportedCurrencies: z.array(z.string()).optional(),
        logo: z.object({ logoName: z.string(), logoUrl: z.string().optional() }).optional(),
        amountLimitInfoMap: z.record(z.string(), z.object({ singleLimit: limit })).optional(),
      }),
    )
    .optional(),
});

export const InquireExchangeRateResponse = z.object({
  result: ResultShape,
  quotes: z.array(QuoteShape).optional(),
  paymentQuotes: z
    .array(
      z.object({
        buyCurrency: z.string(),
        sellCurrency: z.string(),
        quoteId: z.string(),
        exchangeRate: z.number(),
      }),
    )
    .optional(),
});

export const PaymentNotification = z.object({
  notifyType: z.enum(['PAYMENT_RESULT', 'PAYMENT_PENDING']),
  result: ResultShape,
  paymentRequestId: z.string(),
  paymentId: z.string(),
  paymentAmount: AmountShape,
  paymentCreateTime: z.string(),
  paymentTime: z.string().optional(),
  actualPaymentAmount: AmountShape.optional(),
  customsDeclarationAmount: AmountShape.optional(),
  paymentQuote: QuoteShape.optional(),
  ...settled,
  paymentMethodType: z.string().optional(),
  metadata: z.string().optional(),
});

export const RefundNotification = z.object({
  notifyType: z.literal('REFUND_RESULT'),
  result: ResultShape,
  refundStatus: z.enum(['SUCCESS', 'FAIL']),
  refundRequestId: z.string(),
  refundId: z.string(),
  refundAmount: AmountShape,
  actualRefundAmount: AmountShape.optional(),
  ...settled,
  refundTime: z.string().optional(),
  metadata: z.string().optional(),
});

export type PaymentNotification = z.infer<typeof PaymentNotification>;
export type RefundNotification = z.infer<typeof RefundNotification>;

/** The merchant's acknowledgement: unsigned, HTTP 200. */
export const acknowledgement = {
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
} as const;
