// The page of customers, in English.
import type { customersZh } from './words-customers-zh.ts';

export const customersEn: Readonly<Record<keyof typeof customersZh, string>> = {
  navCustomers: 'Customers',
  customersText:
    'One customer is found by the whole phone number or the wallet’s number. What is shown is masked, and each look-up is in the trail with its reason.',
  customerKey: 'Phone number or wallet number',
  findCustomer: 'Find',
  customerNone: 'No wallet has this number.',
  wallet: 'Wallet',
  phone: 'Phone',
  personName: 'Name',
  walletActive: 'Open',
  walletFrozen: 'Frozen',
  kycClass: 'Account class',
  setCaps: 'Limits that we set',
  ownCaps: 'Limits of their own',
  noCap: 'none',
  capsOf: 'a payment {{payment}}, a day {{day}}',
  freeze: 'Freeze',
  freezeText:
    'At once and everywhere: they are signed out, and can neither sign in nor pay. Refunds still arrive.',
  unfreeze: 'Unfreeze',
  proposeUnfreeze: 'Propose to unfreeze',
  unfreezeText: 'Somebody else has to approve it.',
  setLimits: 'Set limits',
  setLimitsText:
    'On top of the law’s limits, ours for everybody, and their own. A lower one counts at once; a higher one when somebody else has approved it. Empty: none.',
  capPayment: 'One payment at most',
  capDay: 'A day at most',
  amountLike: 'An amount like 5000 or 5000.00.',
  limitsProposed: 'Proposed: it is more than now, so somebody else has to approve it.',
  close: 'Close',
  decision: 'Decision',
  customerProposals: 'Waiting for a second person',
  noCustomerProposals: 'Nothing waits.',
  proposedByWhom: 'Proposed by',
};
