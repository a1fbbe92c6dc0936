// The door of the connector for SMS services by HTTP.
export { createSmsHttp, type PostAnswer, type SmsHttpOptions } from './connector.ts';
