// A shop that applies, for tests: everything filled in, with a document that is one by its first bytes.
import type { Facts } from '../onboarding/index.ts';

export const sampleFacts: Facts = {
  company: {
    legalName: 'Lindenhof Spielwaren GmbH',
    displayName: 'Lindenhof',
    country: 'DE',
    registrationNumber: 'HRB 12345, Freiburg',
    address: 'Lindenstrasse 4, 79098 Freiburg',
  },
  owners: [{ name: 'Anna Lindenhof', birthDate: '1970-02-28', share: 100 }],
  account: { holder: 'Lindenhof Spielwaren', number: 'DE89 3704 0044 0532 0130 00', bic: '' },
  sites: ['https://lindenhof.example'],
  settlementCurrency: 'EUR',
  paymentCurrencies: ['EUR'],
  monthlyVolume: 'EUR 20,000',
  contact: { name: 'Anna Lindenhof', email: 'anna@lindenhof.example', phone: '+49 761 123456' },
};

export const sampleDocument = {
  name: 'register.pdf',
  bytes: Buffer.from('%PDF-1.7\n% an extract of the register\n'),
};
