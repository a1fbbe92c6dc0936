// The JSON API as data: operations, schemas, signatures, result codes. Source of names and lengths: the AMS reference.
export { cataloguePaths } from './catalogue.ts';
export { type Result, type ResultCode, type ResultStatus, result, resultCodes } from './codes.ts';
export { asciiJson, repeatedName } from './json.ts';
export {
  apiPath,
  type OperationName,
  operationAt,
  operations,
  type ParsedRequestOf,
  type RequestOf,
  type ResponseOf,
} from './operations.ts';
export { acknowledgement, PaymentNotification, RefundNotification } from './responses.ts';
export type { WireAmount } from './scalars.ts';
export {
  formatSignatureHeader,
  parseSignatureHeader,
  pathFor,
  type SignatureHeader,
  type SignedMessage,
  signedPrefix,
} from './signature.ts';
