// A merchant's reports, and payments' receipts, as several adapters show and send them.
export { batchView } from './batch-view.ts';
export { conversionOfLine, type FileOwner, settlementItems, transactionItems } from './files.ts';
export { type ReceiptSources, receiptOf } from './receipt.ts';
export { sendFile } from './send-file.ts';
