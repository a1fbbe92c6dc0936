// The door of the classic gateway's protocol: everything about its bytes, nothing about what it does.
export { type Ambiguity, ambiguityOf, knownNames, saidPlainly } from './ambiguity.ts';
export { type Charset, charsetOf, decodeText, encodeText } from './charset.ts';
export { type GatewayError, gatewayErrors } from './codes.ts';
export {
  formOf,
  type ReceivedForm,
  type ReceivedParameter,
  readForm,
  type UnreadableForm,
  withCharset,
} from './form.ts';
export * from './requests.ts';
export { isServiceName, type ServiceName, services } from './services.ts';
export {
  receivedSigningBytes,
  repairedBase64,
  type SignType,
  signingBytes,
  signingText,
  signTypes,
} from './signature.ts';
export { plainDay, plainTime, readDay, readTime, spacedTime } from './times.ts';
export {
  escapeMarkup,
  type Leaves,
  type ReadAnswer,
  readXml,
  saidLeaves,
  writeXml,
  type XmlAnswer,
} from './xml.ts';
