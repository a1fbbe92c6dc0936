// For each row of the kit a copy of the Vendure plugin that is wrong in just that: the patch is put in while the program
// loads it, the files stay as they are. A patch that fits no longer is an error.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the patches are source text.
import type { Broken } from './broken.ts';

const plugin = 'plugins/vendure/src';
const noLock = {
  file: `${plugin}/service.ts`,
  from: '    if (/sqlite|sqljs/.test(this.connection.rawConnection.options.type)) return;\n',
  to: '    return;\n',
};

export const brokenVendure: Readonly<Record<string, Broken>> = {
  race: { what: 'takes no lock', ...noLock },
  triple: {
    what: 'gives money back that comes for a settled payment',
    file: `${plugin}/decide.ts`,
    from: "if (outcome.kind === 'waiting' || paymentState === 'Settled') return 'nothing';",
    to: "if (outcome.kind === 'waiting') return 'nothing';",
  },
  order: {
    what: 'believes a failure whatever was known before',
    file: `${plugin}/decide.ts`,
    from: "    if (paymentState !== 'AwaitingShopper') return 'nothing';\n",
    to: '',
  },
  delayed: {
    what: 'refuses a notification about a payment that is settled',
    file: `${plugin}/routes.ts`,
    from: '    const step =\n',
    to: "    if (!isOpen) throw new GatewayError('notification-not-understood', 'too late');\n    const step =\n",
  },
  dropped: {
    what: 'its job looks at no payment',
    file: `${plugin}/reconcile.ts`,
    from: 'where: { state: awaiting, createdAt',
    to: "where: { state: 'Created' as never, createdAt",
  },
  tampered: {
    what: 'does not check the signature',
    file: 'sdk/src/notification.ts',
    from: 'if (!paths.some(',
    to: 'if (false as boolean && !paths.some(',
  },
  foreign: {
    what: 'accepts every client id',
    file: `${plugin}/routes.ts`,
    from: 'clientId: settings.clientId,',
    to: "clientId: String(request.headers['client-id']),",
  },
  closed: {
    what: 'acknowledges notifications and waits for the shopper to return',
    file: `${plugin}/routes.ts`,
    from: 'else await this.#payment(located, outcomeOf(event)!);',
    to: 'else outcomeOf(event);',
  },
  expired: {
    what: 'keeps money that comes for a cancelled order',
    file: `${plugin}/decide.ts`,
    from: "? 'reopen-and-settle' : 'give-back';",
    to: "? 'reopen-and-settle' : 'nothing';",
  },
  changed: {
    what: 'forgets money that comes while the cart is open again',
    file: `${plugin}/decide.ts`,
    from: "  return orderState === 'AddingItems' && standing.orderNeedsThis",
    to: "  if (orderState === 'AddingItems') return 'nothing';\n  return orderState === 'AddingItems' && standing.orderNeedsThis",
  },
  currencies: {
    what: 'counts won and yen in hundredths',
    file: `${plugin}/amounts.ts`,
    from: 'return divideHalfEven(BigInt(stored) * 10n ** BigInt(minorUnits(currency)), 10n ** BigInt(precision));',
    to: 'return BigInt(stored);',
  },
  refunds: {
    what: 'sends every refund of a payment under the same id',
    file: `${plugin}/refunds.ts`,
    from: '-r${before.length + 1}`',
    to: '-r1`',
  },
  failing: {
    what: 'calls a refused refund done',
    file: `${plugin}/refunds.ts`,
    from: "return { state: 'Failed', metadata };",
    to: "return { state: 'Settled', metadata };",
  },
};
