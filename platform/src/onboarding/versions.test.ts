// Laws of versions, by generators: which counts does not depend on how often or how late one looks; terms go there and back.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AgreedTerms, changesBetween, faultsOf } from './terms.ts';
import { dateFaults, refusalOfDecision, stateOf, versionDue, versionInEffect } from './versions.ts';

const at = (day: number) => new Date(Date.UTC(2027, 0, 1 + day));
interface Sample {
  readonly number: number;
  readonly effectiveFrom: Date;
  readonly agreedAt: Date;
  cameAt: Date | null;
}
const samples = fc
  .array(fc.record({ agreed: fc.integer({ min: 0, max: 20 }), ahead: fc.integer({ min: 0, max: 20 }) }), {
    maxLength: 6,
  })
  .map((list) =>
    list
      .sort((a, b) => a.agreed - b.agreed)
      .map(({ agreed, ahead }, index) => ({
        ...{ number: index + 1, agreedAt: at(agreed), effectiveFrom: at(agreed + ahead) },
      })),
  );

/** Looks at each of the days, as the timer does; answers what counts at the end. */
function walk(versions: readonly Omit<Sample, 'cameAt'>[], days: readonly number[]): Sample[] {
  const state: Sample[] = versions.map((version) => ({ ...version, cameAt: null }));
  for (const day of days)
    for (let round = 0; round < 10; round++) {
      const due = versionDue(
        state.filter(({ agreedAt }) => agreedAt <= at(day)),
        at(day),
      );
      if (due === null) break;
      due.cameAt = at(day);
    }
  return state;
}
const every = Array.from({ length: 41 }, (_, day) => day);

it('whoever looks each day and whoever looks once at the end find the same version', () => {
  fc.assert(
    fc.property(samples, (versions) => {
      const daily = versionInEffect(walk(versions, every))?.number;
      expect(versionInEffect(walk(versions, [40]))?.number).toBe(daily);
      // By then every date has passed: the newest agreement counts.
      expect(daily).toBe(versions.at(-1)?.number);
    }),
  );
});

it('one counts, what came before it is former, what it overtook is replaced', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 0, max: 40 }), (versions, day) => {
      const state = walk(versions, every.slice(0, day + 1)).filter(({ agreedAt }) => agreedAt <= at(day));
      const states = state.map((each) => stateOf(each, state));
      expect(states.filter((each) => each === 'in-effect').length).toBe(
        state.some(({ effectiveFrom }) => effectiveFrom <= at(day)) ? 1 : 0,
      );
      for (const [index, each] of state.entries()) {
        if (states[index] === 'coming') expect(each.effectiveFrom > at(day)).toBe(true);
        if (states[index] === 'replaced') expect(each.cameAt).toBeNull();
      }
    }),
  );
});

it('a date in the past is a fault, now and later are not, further than three years is', () => {
  const now = at(0);
  const fault = (date: Date | null) => dateFaults(date, now)[0]?.message ?? null;
  expect([fault(null), fault(now), fault(at(1_098))]).toEqual([null, null, null]);
  expect(fault(new Date(now.getTime() - 1))).toMatch(/is in the past/);
  expect(fault(new Date(at(1_098).getTime() + 1))).toBe('is more than three years ahead');
});

it('who proposed may take it back, never approve it; nothing is decided twice', () => {
  const proposal = { id: 7n, proposedBy: 'mei', approved: null, decidedBy: null, effectiveFrom: null };
  const say = (operator: string, approved: boolean, of = {}) =>
    refusalOfDecision({ ...proposal, ...of }, { operator, approved, now: at(5) });
  expect([say('li', true), say('li', false), say('mei', false)]).toEqual([null, null, null]);
  expect(say('mei', true)).toMatch(/somebody else/);
  expect(say('li', false, { approved: true, decidedBy: 'ann' })).toBe('ann has approved proposal 7 already');
  expect(say('li', true, { approved: false, decidedBy: 'ann' })).toBe('ann has refused proposal 7 already');
  expect(say('li', true, { effectiveFrom: at(4) })).toMatch(/in the past.*propose it again/);
  expect(say('li', false, { effectiveFrom: at(4) })).toBeNull();
});

const terms: AgreedTerms = {
  ...{
    settlementCurrency: 'EUR',
    paymentCurrencies: ['EUR'],
    rateRule: 'locked-at-payment',
    feeBps: 150,
    spreadBps: 50,
  },
  ...{
    settlementSpreadBps: 0,
    returnsFee: false,
    queuesRefunds: false,
    refundWindowDays: 365,
    quoteLifeSeconds: 3600,
  },
  ...{
    regions: ['CN'],
    minAmount: '1',
    maxAmount: '1',
    debtLimit: '0',
    calendar: 'DE',
    timeZone: 'Europe/Berlin',
  },
  ...{
    cycleDays: 1,
    cutOffMinute: 1440,
    payMinute: 600,
    minPayout: '1',
    fixedFee: '0',
    refundFee: '0',
    taxBps: 0,
  },
  ...{ reserveBps: 0, reserveDays: 0, accountName: '', accountNumber: '', bankBic: '', notifyUrl: null },
};

it('each field has its bounds, and each fault names its field', () => {
  expect(faultsOf(terms)).toEqual([]);
  const wrong: Partial<AgreedTerms>[] = [
    ...[
      { feeBps: -1 },
      { feeBps: 1.5 },
      { spreadBps: 1001 },
      { settlementSpreadBps: 1001 },
      { refundWindowDays: 3651 },
    ],
    ...[
      { quoteLifeSeconds: 59 },
      { cycleDays: 61 },
      { cutOffMinute: 0 },
      { payMinute: 1440 },
      { taxBps: 5001 },
    ],
    ...[
      { reserveBps: 5001 },
      { reserveDays: 401 },
      { minAmount: '0' },
      { maxAmount: '0' },
      { debtLimit: '-1' },
    ],
    ...[{ minPayout: '0' }, { fixedFee: 'x' }, { refundFee: '1.5' }, { settlementCurrency: 'XXY' }],
    ...[{ paymentCurrencies: [] }, { paymentCurrencies: ['ABC'] }, { regions: [] }, { regions: ['China'] }],
    { timeZone: 'Mars/Olympus' },
  ];
  for (const change of wrong) {
    const [field] = Object.keys(change);
    expect(
      faultsOf({ ...terms, ...change }).map((fault) => fault.field),
      field,
    ).toContain(field);
  }
  expect(faultsOf({ ...terms, minAmount: '2' })).toMatchObject([{ field: 'maxAmount' }]);
  expect(faultsOf({ ...terms, reserveBps: 1 })).toMatchObject([{ field: 'reserveDays' }]);
  expect(changesBetween(terms, { ...terms, regions: ['CN', 'HK'], feeBps: 1 })).toEqual([
    { field: 'feeBps', from: '150', to: '1' },
    { field: 'regions', from: 'CN', to: 'CN, HK' },
  ]);
});
