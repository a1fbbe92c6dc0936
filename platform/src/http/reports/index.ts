// A merchant's reports, as the sandbox and the console both show and send them.
export { batchView } from './batch-view.ts';
export { conversionOfLine, type FileOwner, settlementItems, transactionItems } from './files.ts';
export { sendFile } from './send-file.ts';
