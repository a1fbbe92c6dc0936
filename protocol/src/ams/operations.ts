// The table of operations that are built. Server, SDK and OpenAPI are made from it.
import type { z } from 'zod';
import * as requests from './requests.ts';
import * as responses from './responses.ts';

export const operations = {
  pay: {
    resource: 'payments/pay',
    request: requests.PayRequest,
    response: responses.PayResponse,
    summary: 'Creates a payment and answers where to send the shopper.',
  },
  createPaymentSession: {
    resource: 'payments/createPaymentSession',
    request: requests.CreatePaymentSessionRequest,
    response: responses.CreatePaymentSessionResponse,
    summary: 'Creates a payment behind a hosted checkout page.',
  },
  inquiryPayment: {
    resource: 'payments/inquiryPayment',
    request: requests.InquiryPaymentRequest,
    response: responses.InquiryPaymentResponse,
    summary: 'What became of a payment, with its refunds.',
  },
  cancel: {
    resource: 'payments/cancel',
    request: requests.CancelRequest,
    response: responses.CancelResponse,
    summary: 'Withdraws a payment: unpaid at any time, paid on the same day.',
  },
  refund: {
    resource: 'payments/refund',
    request: requests.RefundRequest,
    response: responses.RefundResponse,
    summary: 'Returns all or part of a payment.',
  },
  inquiryRefund: {
    resource: 'payments/inquiryRefund',
    request: requests.InquiryRefundRequest,
    response: responses.InquiryRefundResponse,
    summary: 'What became of a refund.',
  },
  consult: {
    resource: 'payments/consult',
    request: requests.ConsultRequest,
    response: responses.ConsultResponse,
    summary: 'Which ways to pay can be offered.',
  },
  inquireExchangeRate: {
    resource: 'payments/inquireExchangeRate',
    request: requests.InquireExchangeRateRequest,
    response: responses.InquireExchangeRateResponse,
    summary: 'Rates, as quotes that pay accepts until they expire.',
  },
} as const;

export type OperationName = keyof typeof operations;
/** As a client may write it. */
export type RequestOf<Name extends OperationName> = z.input<(typeof operations)[Name]['request']>;
/** As the server reads it. */
export type ParsedRequestOf<Name extends OperationName> = z.output<(typeof operations)[Name]['request']>;
export type ResponseOf<Name extends OperationName> = z.output<(typeof operations)[Name]['response']>;

export const apiPath = (resource: string): string => `/ams/api/v1/${resource}`;
const sandboxPath = (resource: string): string => `/ams/sandbox/api/v1/${resource}`;

const byPath = new Map<string, OperationName>(
  (Object.keys(operations) as OperationName[]).flatMap((name) => [
    [apiPath(operations[name].resource), name],
    [sandboxPath(operations[name].resource), name],
  ]),
);

/** The operation at a path (either environment), or null: then NO_INTERFACE_DEF. The query is not looked at. */
export const operationAt = (path: string): OperationName | null => byPath.get(path.split('?')[0]!) ?? null;
