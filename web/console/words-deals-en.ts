// What the console says about conversions that people agree with the bank's desk.
import type { dealsZh } from './words-deals-zh.ts';

export const dealsEn: Record<keyof typeof dealsZh, string> = {
  handDeals: 'To be agreed with the bank',
  handDealsText:
    'The settlement bank takes no conversions by file. Agree these with its desk; they are booked once a second person has confirmed what was agreed.',
  dealBuy: 'Buy {{amount}}',
  dealSell: 'Sell {{amount}}',
  dealOfDay: 'Position of {{day}}',
  dealExpected: 'Expected {{cost}}, at {{rate}}',
  dealTolerance: 'May differ by up to {{percent}}.',
  dealNothing: 'Nothing has been noted yet.',
  dealAgreed: '{{cost}}, at {{rate}}',
  dealBetter: '{{amount}} better than expected',
  dealWorse: '{{amount}} worse than expected',
  dealAsExpected: 'As expected',
  dealReference: 'Bank’s reference {{reference}}, value date {{day}}',
  dealNote: 'Note what was agreed',
  dealConfirm: 'Confirm and book',
  dealRefuse: 'Refuse',
  bankReference: 'Bank’s reference of the deal',
  bankReferenceHelp: 'As it stands on the bank’s statement',
  agreedBy: 'Agreed was',
  agreedRate: 'A rate',
  agreedAmounts: 'Both amounts',
  rateOf: '{{home}} for 1 {{currency}}',
  costOf: 'In {{home}}, for {{amount}}',
  notARate: 'A rate looks like 0.005658.',
  notAnAmount: 'An amount looks like 5658.00.',
  valueDate: 'Value date',
};
