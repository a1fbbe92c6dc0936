// Broken copies of the connector for ISO 8583: each row of the kit about cards has to see its own.
import { cardRows, play } from '@tongbao/connector-conformance';
import type { BankRequest } from '@tongbao/connector-interface';
import { expect, test } from 'vitest';
import { type SwitchChange, switchDriver } from './card-switch-driver.ts';

let count = 0;
const renamed = <Request extends BankRequest>(request: Request): Request => ({
  ...request,
  reference: `${request.reference}-${++count}`,
});

/** Every call is a new operation to the switch. */
const forgetful: SwitchChange = (bank) => ({ ...bank, debit: (request) => bank.debit(renamed(request)) });

/** A process knows what it asked itself, and nothing of what others asked. */
const lonely: SwitchChange = (bank) => {
  const mine = `${++count}`;
  return {
    ...bank,
    debit: (request) => bank.debit({ ...request, reference: `${request.reference}-${mine}` }),
  };
};

/** No answer counts as a yes. */
const hopeful: SwitchChange = (bank) => ({
  ...bank,
  debit: (request) => bank.debit(request).catch(() => ({ outcome: 'approved' })),
});

/** No answer counts as a no. */
const doubting: SwitchChange = (bank) => ({
  ...bank,
  debit: (request) => bank.debit(request).catch(() => ({ outcome: 'declined', reason: 'declined' })),
});

/** What cannot be asked about was never done. */
const careless: SwitchChange = (bank) => ({
  ...bank,
  query: (key) => bank.query(key).catch(() => ({ outcome: 'unknown-reference' })),
});

/** A no is asked for again, until it is a yes. */
const insisting: SwitchChange = (bank) => ({
  ...bank,
  async debit(request) {
    const answer = await bank.debit(request);
    return answer.outcome === 'declined' ? bank.debit(renamed(request)) : answer;
  },
});

/** An operation is its reference and its amount. */
const byAmount: SwitchChange = (bank) => ({
  ...bank,
  debit: (request) => bank.debit({ ...request, reference: `${request.reference}-${request.amount.amount}` }),
});

/** Every credit is a new one. */
const generous: SwitchChange = (bank) => ({ ...bank, credit: (request) => bank.credit(renamed(request)) });

const copies: readonly [string, SwitchChange][] = [
  ['once', forgetful],
  ['once', lonely],
  ['dies', forgetful],
  ['dies', lonely],
  ['lost', hopeful],
  ['lost', doubting],
  ['down', doubting],
  ['down', careless],
  ['declined', insisting],
  ['other', byAmount],
  ['credit', generous],
];

test.each(copies)('the row %s sees its broken copy (%#)', async (name, change) => {
  const row = cardRows.find((each) => each.name === name)!;
  const driver = await switchDriver(change);
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row', () => {
  expect(new Set(copies.map(([name]) => name))).toEqual(new Set(cardRows.map(({ name }) => name)));
});
