// What a shop says of itself when it applies, and what is still missing of it: pure looks, field by field.
import { isCurrency } from '@tongbao/money';
import { type Fault, isCountry } from './terms.ts';

/** Everything may be missing while it is being filled in. */
export interface Facts {
  readonly company?: {
    readonly legalName?: string | undefined;
    /** What shoppers are to read. */
    readonly displayName?: string | undefined;
    /** ISO 3166, two letters. */
    readonly country?: string | undefined;
    readonly registrationNumber?: string | undefined;
    readonly address?: string | undefined;
  };
  readonly owners?: readonly {
    readonly name?: string | undefined;
    /** YYYY-MM-DD */
    readonly birthDate?: string | undefined;
    /** Whole per cents. */
    readonly share?: number | undefined;
  }[];
  readonly account?: {
    readonly holder?: string | undefined;
    /** IBAN or a local number. */
    readonly number?: string | undefined;
    readonly bic?: string | undefined;
  };
  readonly sites?: readonly string[];
  readonly settlementCurrency?: string | undefined;
  readonly paymentCurrencies?: readonly string[];
  /** What it expects to sell through the network in a month, in its own words. */
  readonly monthlyVolume?: string | undefined;
  readonly contact?: {
    readonly name?: string | undefined;
    readonly email?: string | undefined;
    readonly phone?: string | undefined;
  };
  /** Where notifications are to go; may come later. */
  readonly notifyUrl?: string | undefined;
}

export const mostDocuments = 10;
export const mostDocumentBytes = 5 * 1024 * 1024;
const youngestOwner = 16;

const said = (text: string | undefined): boolean => text !== undefined && text.trim() !== '';

/** What stands in the way of submitting, in the form's order. `today` is YYYY-MM-DD. */
export function missingOf(facts: Facts, of: { readonly documents: number; readonly today: string }): Fault[] {
  const found: Fault[] = [];
  const want = (isFine: boolean, field: string, message: string) => {
    if (!isFine) found.push({ field, message });
  };
  const { company = {}, account = {}, contact = {}, sites = [], owners = [] } = facts;
  want(said(company.legalName), 'company.legalName', 'the name in the register');
  want(said(company.displayName), 'company.displayName', 'the name that shoppers read');
  want(isCountry(company.country ?? ''), 'company.country', 'the country, two letters like DE');
  want(said(company.registrationNumber), 'company.registrationNumber', 'the number in the register');
  want(said(company.address), 'company.address', 'the address');
  want(owners.length > 0, 'owners', 'who owns the company');
  for (const [index, owner] of owners.entries()) {
    want(said(owner.name), `owners.${index}.name`, 'the name');
    want(isBirthDate(owner.birthDate, of.today), `owners.${index}.birthDate`, 'the day of birth, YYYY-MM-DD');
    want(isShare(owner.share), `owners.${index}.share`, 'the share, 1 to 100 per cent');
  }
  const shares = owners.reduce((sum, { share = 0 }) => sum + share, 0);
  want(shares <= 100, 'owners', `the shares come to ${shares} per cent`);
  want(said(account.holder), 'account.holder', 'who holds the account');
  want(said(account.number), 'account.number', 'the IBAN, or the number and the BIC');
  want(sites.length > 0, 'sites', 'where the shop is on the web');
  for (const [index, site] of sites.entries())
    want(isSite(site), `sites.${index}`, 'must be an address that begins with https://');
  const { settlementCurrency = '', paymentCurrencies = [] } = facts;
  want(isCurrency(settlementCurrency), 'settlementCurrency', 'the currency to be paid in');
  want(paymentCurrencies.length > 0, 'paymentCurrencies', 'the currencies of its prices');
  want(paymentCurrencies.every(isCurrency), 'paymentCurrencies', 'there is no such currency');
  want(said(facts.monthlyVolume), 'monthlyVolume', 'what is expected in a month');
  want(said(contact.name), 'contact.name', 'whom to talk to');
  want(/^[^\s@]{1,64}@[^\s@]+\.[^\s@.]{2,}$/.test(contact.email ?? ''), 'contact.email', 'an e-mail address');
  want(/^\+[\d\s()-]{6,24}$/.test(contact.phone ?? ''), 'contact.phone', 'a phone number that begins with +');
  want(of.documents > 0, 'documents', 'the extract of the register, at least');
  return found;
}

const isShare = (share: number | undefined): boolean =>
  share !== undefined && Number.isInteger(share) && share >= 1 && share <= 100;

function isBirthDate(day: string | undefined, today: string): boolean {
  try {
    const born = Temporal.PlainDate.from(day ?? '', { overflow: 'reject' });
    return born.year > 1890 && Temporal.PlainDate.compare(born.add({ years: youngestOwner }), today) <= 0;
  } catch {
    return false;
  }
}

export function isSite(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && text.length <= 2_048;
}

/** PDF, PNG or JPEG by its first bytes, whatever it is called; null for anything else. */
export function mediaTypeOf(bytes: Uint8Array): 'application/pdf' | 'image/png' | 'image/jpeg' | null {
  const begins = (...expected: number[]) => expected.every((byte, index) => bytes[index] === byte);
  if (begins(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf';
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  return begins(0xff, 0xd8, 0xff) ? 'image/jpeg' : null;
}

const legalForms =
  /\b(gmbh|ag|kg|ug|ohg|ltd|limited|llc|inc|incorporated|corp|corporation|co|company|plc|sa|sas|sarl|spa|srl|bv|nv|ab|oy|as|aps|kk|pte|pty|the)\b|株式会社|合同会社|有限公司|股份|주식회사/giu;

/** Hundredths in which two names agree: by the pairs of letters that they share, whatever their legal forms and marks. */
export function likenessOf(one: string, other: string): number {
  const [left, right] = [pairsOf(one), pairsOf(other)];
  const all = left.length + right.length;
  if (all === 0) return 0;
  const rest = [...right];
  const common = left.filter((pair) => {
    const at = rest.indexOf(pair);
    if (at < 0) return false;
    rest.splice(at, 1);
    return true;
  }).length;
  return Math.floor((200 * common) / all);
}

function pairsOf(name: string): string[] {
  const plain = name
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\./g, '')
    .replace(legalForms, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, '');
  const letters = [...plain];
  return letters.length === 1 ? letters : letters.slice(1).map((letter, index) => letters[index]! + letter);
}

/** So many hundredths and more are the same name. */
export const sameName = 80;
