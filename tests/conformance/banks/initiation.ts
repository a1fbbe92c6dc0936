// A payment initiation as settlement writes it, for those who judge it: addresses, names that are no Latin ones, signs that
// XML knows, and texts of the greatest length.
import type { Pain001Version } from '../../../platform/src/settlement/bank.ts';
import { writePain001 } from '../../../platform/src/settlement/pain001.ts';

export const at = new Date('2014-11-12T03:00:00Z');
export const initiation = (version: Pain001Version) =>
  writePain001({
    ...{ version, messageId: 'TB1', createdAt: at, executionDay: '2014-11-12', currency: 'GBP' },
    ...{ debtorName: 'Tongbao Settlement', debtorAccount: '9000GBP0001', debtorBic: 'TBSBHKHH' },
    transfers: [
      {
        ...{ endToEndId: '7-1', amount: 123_456n, creditorName: 'Marks & <Sons>', creditorBic: 'BUKBGB22' },
        ...{ creditorAccount: 'GB33BUKB20201555555555', remittance: 'Settlement 2014-11-11 batch 7' },
        creditorAddress: {
          ...{ street: 'High Street', building: '1a', postCode: 'EC1A 1BB', town: 'London', country: 'GB' },
        },
      },
      {
        ...{
          endToEndId: '8-1',
          amount: 5n,
          creditorName: '한빛몰',
          creditorBic: '',
          creditorAccount: '110123456789',
        },
        ...{ remittance: 'Settlement', creditorAddress: null },
      },
    ],
  });

/** Every text as long as the message allows, in a currency without decimals. */
export const longestInitiation = (version: Pain001Version) =>
  writePain001({
    ...{ version, messageId: 'M'.repeat(35), createdAt: at, executionDay: '2014-11-12', currency: 'JPY' },
    ...{ debtorName: '付'.repeat(140), debtorAccount: '9'.repeat(34), debtorBic: 'TBSBHKHHXXX' },
    transfers: [
      {
        ...{ endToEndId: 'E'.repeat(35), amount: 999_999_999_999n, creditorName: '\'"<&>é楽'.repeat(20) },
        ...{ creditorBic: 'BUKBGB22XXX', creditorAccount: '1'.repeat(34), remittance: 'x'.repeat(140) },
        creditorAddress: {
          ...{ street: '街'.repeat(70), building: '1'.repeat(16), postCode: '2'.repeat(16) },
          ...{ town: '市'.repeat(35), country: 'JP' },
        },
      },
    ],
  });
