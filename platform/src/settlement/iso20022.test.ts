// Our ISO 20022 documents read by somebody else: npm iso20022.js, and a look at the structure that it does not read.
import { XMLParser } from 'fast-xml-parser';
import { CashManagementEndOfDayReport, ISO20022, PaymentStatusReport } from 'iso20022.js';
import { describe, expect, test } from 'vitest';
import { dayStatement, statusReport } from '../sandbox/bank/documents.ts';
import { pain001Structure, pain001Version09 } from '../testing/pain001-structure.ts';
import { type PaymentInitiation, writePain001 } from './pain001.ts';
import { readPain002 } from './pain002.ts';

const at = new Date('2014-11-12T03:00:00Z');

type Element = Record<string, unknown>;
const inOrder = new XMLParser({ preserveOrder: true, ignoreAttributes: false, parseTagValue: false });

/** What is not as the message definition has it, in words. */
function faultsOf(xml: string, structure = pain001Structure): string[] {
  const faults: string[] = [];
  const check = (parent: string, name: string, content: Element[]): void => {
    const rule = structure[`${parent}/${name}`] ?? structure[name];
    if (rule === undefined) faults.push(`${name} in ${parent} is not in the definition`);
    else if (rule instanceof RegExp) {
      const text = content.map((each) => String(each['#text'] ?? '')).join('');
      if (!rule.test(text)) faults.push(`${name} is "${text}"`);
    } else {
      const names = content.map((each) => Object.keys(each).find((key) => key !== ':@')!);
      const allowed = rule.map(([child]) => child);
      for (const [index, child] of names.entries()) {
        const place = allowed.indexOf(child);
        if (place < 0) faults.push(`${name} may not have ${child}`);
        else if (index > 0 && place < allowed.indexOf(names[index - 1]!))
          faults.push(`${child} stands after ${names[index - 1]} in ${name}`);
        if (place >= 0) check(name, child, content[index]![child] as Element[]);
      }
      for (const [child, least, most] of rule) {
        const count = names.filter((each) => each === child).length;
        if (count < least || count > most)
          faults.push(`${name} has ${count} ${child}, ${least} to ${most} are allowed`);
      }
    }
  };
  const root = (inOrder.parse(xml) as Element[]).find((each) => 'Document' in each)!;
  check('', 'Document', root.Document as Element[]);
  return faults;
}

/** A message of somebody else's writer. */
function theirMessage(): string {
  const bank = { bic: 'TBSMGBGB', bankAddress: { country: 'GB' } } as const;
  const payer = {
    name: 'Tongbao Settlement',
    id: 'TB',
    account: { accountNumber: '9000GBP0001' },
    agent: bank,
  } as const;
  const creditor = {
    name: 'Marks',
    account: { accountNumber: 'GB1' },
    agent: bank,
    address: { country: 'GB' },
  } as const;
  return new ISO20022({ initiatingParty: payer })
    .createSWIFTCreditPaymentInitiation([
      {
        type: 'swift',
        direction: 'credit',
        id: '7-1',
        amount: 123_456,
        currency: 'GBP',
        creditor,
        remittanceInformation: 'S',
      },
    ])
    .serialize();
}

describe('pain.001', () => {
  const initiation: PaymentInitiation = {
    version: 'pain.001.001.03',
    messageId: 'TB1',
    createdAt: at,
    executionDay: '2014-11-12',
    currency: 'GBP',
    debtorName: 'Tongbao Settlement',
    debtorAccount: '9000GBP0001',
    debtorBic: 'TBSBHKHH',
    transfers: [
      {
        endToEndId: '7-1',
        amount: 123_456n,
        creditorName: 'Marks & <Sons>',
        creditorAccount: 'GB33BUKB20201555555555',
        creditorBic: 'TBSMGBGB',
        creditorAddress: {
          ...{
            street: 'High Street & Lane',
            building: '1a',
            postCode: 'EC1A 1BB',
            town: 'London',
            country: 'GB',
          },
        },
        remittance: 'Settlement',
      },
      {
        endToEndId: '8-1',
        amount: 5n,
        creditorName: 'B',
        creditorAccount: 'GB2',
        creditorBic: '',
        creditorAddress: null,
        remittance: 'Settlement',
      },
    ],
  };
  const xml = writePain001(initiation);
  const message = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(xml).Document
    .CstmrCdtTrfInitn;

  test('has the structure of pain.001.001.03: names, order, cardinalities, patterns', () => {
    expect(faultsOf(xml)).toEqual([]);
    const without = (tag: string) => xml.replace(new RegExp(`<${tag}>.*?</${tag}>`), '');
    expect(faultsOf(without('ReqdExctnDt'))).toEqual(['PmtInf has 0 ReqdExctnDt, 1 to 1 are allowed']);
    expect(faultsOf(xml.replace(/(<Dbtr>.*?<.Dbtr>)(<DbtrAcct>.*?<.DbtrAcct>)/, '$2$1'))).toEqual([
      'Dbtr stands after DbtrAcct in PmtInf',
    ]);
    expect(faultsOf(xml.replace('<PmtMtd>TRF', '<PmtMtd>CASH'))).toEqual(['PmtMtd is "CASH"']);
    expect(faultsOf(xml.replace('TBSMGBGB', 'tbsm'))).toEqual(['BIC is "tbsm"']);
    expect(faultsOf(xml.replace('<EndToEndId>', '<Iban/><EndToEndId>'))).toEqual(['PmtId may not have Iban']);
    expect(faultsOf(xml.replace('>1234.56<', '>1234.567890<'))).toEqual(['InstdAmt is "1234.567890"']);
  });

  test('has the structure of pain.001.001.09 for a bank that takes it, with structured addresses and a purpose', () => {
    const newer = writePain001({ ...initiation, version: 'pain.001.001.09' });
    expect(faultsOf(newer, pain001Version09)).toEqual([]);
    expect(newer).toContain('xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"');
    expect(faultsOf(newer).sort()).toContain('FinInstnId may not have BICFI');
    for (const each of [xml, newer]) {
      expect(each).toContain(
        '<PstlAdr><StrtNm>High Street &amp; Lane</StrtNm><BldgNb>1a</BldgNb><PstCd>EC1A 1BB</PstCd><TwnNm>London</TwnNm><Ctry>GB</Ctry></PstlAdr>',
      );
      expect(each).toContain(
        '<CdtrAcct><Id><IBAN>GB33BUKB20201555555555</IBAN></Id></CdtrAcct><Purp><Cd>CORT</Cd></Purp>',
      );
      expect(each).toContain('<CdtrAcct><Id><Othr><Id>GB2</Id></Othr></Id></CdtrAcct>');
    }
  });

  test('is built as npm iso20022.js builds its own message of the same version', () => {
    const { Document } = new XMLParser().parse(xml);
    const theirs = new XMLParser().parse(theirMessage()).Document.CstmrCdtTrfInitn;
    const ours = Document.CstmrCdtTrfInitn;
    expect(/xmlns="([^"]+)"/.exec(xml)?.[1]).toBe(/xmlns="([^"]+)"/.exec(theirMessage())?.[1]);
    // What both have stands in the same order.
    const shared = (left: object, right: object) => Object.keys(left).filter((name) => name in right);
    const pairs = [
      [ours, theirs],
      [ours.GrpHdr, theirs.GrpHdr],
      [ours.PmtInf, theirs.PmtInf],
      [ours.PmtInf.CdtTrfTxInf[0], theirs.PmtInf.CdtTrfTxInf],
    ] as const;
    for (const [our, their] of pairs) {
      expect(shared(our, their)).toEqual(shared(their, our));
      expect(shared(our, their).length).toBeGreaterThan(1);
    }
  });

  test('states major units, the control sum and names as they are', () => {
    const [first, second] = message.PmtInf.CdtTrfTxInf;
    expect(first.Amt.InstdAmt).toEqual({ '#text': '1234.56', '@_Ccy': 'GBP' });
    expect(first.Cdtr.Nm).toBe('Marks & <Sons>');
    expect(second.Amt.InstdAmt['#text']).toBe('0.05');
    expect(message.GrpHdr).toMatchObject({ NbOfTxs: '2', CtrlSum: '1234.61' });
  });
});

describe('pain.002', () => {
  const rejected = statusReport('S7-1', {
    messageId: 'TB1',
    endToEndId: '7-1',
    executed: false,
    initiation: 'pain.001.001.03',
    reason: 'AC04',
    at,
  });

  test('is read by an independent reader as we read it', () => {
    const report = PaymentStatusReport.fromXML(rejected);
    expect(report.originalMessageId).toBe('TB1');
    expect(report.statusInformations).toMatchObject([
      { type: 'transaction', originalEndToEndId: '7-1', status: 'RJCT', reason: { code: 'AC04' } },
    ]);
    expect(readPain002(rejected)).toEqual([
      { messageId: 'TB1', endToEndId: '7-1', status: 'RJCT', reason: 'AC04', at },
    ]);
  });

  test('is read in both versions, whatever a bank leaves out: reasons of its own, words about all of a message', () => {
    const report = (body: string) =>
      '<ns:Document xmlns:ns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><ns:CstmrPmtStsRpt>' +
      `${body.replace(/<(\/?)/g, '<$1ns:')}</ns:CstmrPmtStsRpt></ns:Document>`;
    const original = (more = '') =>
      `<OrgnlGrpInfAndSts><OrgnlMsgId>TB1</OrgnlMsgId>${more}</OrgnlGrpInfAndSts>`;
    const of = { messageId: 'TB1', at: null };
    const read = (body: string) => readPain002(report(body));
    const reasons =
      '<StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>';
    expect(read(original(`<GrpSts>RJCT</GrpSts>${reasons}`))).toEqual([
      { ...of, endToEndId: null, status: 'RJCT', reason: 'X9' },
    ]);
    const group = (body: string) =>
      `${original()}<OrgnlPmtInfAndSts><OrgnlPmtInfId>TB1</OrgnlPmtInfId>${body}</OrgnlPmtInfAndSts>`;
    expect(read(group('<PmtInfSts>ACSC</PmtInfSts>'))).toEqual([
      { ...of, endToEndId: null, status: 'ACSC', reason: null },
    ]);
    const one = '<TxInfAndSts><OrgnlEndToEndId>7-1</OrgnlEndToEndId></TxInfAndSts>';
    expect(read(group(`<PmtInfSts>RJCT</PmtInfSts>${one}`))).toEqual([
      { ...of, endToEndId: '7-1', status: 'RJCT', reason: null },
    ]);
    const newer = statusReport('S', {
      ...of,
      endToEndId: '7-1',
      executed: true,
      reason: null,
      at,
      initiation: 'pain.001.001.09',
    });
    expect(newer).toContain('pain.002.001.10');
    expect(readPain002(newer)).toEqual([{ ...of, endToEndId: '7-1', status: 'ACSC', reason: null, at }]);
  });

  test('anything else is refused in words', () => {
    expect(() => readPain002('<Document>')).toThrow(/not XML/);
    expect(() => readPain002('<Document><Other/></Document>')).toThrow(/CstmrPmtStsRpt is missing/);
  });
});

test('camt.053 balances and entries are what an independent reader finds', () => {
  const xml = dayStatement({
    account: { bic: 'TBSBHKHH', number: '9000HKD0001', currency: 'HKD' },
    day: '2014-11-12',
    from: new Date('2014-11-12T00:00:00Z'),
    to: new Date('2014-11-13T00:00:00Z'),
    opening: 100_000n,
    entries: [
      { line: 1, reference: '7-1', amount: -123_456n, bookedAt: at },
      { line: 2, reference: 'FX1', amount: 50_000n, bookedAt: at },
    ],
  });
  const report = CashManagementEndOfDayReport.fromXML(xml);
  const [statement] = report.statements;
  expect(statement!.account).toMatchObject({ accountNumber: '9000HKD0001', currency: 'HKD' });
  expect(statement!.balances).toMatchObject([
    { type: 'OPBD', creditDebitIndicator: 'credit', currency: 'HKD' },
    { type: 'CLBD', creditDebitIndicator: 'credit', currency: 'HKD' },
  ]);
  expect(statement!.balances.map((balance) => Math.round(balance.amount))).toEqual([100_000, 26_544]);
  expect(report.entries.map((entry) => [Math.round(entry.amount), entry.creditDebitIndicator])).toEqual([
    [123_456, 'debit'],
    [50_000, 'credit'],
  ]);
});
