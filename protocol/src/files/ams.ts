// The three AMS report files as pure row writers: columns, order and signs (AMS reference, section 8). Amounts come in
// minor units and go out in major units; fees are negative, so that settlementAmountValue = gross + fees in every row.
import { formatMajor, money } from '@tongbao/money';
import { csvLine } from './csv.ts';

export type SettlementType =
  | 'PAYMENT'
  | 'REFUND'
  | 'CANCEL'
  | 'RESERVE'
  | 'RESERVE_RELEASED'
  | 'CARRIED_OVER'
  | 'CARRIED_IN';

/** Rows that are nobody's payment: what is held back, carried over, and given back. */
const adjustments: ReadonlySet<SettlementType> = new Set([
  'RESERVE',
  'RESERVE_RELEASED',
  'CARRIED_OVER',
  'CARRIED_IN',
]);

/** Fees of a row or of a sum of rows, minor units of the settlement currency, signed as the merchant sees them. */
export interface FileFees {
  readonly paymentMethod: bigint;
  readonly processing: bigint;
  readonly tax: bigint;
  readonly refund: bigint;
}

/** The 17 fee pairs in the reference's order; those that Tongbao does not charge stay empty. */
const feeColumns = [
  ['paymentMethodFeeAmountValue', 'paymentMethodFeeCurrency', 'paymentMethod'],
  ['interchangeFeeAmountValue', 'interchangeFeeCurrency', null],
  ['schemeFeeAmountValue', 'schemeFeeCurrency', null],
  ['acquirerMarkupAmountValue', 'acquirerMarkupCurrency', null],
  ['processingFeeAmountValue', 'processingFeeCurrency', 'processing'],
  ['taxFeeAmountValue', 'taxFeeCurrency', 'tax'],
  ['refundFeeAmountValue', 'refundFeeCurrency', 'refund'],
  ['disputeHandlingFee', 'disputeHandlingFeeCurrency', null],
  ['financingFeeAmountValue', 'financingFeeCurrency', null],
  ['rdrFeeAmountValue', 'rdrFeeCurrency', null],
  ['anticipationFeeAmountValue', 'anticipationFeeCurrency', null],
  ['riskDecisionServiceFeeAmountValue', 'riskDecisionServiceFeeCurrency', null],
  ['riskManagementFeeAmountValue', 'riskManagementFeeCurrency', null],
  ['cdrnFeeAmountValue', 'cdrnFeeCurrency', null],
  ['iofFeeAmountValue', 'iofFeeCurrency', null],
  ['withholdingTaxAmountValue', 'withholdingTaxFeeCurrency', null],
  ['fxFeeAmountValue', 'fxFeeAmountCurrency', null],
] as const;

const feeNames = feeColumns.flatMap((column) => [column[0], column[1]]);

/** A reserve's rows have no fee columns at all; others state what they charge, also when it is zero. */
function feeValues(fees: FileFees | null, currency: string): string[] {
  return feeColumns.flatMap(([, , kind]) =>
    fees === null || kind === null ? ['', ''] : [formatMajor(money(currency, fees[kind])), currency],
  );
}

const itemColumns = [
  'settlementBatchId',
  'customerId',
  'PSP',
  'ARN',
  'referenceMerchantId',
  'referenceStoreId',
  'transactionId',
  'originalTransactionId',
  'transactionRequestId',
  'originalTransactionRequestId',
  'referenceTransactionId',
  'transactionType',
  'paymentMethodType',
  'cardBrand',
  'cardCountry',
  'installmentsNum',
  'transactionAmountValue',
  'transactionCurrency',
  'convertedTransactionAmountValue',
  'quoteCurrencyPair',
  'quotePrice',
  'settlementAmountValue',
  'settlementCurrency',
  'settlementInitiatedDate',
  'acquirer',
  'acquirerReferenceNo',
];

export const psp = 'TONGBAO';

/** What made a price the settlement amount, where it is in another currency. */
export interface FileConversion {
  /** What the shop said, minor units of its currency; signed as the gross amount. */
  readonly amount: bigint;
  readonly currency: string;
  /** Units of the settlement currency for one of the price's: a plain decimal. */
  readonly quotePrice: string;
}

/** Five columns: the transaction's amount and currency, then what it came to and at which rate, empty where nothing is converted. */
function amountValues(row: { gross: bigint; currency: string; conversion: FileConversion | null }): string[] {
  const { gross, currency, conversion } = row;
  const settled = formatMajor(money(currency, gross));
  if (conversion === null) return [settled, currency, '', '', ''];
  const { amount, currency: priced, quotePrice } = conversion;
  return [formatMajor(money(priced, amount)), priced, settled, `${priced}/${currency}`, quotePrice];
}

export interface SettlementItemRow {
  readonly batchId: string;
  readonly customerId: string;
  /** Payment, refund or reserve as the API names it; and the payment that a refund or cancellation is of. */
  readonly transactionId: string;
  readonly originalTransactionId: string;
  readonly requestId: string;
  readonly originalRequestId: string;
  readonly type: SettlementType;
  /** The settlement currency, and what the shopper's side moved in it: positive for payments, negative for refunds and cancellations; zero for adjustments. */
  readonly currency: string;
  readonly gross: bigint;
  /** Null for adjustments, and where the price was in the settlement currency. */
  readonly conversion: FileConversion | null;
  readonly fees: FileFees;
  readonly net: bigint;
  /** ISO 8601 with offset. */
  readonly initiatedAt: string;
}

export const settlementItemsHeader = (): string => csvLine([...itemColumns, ...feeNames]);

export function settlementItemLine(row: SettlementItemRow): string {
  const adjustment = adjustments.has(row.type);
  const major = (amount: bigint) => formatMajor(money(row.currency, amount));
  return csvLine([
    row.batchId,
    row.customerId,
    psp,
    '',
    row.customerId,
    '',
    row.transactionId,
    row.originalTransactionId,
    row.requestId,
    row.originalRequestId,
    '',
    row.type,
    adjustment ? '' : 'ALIPAY_CN',
    '',
    '',
    '',
    ...amountValues(row),
    major(row.net),
    row.currency,
    row.initiatedAt,
    '',
    '',
    ...feeValues(adjustment ? null : row.fees, row.currency),
  ]);
}

const summaryFeeColumns = feeColumns.filter(([, , kind]) => kind !== null);

export interface SettlementSummaryRow {
  readonly batchId: string;
  readonly customerId: string;
  /** TOTAL is the last row: the sum of those before it. */
  readonly summaryType: SettlementType | 'TOTAL';
  readonly initiatedAt: string;
  readonly count: bigint;
  readonly net: bigint;
  readonly currency: string;
  readonly fees: FileFees;
}

export const settlementSummaryHeader = (): string =>
  csvLine([
    'settlementBatchId',
    'customerId',
    'PSP',
    'summaryType',
    'settlementInitiatedDate',
    'count',
    'settlementAmountValue',
    'settlementCurrency',
    ...summaryFeeColumns.flatMap((column) => [column[0], column[1]]),
  ]);

export const settlementSummaryLine = (row: SettlementSummaryRow): string =>
  csvLine([
    row.batchId,
    row.customerId,
    psp,
    row.summaryType,
    row.initiatedAt,
    row.count.toString(),
    formatMajor(money(row.currency, row.net)),
    row.currency,
    ...summaryFeeColumns.flatMap(([, , kind]) => [
      formatMajor(money(row.currency, row.fees[kind!])),
      row.currency,
    ]),
  ]);

export interface TransactionItemRow {
  readonly customerId: string;
  readonly transactionId: string;
  readonly originalTransactionId: string;
  readonly requestId: string;
  readonly originalRequestId: string;
  readonly type: 'PAYMENT' | 'REFUND' | 'CANCEL';
  /** As in a settlement's row. */
  readonly currency: string;
  readonly gross: bigint;
  readonly conversion: FileConversion | null;
  /** ISO 8601 with offset. */
  readonly at: string;
  readonly reason: string;
}

export const transactionItemsHeader = (): string =>
  csvLine([
    'customerId',
    'PSP',
    'referenceMerchantId',
    'transactionId',
    'originalTransactionId',
    'transactionRequestId',
    'originalTransactionRequestId',
    'transactionType',
    'paymentMethodType',
    'status',
    'transactionAmountValue',
    'transactionCurrency',
    'convertedTransactionAmountValue',
    'quoteCurrencyPair',
    'quotePrice',
    'settlementCurrency',
    'transactionTime',
    'reason',
  ]);

export const transactionItemLine = (row: TransactionItemRow): string =>
  csvLine([
    row.customerId,
    psp,
    row.customerId,
    row.transactionId,
    row.originalTransactionId,
    row.requestId,
    row.originalRequestId,
    row.type,
    'ALIPAY_CN',
    'SUCCESS',
    ...amountValues(row),
    row.currency,
    row.at,
    row.reason,
  ]);
