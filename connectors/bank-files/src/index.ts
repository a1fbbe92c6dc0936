// The connector for banks that are spoken to by files.
export { type BankFiles, type BankFilesParts, createBankFiles } from './connector.ts';
export { folderPlace } from './folder.ts';
export type { FileKind, Journal, ReceivedFile, Upload } from './journal.ts';
export { type Listed, Missing, type Place } from './place.ts';
export { type SftpServer, sftpPlace } from './sftp.ts';
