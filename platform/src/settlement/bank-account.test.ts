// Case 23: an IBAN as people write it, and one with wrong check digits.
import { describe, expect, test } from 'vitest';
import { assertBankAccount, electronicForm } from './bank-account.ts';

const refusalOf = (accountNumber: string, bankBic = '') => {
  try {
    assertBankAccount({ accountName: 'A', accountNumber: electronicForm(accountNumber), bankBic });
  } catch (error) {
    return error;
  }
  return null;
};

describe('case 23: forms and check digits of IBANs', () => {
  test.each([
    'GB33 BUKB 2020 1555 5555 55',
    'gb33bukb20201555555555',
    'GB33-BUKB-2020-1555-5555-55',
    'GB33\u00a0BUKB\u00a02020\u00a01555\u00a05555\u00a055',
    ' DE89 3704 0044 0532 0130 00 ',
    'NO93 8601 1117 947',
    'IBAN GB33 BUKB 2020 1555 5555 55',
    'iban: de89 3704 0044 0532 0130 00',
    'ＧＢ３３ＢＵＫＢ２０２０１５５５５５５５５５',
    'FR14 2004 1010 0505 0001 3M02 606',
    'CH93 0076 2011 6238 5295 7',
    'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
  ])('%s is taken in its electronic form', (number) => {
    expect(refusalOf(number)).toBeNull();
    expect(electronicForm(number)).toMatch(/^[A-Z]{2}\d\d[A-Z0-9]+$/);
  });

  test.each([
    'GB34BUKB20201555555555',
    'GB33BUKB2020155555555',
    'DE89370400440532013001',
    'FR1420041010050500013M02607',
    'CH9400762011623852957',
    'MT84MALT011000012345MTLCAST001T',
    'SA0380000000608010167518',
    'NO9386011117946',
  ])('%s is refused by a code of its own', (number) => {
    expect(refusalOf(number)).toMatchObject({
      code: 'bank-account-invalid',
      message: expect.stringContaining('is not an IBAN'),
      detail: { field: 'accountNumber' },
    });
  });

  test.each(['', '110-123-456789', 'KR123456', '2088501410000001', 'KR2088501410000001', 'GB1'])(
    '"%s" is no IBAN and is taken as it is',
    (number) => expect(refusalOf(number)).toBeNull(),
  );

  test('a BIC that is none, and a number that no bank has, are refused by the same code', () => {
    expect(refusalOf('1', 'BUKBXX2')).toMatchObject({
      code: 'bank-account-invalid',
      detail: { field: 'bankBic' },
    });
    expect(refusalOf('1', 'BUKBGB22')).toBeNull();
    expect(refusalOf('1/2')).toMatchObject({ code: 'bank-account-invalid' });
  });
});
