// Codes that are shown and scanned: the shopper's payment code, a merchant's EMVCo QR.
export { type MerchantQr, readMerchantQr, writeMerchantQr } from './merchant-qr.ts';
export { readScannedCode, type ScannedCode, writeOrderCode, writeShopCode } from './order-code.ts';
export { paymentCodePattern } from './payment-code.ts';
export { crc16, QrError, readTlv, type Tlv, writeTlv } from './tlv.ts';
