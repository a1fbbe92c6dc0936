// The services as data: what each answers with, and the parameters it asks for (reference, table 0).
import * as requests from './requests.ts';

/** page: a browser is sent somewhere or shown an error · xml: the envelope · word: bare text · file: lines of text. */
const page = 'page' as const;
const xml = 'xml' as const;
const file = 'file' as const;

export const services = {
  create_forex_trade: { answers: page, request: requests.CreateForexTrade },
  create_forex_trade_wap: { answers: page, request: requests.CreateForexTrade },
  single_trade_query: { answers: xml, request: requests.SingleTradeQuery },
  close_trade: { answers: xml, request: requests.CloseTrade },
  forex_refund: { answers: xml, request: requests.ForexRefund },
  forex_refund_file: { answers: xml, request: requests.Nothing },
  notify_verify: { answers: 'word', request: requests.NotifyVerify },
  forex_rate_file: { answers: file, request: requests.Nothing },
  forex_compare_file: { answers: file, request: requests.StatementFile },
  forex_liquidation_file: { answers: file, request: requests.StatementFile },
  'alipay.acquire.customs': { answers: xml, request: requests.Customs },
  'alipay.overseas.acquire.customs.query': { answers: xml, request: requests.CustomsQuery },
  'alipay.overseas.secmerchant.online.maintain': {
    answers: xml,
    request: requests.MaintainSecondaryMerchant,
  },
  'alipay.overseas.secmerchant.offline.maintain': {
    answers: xml,
    request: requests.MaintainSecondaryMerchant,
  },
  'alipay.overseas.secmerchant.maintain.queryStatus': {
    answers: xml,
    request: requests.SecondaryMerchantStatus,
  },
  'alipay.acquire.overseas.spot.pay': { answers: xml, request: requests.SpotPay },
  'alipay.acquire.overseas.query': { answers: xml, request: requests.SpotTrade },
  'alipay.acquire.overseas.spot.refund': { answers: xml, request: requests.SpotRefund },
  'alipay.acquire.overseas.spot.reverse': { answers: xml, request: requests.SpotReverse },
  'alipay.acquire.precreate': { answers: xml, request: requests.Precreate },
  'alipay.acquire.query': { answers: xml, request: requests.AcquireTrade },
  'alipay.acquire.cancel': { answers: xml, request: requests.AcquireTrade },
  'alipay.acquire.refund': { answers: xml, request: requests.AcquireRefund },
} as const;

export type ServiceName = keyof typeof services;
export const isServiceName = (name: string): name is ServiceName => Object.hasOwn(services, name);
