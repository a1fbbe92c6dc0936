// For each row of the kit a copy of the Medusa plugin that is wrong in just that. The texts stand in the source as in what is built of it,
// so that `npm test` can say when one fits no longer.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the patches are source text.
import type { Broken } from './broken.ts';

const plugin = 'plugins/medusa/src';
/** Medusa asks the provider once more before it captures: a plugin that believes the word alone answers without asking. */
const believes = {
  file: `${plugin}/provider.ts`,
  from: 'return { data, status: statusOf[outcome.kind] };',
  to: "return { data, status: 'captured' };",
};
const givesBackAgain = {
  file: `${plugin}/decide.ts`,
  from: "session === 'captured'",
  to: "session === 'never'",
};

export const brokenMedusa: Readonly<Record<string, Broken>> = {
  race: { what: 'gives money back that the other of the two has captured', ...givesBackAgain },
  triple: { what: 'gives money back that comes for a captured session', ...givesBackAgain },
  order: {
    what: 'believes a failure whatever was known before',
    file: `${plugin}/decide.ts`,
    from: "session === 'open' ? 'close' : 'nothing'",
    to: "'close'",
  },
  delayed: {
    what: 'refuses a notification about a session that is captured',
    file: `${plugin}/notify.ts`,
    from: "outcome.kind === 'paid' && !isOpen",
    to: "outcome.kind === 'paid' && (() => { if (!isOpen) throw new GatewayError('notification-not-understood', 'too late'); return false; })()",
  },
  dropped: {
    what: 'its job looks at no payment that waits',
    file: `${plugin}/reconcile.ts`,
    from: "['pending', 'requires_more', 'pending_authorization']",
    to: "['captured']",
  },
  tampered: {
    what: 'does not check the signature',
    file: 'sdk/src/notification.ts',
    from: '!paths.some(',
    to: 'false && !paths.some(',
    and: believes,
  },
  foreign: {
    what: 'takes every client id for its own',
    file: `${plugin}/notify.ts`,
    from: "find(({ options }) => options.clientId === headers['client-id'])",
    to: "map((each) => ({ ...each, options: { ...each.options, clientId: String(headers['client-id']) } }))[0]",
    and: believes,
  },
  closed: {
    what: 'acknowledges notifications and waits for the shopper to return',
    file: `${plugin}/notify.ts`,
    from: 'return refunded(container, provider, event);',
    to: 'return refunded(container, provider, event);\n  return null;',
  },
  expired: {
    what: 'refuses a new attempt after an expired one',
    file: `${plugin}/provider.ts`,
    from: "if (outcome.kind === 'paid')",
    to: "if (outcome.kind !== 'waiting')",
  },
  changed: {
    what: 'lets a paid cart change, and forgets the money',
    file: `${plugin}/provider.ts`,
    from: 'data?.returned === undefined',
    to: 'false',
    and: { file: `${plugin}/decide.ts`, from: "'complete' : 'give-back'", to: "'complete' : 'nothing'" },
  },
  currencies: {
    what: 'counts won and yen in hundredths',
    file: `${plugin}/amounts.ts`,
    from: 'minorUnits(currencyCode.toUpperCase())',
    to: '2',
  },
  refunds: {
    what: 'sends every refund of a payment under the same id',
    file: `${plugin}/provider.ts`,
    from: 'const refundRequestId = context?.idempotency_key;',
    to: 'const refundRequestId = context?.idempotency_key && `${facts?.requestId}-r1`;',
  },
  failing: {
    what: 'calls a refund done that was refused after all',
    file: `${plugin}/refunds.ts`,
    from: "{ status: 'FAIL' }",
    to: "{ status: 'SUCCESS' }",
  },
};
