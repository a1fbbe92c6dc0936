// The table of a payment's states, as it is printed in the guides.
import { expect, it } from 'vitest';
import { advance, transitions } from './payment.ts';

it('what may happen to a payment, whole', () => {
  expect(transitions).toEqual({
    none: { created: 'created' },
    created: {
      requoted: 'created',
      ...{ paid: 'paid', 'debit-requested': 'pending' },
      ...{ cancelled: 'cancelled', declined: 'declined', expired: 'expired' },
    },
    pending: { paid: 'paid', 'debit-declined': 'created' },
    paid: {
      ...{ reversed: 'cancelled', 'refund-requested': 'paid', 'refund-funded': 'paid' },
      ...{ refunded: 'paid', 'refund-failed': 'paid' },
    },
    cancelled: {},
    declined: {},
    expired: {},
  });
  expect(advance('none', 'created')).toBe('created');
  expect(() => advance('created', 'created')).toThrow(
    'a payment that is created cannot take the event created',
  );
});
