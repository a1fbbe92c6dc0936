// Forty kinds of breaks, each put into a clean statement, each found with its field and both values; and a clean
// statement without any.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCamt } from './camt.ts';
import { readStatementCsv } from './csv.ts';
import { type MatchRules, reconcile } from './match.ts';
import type { ExpectedMovement, Statement, StatementLine } from './statement.ts';

const day = '2014-11-12';
const movement = (reference: string, amount: bigint, group = ''): ExpectedMovement => ({
  reference,
  group,
  currency: 'HKD',
  amount,
  day,
});
const line = (reference: string, amount: bigint, changes: Partial<StatementLine> = {}): StatementLine => ({
  number: `L-${reference}`,
  reference,
  currency: 'HKD',
  amount,
  charge: 0n,
  parts: [],
  alsoNamed: [],
  day,
  ...changes,
});

// One to one, three booked as one under their message, one booked in two parts, one without a reference.
const books: readonly ExpectedMovement[] = [
  movement('1-1', -100_000n),
  movement('2-1', -250_050n),
  movement('3-1', -70_000n),
  movement('FX9', 900_000n),
  movement('4-1', -1_000n, 'TB77'),
  movement('5-1', -2_000n, 'TB77'),
  movement('6-1', -3_000n, 'TB77'),
  movement('7-1', -40_000n),
  movement('8-1', -12_345n),
];
const clean: Statement = {
  kind: 'statement',
  sequence: '',
  notBooked: 0,
  account: '9000HKD0001',
  statementId: 'S1',
  currency: 'HKD',
  fromDay: day,
  toDay: day,
  opening: 1_000_000n,
  closing: 1_421_605n,
  lines: [
    line('1-1', -100_000n),
    line('2-1', -250_050n),
    line('3-1', -70_000n),
    line('FX9', 900_000n),
    line('TB77', -6_000n),
    line('7-1', -15_000n, { number: 'L-7a' }),
    line('7-1', -25_000n, { number: 'L-7b' }),
    line('NOTPROVIDED', -12_345n),
  ],
};
const rules: MatchRules = {
  dateWindowDays: 2,
  openingInBooks: 1_000_000n,
  seen: new Set(),
  reportedMissing: new Set(),
};

type Lines = (lines: StatementLine[]) => StatementLine[];
const change =
  (reference: string, changes: Partial<StatementLine>): Lines =>
  (lines) =>
    lines.map((each) => (each.reference === reference ? { ...each, ...changes } : each));
const without =
  (reference: string): Lines =>
  (lines) =>
    lines.filter((each) => each.reference !== reference);
const plus =
  (...added: StatementLine[]): Lines =>
  (lines) => [...lines, ...added];

interface Injected {
  readonly what: string;
  readonly lines?: Lines;
  readonly statement?: Partial<Statement>;
  readonly rules?: Partial<MatchRules>;
  readonly books?: readonly ExpectedMovement[];
  /** kind, field, expected, actual of each break, in order. */
  readonly found: readonly (readonly [string, string, string, string])[];
}

const missing = (amount: string, on = day) =>
  ['missing', 'entry', `${amount} on ${on}`, 'not on the statement'] as const;
const unexpected = (amount: string, on = day) =>
  ['unexpected', 'entry', 'nothing in the books', `${amount} on ${on}`] as const;

const kinds: readonly Injected[] = [
  { what: '1 a payout is not booked', lines: without('1-1'), found: [missing('-1000.00')] },
  { what: '2 a receipt is not booked', lines: without('FX9'), found: [missing('9000.00')] },
  {
    what: '3 the whole group is not booked',
    lines: without('TB77'),
    found: [missing('-10.00'), missing('-20.00'), missing('-30.00')],
  },
  { what: '4 both parts are not booked', lines: without('7-1'), found: [missing('-400.00')] },
  {
    what: '5 the entry without a reference is not booked',
    lines: without('NOTPROVIDED'),
    found: [missing('-123.45')],
  },
  {
    what: '6 the statement is empty',
    lines: () => [],
    found: books.map((each) =>
      missing(
        (each.amount < 0n ? '-' : '') +
          `${(each.amount < 0n ? -each.amount : each.amount) / 100n}.${((each.amount < 0n ? -each.amount : each.amount) % 100n).toString().padStart(2, '0')}`,
      ),
    ),
  },
  { what: '7 a debit that nobody ordered', lines: plus(line('X1', -777n)), found: [unexpected('-7.77')] },
  { what: '8 a credit that nobody expected', lines: plus(line('X2', 777n)), found: [unexpected('7.77')] },
  {
    what: '9 an unknown debit without a reference',
    lines: plus(line('', -778n, { number: 'Z' })),
    found: [unexpected('-7.78')],
  },
  {
    what: '10 a bank charge as a line of its own',
    lines: plus(line('CHARGES', -1_500n)),
    found: [unexpected('-15.00')],
  },
  { what: '11 interest', lines: plus(line('INTEREST', 12n)), found: [unexpected('0.12')] },
  {
    what: '12 one unit too little is paid',
    lines: change('1-1', { amount: -99_999n }),
    found: [['amount', 'amount', '-1000.00', '-999.99']],
  },
  {
    what: '13 one unit too much is paid',
    lines: change('1-1', { amount: -100_001n }),
    found: [['amount', 'amount', '-1000.00', '-1000.01']],
  },
  {
    what: '14 two digits are swapped',
    lines: change('2-1', { amount: -205_050n }),
    found: [['amount', 'amount', '-2500.50', '-2050.50']],
  },
  {
    what: '15 the decimal point is lost',
    lines: change('3-1', { amount: -7_000_000n }),
    found: [['amount', 'amount', '-700.00', '-70000.00']],
  },
  {
    what: '16 the amount is zero',
    lines: change('3-1', { amount: 0n }),
    found: [['amount', 'amount', '-700.00', '0.00']],
  },
  {
    what: '17 the payout came in instead of going out',
    lines: change('1-1', { amount: 100_000n }),
    found: [['amount', 'direction', 'debit 1000.00', 'credit 1000.00']],
  },
  {
    what: '18 the receipt went out',
    lines: change('FX9', { amount: -900_000n }),
    found: [['amount', 'direction', 'credit 9000.00', 'debit 9000.00']],
  },
  {
    what: '19 the group is a unit short',
    lines: change('TB77', { amount: -5_999n }),
    found: [['amount', 'amount', '-60.00', '-59.99']],
  },
  {
    what: '20 one of the group is left out',
    lines: change('TB77', { amount: -4_000n }),
    found: [['amount', 'amount', '-60.00', '-40.00']],
  },
  {
    what: '21 one of two parts is left out',
    lines: (lines) => lines.filter((each) => each.number !== 'L-7b'),
    found: [['amount', 'amount', '-400.00', '-150.00']],
  },
  {
    what: '22 one of two parts is wrong',
    lines: (lines) => lines.map((each) => (each.number === 'L-7b' ? { ...each, amount: -25_001n } : each)),
    found: [['amount', 'amount', '-400.00', '-400.01']],
  },
  {
    what: '23 the currency is another',
    lines: change('1-1', { currency: 'USD' }),
    found: [['currency', 'currency', 'HKD -1000.00', 'USD -1000.00']],
  },
  {
    what: '24 the currency has no decimals',
    lines: change('1-1', { currency: 'JPY', amount: -1_000n }),
    found: [['currency', 'currency', 'HKD -1000.00', 'JPY -1000']],
  },
  {
    what: '25 the group is in another currency',
    lines: change('TB77', { currency: 'USD' }),
    found: [['currency', 'currency', 'HKD -10.00', 'USD -60.00']],
  },
  {
    what: '26 one part is in another currency',
    lines: (lines) => lines.map((each) => (each.number === 'L-7a' ? { ...each, currency: 'USD' } : each)),
    found: [['currency', 'currency', 'HKD -400.00', 'USD -150.00']],
  },
  {
    what: '27 booked too late',
    lines: change('1-1', { day: '2014-11-17' }),
    statement: { toDay: '2014-11-17' },
    found: [['date', 'bookingDate', day, '2014-11-17']],
  },
  {
    what: '28 booked before we asked',
    lines: change('1-1', { day: '2014-11-01' }),
    statement: { fromDay: '2014-11-01' },
    found: [['date', 'bookingDate', day, '2014-11-01']],
  },
  {
    what: '29 the year is wrong',
    lines: change('FX9', { day: '2015-11-12' }),
    statement: { toDay: '2015-11-12' },
    found: [['date', 'bookingDate', day, '2015-11-12']],
  },
  {
    what: '30 the group is booked too late',
    lines: change('TB77', { day: '2014-11-20' }),
    statement: { toDay: '2014-11-20' },
    found: [['date', 'bookingDate', day, '2014-11-20']],
  },
  {
    what: '31 a part is booked too late',
    lines: (lines) => lines.map((each) => (each.number === 'L-7b' ? { ...each, day: '2014-11-20' } : each)),
    statement: { toDay: '2014-11-20' },
    found: [['date', 'bookingDate', day, '2014-11-20']],
  },
  {
    what: '32 booked twice',
    lines: plus(line('1-1', -100_000n, { number: 'again' })),
    found: [['duplicate', 'entry', 'booked once', 'again as again: -1000.00']],
  },
  {
    what: '33 booked three times',
    lines: plus(line('1-1', -100_000n, { number: 'b' }), line('1-1', -100_000n, { number: 'c' })),
    found: [
      ['duplicate', 'entry', 'booked once', 'again as b: -1000.00'],
      ['duplicate', 'entry', 'booked once', 'again as c: -1000.00'],
    ],
  },
  {
    what: '34 booked again on a later statement',
    rules: { seen: new Set(['3-1']) },
    found: [['duplicate', 'entry', 'on a former statement', 'again as L-3-1: -700.00']],
  },
  {
    what: '35 the bank keeps a charge from the amount',
    lines: change('FX9', { amount: 898_000n, charge: 2_000n }),
    found: [['fee', 'charge', '0.00', '20.00']],
  },
  {
    what: '36 the bank adds a charge to the payout',
    lines: change('1-1', { amount: -100_500n, charge: 500n }),
    found: [['fee', 'charge', '0.00', '5.00']],
  },
  {
    what: '37 the reference is cut off',
    lines: change('2-1', { reference: '2-' }),
    found: [['reference', 'reference', '2-1', '2-']],
  },
  {
    what: '38 the reference is another’s',
    lines: change('2-1', { reference: 'ABC' }),
    found: [['reference', 'reference', '2-1', 'ABC']],
  },
  {
    what: '39 the statement begins with another balance',
    statement: { opening: 999_900n, closing: 1_421_505n },
    found: [['balance', 'openingBalance', '10000.00', '9999.00']],
  },
  {
    what: '40 the statement does not add up',
    statement: { closing: 1_421_606n },
    found: [['balance', 'closingBalance', '14216.05', '14216.06']],
  },
];

/** The closing balance follows the changed lines unless the change is about the balance itself. */
function injected(how: Injected): Statement {
  const lines = how.lines?.([...clean.lines]) ?? clean.lines;
  const own = lines.filter((each) => each.currency === 'HKD');
  const closing = own.reduce((all, each) => all + each.amount, clean.opening!);
  return { ...clean, lines, closing, ...how.statement };
}

test('a clean statement matches one to one, many to one and one to many, and has no break', () => {
  expect(reconcile(clean, books, rules)).toEqual({ matched: 8, breaks: [] });
});

describe('injected', () => {
  test('there are forty of them', () => {
    expect(kinds).toHaveLength(40);
    expect(new Set(kinds.map((kind) => kind.what)).size).toBe(40);
  });

  test.each(kinds)('$what', (how) => {
    const { breaks } = reconcile(injected(how), how.books ?? books, { ...rules, ...how.rules });
    expect(breaks.map(({ kind, field, expected, actual }) => [kind, field, expected, actual])).toEqual(
      how.found,
    );
  });
});

test('whatever is left out or changed by any amount is found', () => {
  const index = fc.nat({ max: clean.lines.length - 1 });
  const delta = fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).filter((each) => each !== 0n);
  fc.assert(
    fc.property(index, delta, fc.boolean(), (at, by, gone) => {
      const lines = clean.lines.flatMap((each, place) =>
        place !== at ? [each] : gone ? [] : [{ ...each, amount: each.amount + by }],
      );
      expect(reconcile({ ...clean, lines, closing: null }, books, rules).breaks.length).toBeGreaterThan(0);
    }),
  );
});

describe('files that cannot be read are refused with the place', () => {
  const csv = (text: string) =>
    readStatementCsv(Buffer.from(text), { account: 'A', statementId: 'S', currency: 'HKD' });

  test('CSV', async () => {
    const read = await csv(
      '\uFEFFDate,Amount,Currency,Reference,Charge\r\n2014-11-12,"-1000.00",HKD,"1-1",\r\n',
    );
    expect(read.lines).toEqual([line('1-1', -100_000n, { number: '1' })]);
    await expect(csv('date,amount,currency\n')).rejects.toThrow('line 1 has no column reference');
    const head = 'reference,amount,currency,date\n';
    await expect(csv(`${head}a,1.234,HKD,2014-11-12`)).rejects.toThrow('line 2, amount: HKD has 2 decimals');
    await expect(csv(`${head}a,1,XXY,2014-11-12`)).rejects.toThrow('line 2: "XXY" is not a currency');
    await expect(csv(`${head}a,1,HKD,12.11.2014`)).rejects.toThrow('line 2: "12.11.2014" is not a date');
    await expect(csv(`${head}a,1,HKD`)).rejects.toThrow('line 2 has 3 columns, the header 4');
    await expect(csv(`${head}"a,1,HKD,2014-11-12`)).rejects.toThrow('line 2: a quote is not closed');
  });

  test('camt.053', () => {
    expect(() => readCamt(Buffer.from('no'))).toThrow(/not XML|not a camt\.053/);
    expect(() => readCamt(Buffer.from('<Document><BkToCstmrStmt/></Document>'))).toThrow('Stmt is missing');
    const statement = (inside: string) =>
      `<Document><BkToCstmrStmt><Stmt><Id>S1</Id><CreDtTm>2014-11-12T00:00:00Z</CreDtTm>${inside}</Stmt></BkToCstmrStmt></Document>`;
    expect(() => readCamt(Buffer.from(statement('')))).toThrow(
      'statement S1 (line 1) lacks Acct/Id/IBAN and Acct/Id/Othr/Id',
    );
    const account = '<Acct><Id><Othr><Id>9</Id></Othr></Id></Acct>';
    const opening =
      '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="HKD">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>';
    expect(() => readCamt(Buffer.from(statement(account + opening)))).toThrow('lacks the balance CLBD');
  });
});
