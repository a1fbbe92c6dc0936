// Our ISO 20022 documents read by somebody else: npm iso20022.js, and a look at the structure that it does not read.
import { XMLParser } from 'fast-xml-parser';
import { CashManagementEndOfDayReport, PaymentStatusReport } from 'iso20022.js';
import { describe, expect, test } from 'vitest';
import { dayStatement, statusReport } from '../sandbox/bank/documents.ts';
import { writePain001 } from './pain001.ts';
import { readPain002 } from './pain002.ts';

const at = new Date('2014-11-12T03:00:00Z');

describe('pain.001', () => {
  const xml = writePain001({
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
        creditorAccount: 'GB1',
        creditorBic: 'TBSMGBGB',
        remittance: 'Settlement',
      },
      {
        endToEndId: '8-1',
        amount: 5n,
        creditorName: 'B',
        creditorAccount: 'GB2',
        creditorBic: '',
        remittance: 'Settlement',
      },
    ],
  });
  const message = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(xml).Document
    .CstmrCdtTrfInitn;

  test('has the elements of pain.001.001.03 in the order of its definition', () => {
    expect(Object.keys(message)).toEqual(['GrpHdr', 'PmtInf']);
    expect(Object.keys(message.GrpHdr)).toEqual(['MsgId', 'CreDtTm', 'NbOfTxs', 'CtrlSum', 'InitgPty']);
    expect(Object.keys(message.PmtInf)).toEqual([
      'PmtInfId',
      'PmtMtd',
      'BtchBookg',
      'NbOfTxs',
      'CtrlSum',
      'ReqdExctnDt',
      'Dbtr',
      'DbtrAcct',
      'DbtrAgt',
      'CdtTrfTxInf',
    ]);
    for (const transfer of message.PmtInf.CdtTrfTxInf)
      expect(Object.keys(transfer)).toEqual(['PmtId', 'Amt', 'CdtrAgt', 'Cdtr', 'CdtrAcct', 'RmtInf']);
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
