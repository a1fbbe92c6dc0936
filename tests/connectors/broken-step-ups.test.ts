// Broken copies of a card bank that asks the shopper: each row of the kit has to see its own.
import { play, stepUpRows } from '@tongbao/connector-conformance';
import type { BankGateway, DebitAnswer } from '@tongbao/connector-interface';
import { expect, test } from 'vitest';
import { type CardBankChanges, cardBankDriver } from './card-bank-driver.ts';

const approved = { outcome: 'approved' } as const;
const wrapped = (change: (bank: BankGateway) => Partial<BankGateway>): CardBankChanges => ({
  wrap: (bank) => ({ ...bank, ...change(bank) }),
});

/** It charges first and asks afterwards. */
const charging = wrapped((bank) => ({
  async debit(request) {
    const answer = await bank.debit(request);
    if (answer.outcome === 'step-up-required') await bank.debit(plain(request, '-early'));
    return answer;
  },
}));
const plain = ({ stepUp: _asked, ...request }: Parameters<BankGateway['debit']>[0], more: string) => ({
  ...request,
  ...{ cardToken: 'token-1', reference: `${request.reference}${more}` },
});

/** Tries are told as they were at first. */
const patient = wrapped((bank) => {
  const first = new Map<string, DebitAnswer>();
  return {
    async debit(request) {
      const answer = await bank.debit(request);
      first.set(request.reference, answer);
      return answer;
    },
    async confirm(given) {
      const answer = await bank.confirm(given);
      return answer.outcome === 'step-up-required' ? first.get(given.reference)! : answer;
    },
  };
});

/** Too many wrong codes are a refusal like any other. */
const vague = wrapped((bank) => ({
  async confirm(given) {
    const answer = await bank.confirm(given);
    return answer.outcome === 'declined' ? { outcome: 'declined', reason: 'declined' } : answer;
  },
}));

/** No answer is a no. */
const hasty = wrapped((bank) => ({
  confirm: (given) => bank.confirm(given).catch(() => ({ outcome: 'declined', reason: 'declined' })),
}));

/** Each confirmation is a debit. */
const eager = wrapped((bank) => {
  let count = 0;
  const debits = new Map<string, Parameters<BankGateway['debit']>[0]>();
  return {
    debit: (request) => bank.debit(debits.set(request.reference, request).get(request.reference)!),
    async confirm(given) {
      const answer = await bank.confirm(given);
      const request = debits.get(given.reference);
      if (answer.outcome === 'approved' && request !== undefined && count++ > 0)
        await bank.debit(plain(request, `-${count}`));
      return answer;
    },
  };
});

/** Whatever question the shopper answered, it is this one. */
const careless = wrapped((bank) => ({
  async confirm(given) {
    const found = await bank.query(given);
    const stepUp = found.outcome === 'step-up-required' ? found.stepUp.id : given.stepUp;
    return bank.confirm({ ...given, stepUp });
  },
}));

/** "Another code" says yes and does nothing. */
const deaf = wrapped((bank) => ({
  resend: async (key) => (await bank.query(key)) as DebitAnswer,
}));

/** Only the process that asked knows what it has asked. */
const forgetful = wrapped((bank) => {
  const mine = new Set<string>();
  return {
    debit: (request) => bank.debit(mine.add(request.reference) && request),
    confirm: async (given) => {
      if (!mine.has(given.reference)) throw new Error('nothing was asked under this reference');
      return bank.confirm(given);
    },
  };
});

/** Whoever comes back has agreed. */
const trusting = wrapped((bank) => ({
  async query(key) {
    const found = await bank.query(key);
    return found.outcome === 'step-up-required' ? approved : found;
  },
}));

/** What is abandoned is forgotten here; the bank never hears of it. */
const silent = wrapped(() => ({
  abandon: async () => ({ outcome: 'declined', reason: 'step-up-abandoned' }),
}));

/** Everybody can be asked. */
const asking = wrapped((bank) => ({
  debit: (request) => bank.debit({ ...request, stepUp: { returnUrl: 'https://wallet.example/back' } }),
}));

const copies: readonly [string, CardBankChanges][] = [
  ['code', charging],
  ['code-wrong', patient],
  ['code-wrong', vague],
  ['code-lost', hasty],
  ['code-late', { bankStandsStill: true }],
  ['code-doubled', eager],
  ['code-foreign', careless],
  ['code-again', deaf],
  ['code-restart', forgetful],
  ['page', trusting],
  ['page-late', { bankStandsStill: true }],
  ['abandoned', silent],
  ['nobody-there', asking],
];

test.each(copies)('the row %s sees its broken copy (%#)', async (name, changes) => {
  const row = stepUpRows.find((each) => each.name === name)!;
  const driver = await cardBankDriver(changes);
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row', () => {
  expect(new Set(copies.map(([name]) => name))).toEqual(new Set(stepUpRows.map(({ name }) => name)));
});
