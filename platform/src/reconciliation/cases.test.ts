// Bank files as people met them in public reports, each with its right value: what banks write that the schema's examples
// do not show. The world: two payments in GBP at a British shop, the treasury's deal before the payout, the payout.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encoded } from '../testing/bank-files.ts';
import { payoutWorld } from '../testing/payout-world.ts';

type World = Awaited<ReturnType<typeof payoutWorld>>;
let world: World['world'];
let payout: World['payout'];
let deal: World['deal'];
let take: World['take'];

beforeAll(async () => {
  ({ world, payout, deal, take } = await payoutWorld());
});
afterAll(() => world?.close());

const shift = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

interface Told {
  readonly case: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly created?: string;
  readonly opening?: string;
  readonly openingCode?: string;
  readonly closing: string;
  readonly entries: string;
  readonly version?: string;
}

const balance = (code: string, amount: string, day: string) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="GBP">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>` +
  `<Dt><Dt>${day}</Dt></Dt></Bal>`;
const reversal = '<RvslInd>true</RvslInd>';
const entry = (
  amount: string,
  side: string,
  of: { reference?: string; day?: string; more?: string; sts?: string },
) =>
  `<Ntry><Amt Ccy="GBP">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${of.more ?? ''}` +
  `<Sts>${of.sts ?? 'BOOK'}</Sts><BookgDt><Dt>${of.day ?? payout.day}</Dt></BookgDt><ValDt><Dt>${payout.day}</Dt></ValDt>` +
  `<BkTxCd><Prtry><Cd>N501</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${of.reference ?? payout.reference}` +
  '</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>';
/** A camt.053 of a day, on an account of the case's own. */
const camt = (told: Told, encoding = 'UTF-8'): string => {
  const { from = payout.day, to = from } = told;
  return (
    `<?xml version="1.0" encoding="${encoding}"?>\n` +
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${told.version ?? '02'}">\n<BkToCstmrStmt>\n` +
    `<GrpHdr><MsgId>M1</MsgId><CreDtTm>${shift(to, 1)}T05:00:00.41+02:00</CreDtTm></GrpHdr>\n` +
    `<Stmt><Id>${told.id ?? `S${told.case}`}</Id><ElctrncSeqNb>97</ElctrncSeqNb>` +
    `<CreDtTm>${told.created ?? shift(to, 1)}T05:00:00</CreDtTm>` +
    `<FrToDt><FrDtTm>${from}T00:00:00</FrDtTm><ToDtTm>${to}T23:59:59</ToDtTm></FrToDt>` +
    `<Acct><Id><IBAN>GB00CASE${told.case}</IBAN></Id><Ccy>GBP</Ccy></Acct>` +
    balance(told.openingCode ?? 'OPBD', told.opening ?? '65.25', from) +
    balance('CLBD', told.closing, to) +
    `${told.entries}</Stmt>\n</BkToCstmrStmt>\n</Document>\n`
  );
};
const differences = (imported: Awaited<ReturnType<typeof take>>) =>
  imported.flatMap(({ breaks }) => breaks.map(({ kind, difference }) => [kind, difference]));

describe('cases from public reports', () => {
  test('case 01: a payout and its reversal: the account stays at 65.25, the reversal is a break of +63.94', async () => {
    const entries = entry('63.94', 'DBIT', {}) + entry('63.94', 'CRDT', { more: reversal });
    const imported = await take(camt({ case: '01', closing: '65.25', entries }));
    expect(differences(imported)).toEqual([['duplicate', 6_394n]]);
  });

  test('case 02: an entry of 65.25 with two transactions matches both movements', async () => {
    const second = await payTwo();
    const [one, two] = second.references as [string, string];
    const tx = (reference: string, amount: string) =>
      `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="HKD">${amount}</Amt></TxAmt></AmtDtls></TxDtls>`;
    const file = camt({ case: '02', closing: '0.00', opening: second.sum, from: second.day, entries: '' })
      .replaceAll('GBP', 'HKD')
      .replace(
        '</Stmt>',
        `<Ntry><Amt Ccy="HKD">${second.sum}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${second.day}</Dt>` +
          `</BookgDt><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>${tx(one, second.amounts[0]!)}${tx(two, second.amounts[1]!)}` +
          '</NtryDtls></Ntry></Stmt>',
      );
    expect(await take(file)).toMatchObject([{ matched: 2, lines: 2, breaks: [] }]);
    // Where the bank names no amounts, the one line still is both.
    const bare = file
      .replaceAll(/<AmtDtls>.*?<\/AmtDtls>/g, '')
      .replaceAll('GB00CASE02', 'GB00CASE02B')
      .replaceAll('CASE02', 'CASE02B');
    expect(await take(bare)).toMatchObject([{ matched: 1, lines: 1, breaks: [] }]);
  });

  test.each([
    ['02', 'PDNG'],
    ['08', '<Cd>PDNG</Cd>'],
    ['13', '<Cd>FUTR</Cd>'],
    ['04', '<Cd>INFO</Cd>'],
  ])(
    'case 03: in 001.%s an entry with the status %s is not booked: the payout is missing',
    async (version, sts) => {
      const entries = entry('63.94', 'DBIT', { sts });
      const imported = await take(camt({ case: `03${version}`, closing: '65.25', entries, version }));
      expect(imported).toMatchObject([{ matched: 0, lines: 0, notBooked: 1 }]);
      expect(differences(imported)).toEqual([['missing', 6_394n]]);
    },
  );

  test('case 04: the same id a year later is another statement; the same file again is none', async () => {
    const first = camt({ case: '04', closing: '1.31', entries: entry('63.94', 'DBIT', {}) });
    expect(await take(first)).toMatchObject([{ known: false, matched: 1, breaks: [] }]);
    const later = { from: '2015-11-12', created: '2015-11-13', opening: '1.31', closing: '500.00' };
    const entries = entry('498.69', 'CRDT', { day: '2015-11-12', reference: 'NOTPROVIDED' });
    const second = camt({ case: '04', ...later, entries });
    const imported = await take(second);
    expect(imported).toMatchObject([{ known: false, version: 1 }]);
    expect(differences(imported)).toEqual([['unexpected', 49_869n]]);
    expect(await take(first)).toMatchObject([{ known: true, breaks: [] }]);
    expect(await take(second)).toMatchObject([{ known: true, breaks: [] }]);
    // The same statement in another message, differently indented.
    const again = second.replace('<MsgId>M1<', '<MsgId>M2<').replaceAll('<Ntry>', '\n  <Ntry>');
    expect(await take(again)).toMatchObject([{ known: true, breaks: [] }]);
  });

  test('case 05: a payout of the last day that was never booked is missing, once', async () => {
    const entries = entry('65.25', 'CRDT', { day: deal.day, reference: deal.reference });
    const days = { from: deal.day, to: payout.day };
    const imported = await take(
      camt({ case: '05', id: 'A', ...days, opening: '0.00', closing: '65.25', entries }),
    );
    expect(imported).toMatchObject([{ matched: 1 }]);
    expect(differences(imported)).toEqual([['missing', 6_394n]]);
    const after = { from: shift(payout.day, 1), to: shift(payout.day, 2) };
    const next = camt({ case: '05', id: 'B', ...after, closing: '65.25', entries: '' });
    expect(await take(next)).toMatchObject([{ breaks: [] }]);
    // A longer statement over the same days does not say it again.
    const longer = { from: deal.day, to: shift(payout.day, 2) };
    const all = camt({ case: '05', id: 'C', ...longer, opening: '0.00', closing: '65.25', entries });
    expect(differences(await take(all)).filter(([kind]) => kind === 'missing')).toEqual([]);
  });

  test('case 06: the opening balance as PRCD, amounts with leading zeros', async () => {
    const zeros = '000000000000';
    const told = { opening: `${zeros}65.25`, openingCode: 'PRCD', closing: `${zeros}1.31` };
    const imported = await take(camt({ case: '06', ...told, entries: entry(`${zeros}63.94`, 'DBIT', {}) }));
    expect(imported).toMatchObject([{ matched: 1, breaks: [] }]);
  });

  test('case 09: more zeros than the currency has decimals', async () => {
    const told = { opening: '65.250', closing: '1.310' };
    const imported = await take(camt({ case: '09', ...told, entries: entry('63.94000', 'DBIT', {}) }));
    expect(imported).toMatchObject([{ matched: 1, breaks: [] }]);
    const wrong = camt({ case: '09W', ...told, entries: entry('63.941', 'DBIT', {}) });
    await expect(take(wrong)).rejects.toThrow(
      /entry 1 \(line 5\), Amt: GBP has 2 decimals, "63.941" has more/,
    );
  });

  test('case 11: a line break in a quoted field, and a plus sign', async () => {
    const csv = `reference,amount,currency,date,text\n${payout.reference},-63.94,GBP,${payout.day},"Payout\nReceipt 123"\n${deal.reference},+65.25,GBP,${deal.day},"a ""deal"""\n`;
    const about = { account: 'GB00CASE11', statementId: 'S11', currency: 'GBP' };
    expect(await take(csv, { format: 'csv', csv: about })).toMatchObject([
      { lines: 2, matched: 2, breaks: [] },
    ]);
  });

  test.each([
    ['UTF-16', 'UTF-16LE' as const],
    ['UTF-16', 'UTF-16BE' as const],
    ['ISO-8859-1', 'ISO-8859-1' as const],
    ['windows-1252', 'windows-1252' as const],
  ])('case 12: a file declared as %s, in %s', async (declared, encoding) => {
    const name = '<Ownr><Nm>Rückgabe</Nm></Ownr>';
    const text = camt(
      { case: `12${encoding}`, closing: '1.31', entries: entry('63.94', 'DBIT', {}) },
      declared,
    );
    const file = encoded(text.replace('</Acct>', `${name}</Acct>`), encoding, true);
    expect(await take(file)).toMatchObject([{ matched: 1, breaks: [] }]);
  });

  test('case 12: bytes that the encoding does not have, and encodings that nobody knows, are refused by name', async () => {
    const text = camt({ case: '12X', closing: '1.31', entries: entry('63.94', 'DBIT', {}) });
    const latin = Buffer.from(text.replace('GB00', 'GB\u00e400'), 'latin1');
    await expect(take(latin)).rejects.toThrow('the file is not in the encoding UTF-8');
    await expect(take(text.replace('UTF-8', 'KOI-99'))).rejects.toThrow('the encoding "KOI-99" is not known');
  });

  test('case 24: 001.08 with a prefix, a byte order mark and CRLF', async () => {
    const plain = camt({
      case: '24',
      closing: '1.31',
      version: '08',
      entries: entry('63.94', 'DBIT', { sts: '<Cd>BOOK</Cd>' }),
    });
    const prefixed = plain
      .replace(/<(\/?)(?=[A-Z])/g, '<$1ns2:')
      .replace('xmlns=', 'xmlns:ns2=')
      .replaceAll('\n', '\r\n');
    expect(await take(`\uFEFF${prefixed}`)).toMatchObject([{ matched: 1, breaks: [] }]);
  });

  test('case 25: amounts of a currency without decimals are not multiplied', async () => {
    const shop = await world.shop('KR');
    await world.platform.settlement.changeTerms(shop.merchant.id, { accountName: 'K', accountNumber: 'KR1' });
    await world.pay(shop, 101_000n);
    await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 4 * 86_400_000));
    const { rows } = await world.platform.database.pool.query(
      `SELECT batch_id || '-' || attempt AS reference, answered_at::date::text AS day, amount FROM settlement.payout WHERE currency = 'KRW'`,
    );
    const [paid] = rows;
    expect(paid.amount).toBe(99_485n);
    const krw = entry('99485', 'DBIT', { reference: paid.reference, day: paid.day });
    const told = { from: paid.day, opening: '101000', closing: '1515' };
    const file = camt({ case: '25', ...told, entries: krw }).replaceAll('GBP', 'KRW');
    expect(await take(file)).toMatchObject([{ matched: 1, breaks: [] }]);
    const zeros = file.replace('99485<', '99485.00<').replaceAll('CASE25', 'CASE25B');
    expect(await take(zeros)).toMatchObject([{ matched: 1, breaks: [] }]);
  });
});

/** Two payouts in HKD on one day, as one bank would book them together. */
async function payTwo() {
  for (const amount of [33_633n, 6_841n]) {
    const shop = await world.shop('HK');
    await world.platform.settlement.changeTerms(shop.merchant.id, { accountName: 'H', accountNumber: 'HK1' });
    await world.pay(shop, amount);
  }
  await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 4 * 86_400_000));
  const { rows } = await world.platform.database.pool.query(
    `SELECT batch_id || '-' || attempt AS reference, answered_at::date::text AS day, amount FROM settlement.payout WHERE currency = 'HKD' ORDER BY 1`,
  );
  expect(rows).toHaveLength(2);
  const major = (amount: bigint) => `${amount / 100n}.${(amount % 100n).toString().padStart(2, '0')}`;
  return {
    references: rows.map((row) => row.reference as string),
    amounts: rows.map((row) => major(row.amount)),
    sum: major(rows[0].amount + rows[1].amount),
    day: rows[0].day as string,
  };
}
