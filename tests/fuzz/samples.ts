// The corpus: genuine documents to damage, and inputs that are tried every time because they once broke something,
// here or elsewhere.
import type { OperationName } from '@tongbao/protocol/ams';
import { writeOrderCode, writeShopCode } from '@tongbao/protocol/codes';

export const hostileTexts: readonly string[] = [
  '',
  '\u0000',
  '\ufeff',
  '\ud800',
  ' ',
  '%',
  '='.repeat(10_000),
  ','.repeat(10_000),
  'a='.repeat(10_000),
  '"'.repeat(9_999),
  '<'.repeat(10_000),
  '<a>'.repeat(3_000),
  '('.repeat(10_000),
  '0'.repeat(10_000),
  '9'.repeat(400),
  `1.${'0'.repeat(10_000)}1`,
  ' '.repeat(20_000),
  '\t'.repeat(10_000),
  '２０１４',
  '-9223372036854775809',
];

const deep = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);

export const hostileJson: readonly unknown[] = [
  null,
  [],
  {},
  '',
  0,
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse(deep('[', ']', 2_000)),
  JSON.parse(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`),
  { paymentAmount: { currency: 'KRW', value: '0'.repeat(5_000) } },
  { paymentRequestId: '\u0000' },
];

/** Entities that grow by themselves, and one that would read a file. */
export const entityBombs: readonly string[] = [
  `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">` +
    `<!ENTITY d "${'&c;'.repeat(50)}">]><Document><BkToCstmrStmt><Stmt><Id>&d;</Id></Stmt></BkToCstmrStmt></Document>`,
  `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "${'x'.repeat(2_000)}">]><Document><BkToCstmrStmt><Stmt><Id>` +
    `${'&a;'.repeat(2_000)}</Id></Stmt></BkToCstmrStmt></Document>`,
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><Document><CstmrPmtStsRpt>&f;</CstmrPmtStsRpt></Document>',
  `<Document>${'<a b="c">'.repeat(2_000)}</Document>`,
  '<__proto__><polluted>1</polluted></__proto__>',
];

const money = { currency: 'KRW', value: '59000' };

export const amsRequests: Readonly<Record<OperationName, Readonly<Record<string, unknown>>>> = {
  pay: {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: 'fuzz-1',
    paymentAmount: money,
    order: {
      referenceOrderId: 'LT-1',
      orderDescription: '气垫粉底',
      orderAmount: money,
      merchant: { referenceMerchantId: 'M1', merchantName: 'Hanbit', merchantDisplayName: 'Hanbit' },
      goods: [
        {
          referenceGoodsId: 'G1',
          goodsName: 'Cushion',
          goodsUnitAmount: money,
          goodsQuantity: '2',
          goodsUrl: 'https://mall.example/g',
        },
      ],
      buyer: { referenceBuyerId: 'B1' },
      env: { terminalType: 'WEB', osType: 'IOS', clientIp: '192.0.2.1' },
    },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN', paymentMethodId: 'x', customerId: 'c' },
    paymentQuote: { quoteId: '4097' },
    paymentExpiryTime: '2014-11-11T10:05:00+08:00',
    paymentRedirectUrl: 'https://mall.example/return',
    paymentNotifyUrl: 'https://mall.example/notify',
    settlementStrategy: { settlementCurrency: 'KRW' },
    metadata: '{"a":1}',
    extendInfo: { a: 1 },
    env: { terminalType: 'WEB', userAgent: 'Mozilla/5.0' },
  },
  createPaymentSession: {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: 'fuzz-2',
    paymentAmount: money,
    order: { referenceOrderId: 'LT-2', orderDescription: '气垫粉底', orderAmount: money },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentSessionExpiryTime: '2014-11-11T10:05:00+08:00',
    paymentRedirectUrl: 'https://mall.example/return',
    paymentNotifyUrl: 'https://mall.example/notify',
  },
  inquiryPayment: { paymentRequestId: 'fuzz-1', paymentId: '201411111000000000000000004097' },
  cancel: { paymentRequestId: 'fuzz-1', paymentId: '201411111000000000000000004097' },
  refund: {
    refundRequestId: 'fuzz-r1',
    paymentId: '201411111000000000000000004097',
    refundAmount: money,
    refundReason: 'size',
    refundNotifyUrl: 'https://mall.example/notify',
    metadata: 'm',
  },
  inquiryRefund: { refundRequestId: 'fuzz-r1', refundId: '201411112000000000000000004097' },
  consult: {
    productCode: 'CASHIER_PAYMENT',
    paymentAmount: money,
    allowedPaymentMethodTypes: ['ALIPAY_CN'],
    settlementStrategy: { settlementCurrency: 'KRW' },
    env: { terminalType: 'WEB' },
  },
  inquireExchangeRate: {
    paymentCurrency: 'CNY',
    baseCurrency: 'KRW',
    currencyPair: 'KRW/CNY',
    valueDate: '2014-11-11',
  },
};

export const acknowledgement =
  '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';

export const formPieces = [
  'service',
  '=',
  '&',
  'create_forex_trade',
  '%',
  '%E6%B0%94',
  '%C6%F8',
  '+',
  '_input_charset',
  'GBK',
  'utf-8',
  'sign',
  ';',
];
export const form =
  'service=create_forex_trade&partner=2088501410000001&_input_charset=utf-8&subject=%E6%B0%94%E5%9E%AB&out_trade_no=LT-1' +
  '&currency=KRW&total_fee=59000&notify_url=https%3A%2F%2Fmall.example%2Fnotify&split_fund_info=%5B%5D&sign=abc&sign_type=MD5';

export const multipartType = 'multipart/form-data; boundary=----b7f1';
export const multipart =
  '------b7f1\r\nContent-Disposition: form-data; name="service"\r\n\r\nforex_refund_file\r\n' +
  '------b7f1\r\nContent-Disposition: form-data; name="refund_file"; filename="r.txt"\r\n\r\n1|2|3\r\n------b7f1--\r\n';

export const camt053 = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt>
<Id>S1</Id><CreDtTm>2014-11-12T00:00:00Z</CreDtTm><Acct><Id><Othr><Id>9000CNY0001</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">900.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="CNY">100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2014-11-11</Dt></BookgDt><AcctSvcrRef>7</AcctSvcrRef>
<Chrgs><TtlChrgsAndTaxAmt Ccy="CNY">1.00</TtlChrgsAndTaxAmt></Chrgs>
<NtryDtls><TxDtls><Refs><EndToEndId>4097-1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>`;

export const camt054 = `<ns2:Document xmlns:ns2="urn:iso:std:iso:20022:tech:xsd:camt.054.001.13"><ns2:BkToCstmrDbtCdtNtfctn>
<ns2:Ntfctn><ns2:Id>N1</ns2:Id><ns2:CreDtTm>2014-11-12T00:00:00+08:00</ns2:CreDtTm><ns2:Acct><ns2:Id><ns2:IBAN>GB33BUKB20201555555555</ns2:IBAN></ns2:Id></ns2:Acct>
<ns2:Ntry><ns2:Amt Ccy="GBP">0100.000</ns2:Amt><ns2:CdtDbtInd>CRDT</ns2:CdtDbtInd><ns2:RvslInd>1</ns2:RvslInd><ns2:Sts><ns2:Cd>BOOK</ns2:Cd></ns2:Sts><ns2:BookgDt><ns2:DtTm>2014-11-11T01:00:00Z</ns2:DtTm></ns2:BookgDt>
<ns2:NtryDtls><ns2:Btch><ns2:MsgId>TB1</ns2:MsgId></ns2:Btch><ns2:TxDtls><ns2:Refs><ns2:EndToEndId>1-1</ns2:EndToEndId></ns2:Refs><ns2:Amt Ccy="GBP">40</ns2:Amt></ns2:TxDtls><ns2:TxDtls><ns2:Amt Ccy="GBP">60</ns2:Amt><ns2:RmtInf><ns2:Ustrd>2-1 of the day</ns2:Ustrd></ns2:RmtInf></ns2:TxDtls></ns2:NtryDtls></ns2:Ntry></ns2:Ntfctn></ns2:BkToCstmrDbtCdtNtfctn></ns2:Document>`;

export const mt940 = `{1:F01BANKGB2LAXXX0000000000}{2:I940BANKGB2LXXXXN}{4:
:20:STARTUMS
:25:20041177/123456GBP
:28C:97/1
:60F:C141110GBP1000,
:61:1411111111D100,NTRF4097-1//7
:86:166?00GUTSCHRIFT?20EREF+4097-1?21SVWZ+Auszahlung?32MUSTER
:61:141231RCP0,5NMSCNONREF
details
:86:/EREF/X-1/CHGS/GBP1,00/
:62F:C141112GBP899,5
-}
:20:M2
:25:123
:28C:1
:34F:JPYD0,
:13D:1411121200+0800
:61:1411120102ED5,FCHGNONREF
`;

export const bankCsv =
  'Umsätze\nBuchung;Soll;Haben;Zweck\n12.11.2014;1.100,00;;"4097-1\nText"\n11.11.14;;+3,5;\n';

export const statementCsv =
  'reference,amount,currency,date,charge,number\n4097-1,-100.00,CNY,2014-11-11,1.00,7\n"a ""b"" c",3.5,CNY,2014-11-12,,8\n';

export const pain002 = `<?xml version="1.0"?><Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>TB1</OrgnlMsgId>
</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><PmtInfSts>ACSP</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>4097-1</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf><AccptncDtTm>2014-11-12T01:00:00Z</AccptncDtTm>
</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`;

export const eurofxref = `<?xml version="1.0"?><gesmes:Envelope xmlns:gesmes="g" xmlns="e"><Cube><Cube time="2014-11-11">
<Cube currency="USD" rate="1.2409"/><Cube currency="CNY" rate="7.6028"/></Cube></Cube></gesmes:Envelope>`;

export const classicXml =
  '<?xml version="1.0" encoding="utf-8"?>\n<alipay><is_success>T</is_success><request><param name="a">b</param></request>' +
  '<response><trade><out_trade_no>LT-1</out_trade_no><subject>&#27668;</subject></trade></response><sign>x</sign></alipay>';

export const exportLines = [
  '{"type":"books","format":"tongbao-books/3"}',
  '{"type":"account","id":"1156","code":"fx-position:CNY","kind":"fx-position","currency":"CNY","balance":"0","held":"0","floor":null}',
  '{"type":"entry","id":"1","kind":"payment","subjectId":"1","postings":[["1156","1"],["2156","-1"]]}',
].join('\n');

const cashierToken = `201411111000000000000000004097.${'A'.repeat(22)}`;
const shop = { name: 'Hanbit', displayName: '한빛몰', country: 'KR', city: 'SEOUL', currency: 'KRW' };
export const orderCode = writeOrderCode(shop, { token: cashierToken, amount: '59000' });
export const shopCode = writeShopCode(shop, '2088501410000001');
export const cashierUrl = `http://tongbao.example/cashier/${cashierToken}`;

/** Days that no calendar has, and amounts that no column holds, where the sample has possible ones. */
export const impossibleIn = (sample: string): readonly string[] => [
  ...['2014-02-30', '2014-13-01', '0000-00-00', '2014-11-31', '275760-09-13'].map((day) =>
    sample.replaceAll('2014-11-11', day).replaceAll('2014-11-12', day),
  ),
  ...['9'.repeat(17), '9'.repeat(18), '9'.repeat(40)].map((digits) =>
    sample.replaceAll('100.00', `${digits}.00`).replaceAll('>1.00<', `>${digits}.00<`),
  ),
];
