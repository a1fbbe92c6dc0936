// The account that a merchant is paid on, as people write it and as banks take it. An IBAN has check digits and a length of
// its country's; any other number is the bank's own affair. Source: ISO 13616, ISO 9362.
import { getCountrySpecifications, isValidBIC, isValidIBAN } from 'ibantools';
import { Rejection } from '../rejection.ts';

/** The electronic form: without the spaces, hyphens and the word IBAN of the printed one, in capitals. */
export const electronicForm = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s-]/g, '')
    .toUpperCase()
    .replace(/^IBAN:?(?=[A-Z]{2}\d{2})/, '');

const countries = getCountrySpecifications();

/** Two letters of a country that has IBANs, two digits, and as long as the shortest one: whoever writes that means an IBAN. */
const meansIban = (number: string): boolean =>
  /^[A-Z]{2}\d{2}[A-Z0-9]{11,}$/.test(number) && countries[number.slice(0, 2)]?.IBANRegistry === true;

/** Throws bank-account-invalid. The number and the BIC are in electronic form; empty: not known yet. */
export function assertBankAccount(of: { accountName: string; accountNumber: string; bankBic: string }): void {
  const { accountName, accountNumber, bankBic } = of;
  if (!/^[A-Z0-9]{0,34}$/.test(accountNumber)) refuse('accountNumber', 'must be up to 34 letters and digits');
  if (meansIban(accountNumber) && !isValidIBAN(accountNumber))
    refuse('accountNumber', 'is not an IBAN: its check digits or its length are wrong');
  if (bankBic !== '' && !isValidBIC(bankBic)) refuse('bankBic', 'is not a BIC');
  if (accountName.length > 140) refuse('accountName', 'must have at most 140 characters');
}

function refuse(field: string, message: string): never {
  throw new Rejection('bank-account-invalid', `${field} ${message}`, { field });
}
