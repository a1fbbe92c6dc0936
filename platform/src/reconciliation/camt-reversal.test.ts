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
