// Which side a reversal is booked on: the worst mistake a reader of bank statements can make is twice the amount.
import { expect, test } from 'vitest';
import { readCamt } from './camt.ts';

const balance = (code: string, amount: string, side = 'CRDT') =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd></Bal>`;
const entry = (amount: string, side: string, reversal = '') =>
  `<Ntry><Amt Ccy="GBP">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${reversal}<Sts>BOOK</Sts>` +
  '<BookgDt><Dt>2014-11-17</Dt></BookgDt></Ntry>';
const statement = (closing: string, ...entries: string[]) =>
  '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Id>S01</Id>' +
  '<CreDtTm>2014-11-18T05:00:00</CreDtTm><Acct><Id><Othr><Id>9</Id></Othr></Id></Acct>' +
  `${balance('OPBD', '65.25')}${balance('CLBD', closing)}${entries.join('')}</Stmt></BkToCstmrStmt></Document>`;
const amounts = (xml: string) => readCamt(Buffer.from(xml))[0]!.lines.map((line) => line.amount);

test.each(['true', '1'])('C5: a reversal (RvslInd %s) is booked on its own side', (value) => {
  const reversal = `<RvslInd>${value}</RvslInd>`;
  expect(amounts(statement('65.25', entry('63.94', 'DBIT'), entry('63.94', 'CRDT', reversal)))).toEqual([
    -6394n,
    6394n,
  ]);
  // The reversal of a credit takes money away.
  expect(amounts(statement('55.25', entry('10.00', 'DBIT', reversal)))).toEqual([-1000n]);
});

test('C5: a bank that repeats the side of what it takes back is understood by its balances', () => {
  const repeated = entry('63.94', 'DBIT', '<RvslInd>true</RvslInd>');
  expect(amounts(statement('65.25', entry('63.94', 'DBIT'), repeated))).toEqual([-6394n, 6394n]);
});

test('C5: where neither reading balances, the entries keep their own sides', () => {
  const taken = entry('63.94', 'CRDT', '<RvslInd>true</RvslInd>');
  expect(amounts(statement('70.00', entry('63.94', 'DBIT'), taken))).toEqual([-6394n, 6394n]);
});

test.each(['false', '0'])('C5: RvslInd %s is no reversal', (value) => {
  const plain = entry('10.00', 'DBIT', `<RvslInd>${value}</RvslInd>`);
  expect(amounts(statement('75.25', plain))).toEqual([-1000n]);
});

test('case 02: amounts of a batch, each where its transaction has it; a batch that does not add up stays one line', () => {
  const tx = (amount: string) => `<TxDtls>${amount}</TxDtls>`;
  const amount = (figure: string) => `<Amt Ccy="GBP">${figure}</Amt>`;
  const batch = (second: string) =>
    `<Ntry>${amount('30.00')}<CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2014-11-17</Dt></BookgDt><NtryDtls>` +
    `${tx(`<AmtDtls><TxAmt>${amount('10.00')}</TxAmt></AmtDtls>`)}${tx(second)}</NtryDtls></Ntry>`;
  const instructed = (figure: string) => `<AmtDtls><InstdAmt>${amount(figure)}</InstdAmt></AmtDtls>`;
  expect(amounts(statement('35.25', batch(instructed('20.00'))))).toEqual([-1_000n, -2_000n]);
  expect(amounts(statement('35.25', batch(instructed('19.00'))))).toEqual([-3_000n]);
  // The bank's charge is what the transactions do not come to: a line of its own.
  const charged = `${instructed('19.50')}<Chrgs>${amount('0.50')}<CdtDbtInd>DBIT</CdtDbtInd></Chrgs>`;
  expect(amounts(statement('35.25', batch(charged)))).toEqual([-1_000n, -1_950n, -50n]);
});
