// Deliberate bugs about what happens later than one thinks: prices whose time is over, and processes that stand still.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the patches are source text.
import type { Mutation } from './mutations.ts';

const payments = 'platform/src/payments';
/** Episodes alone: worlds of a few seconds. */
const alone = { payments: 0 };

export const timeMutations: readonly Mutation[] = [
  {
    ...alone,
    name: 'price-never-runs-out',
    what: 'an open order keeps its first price, however long it lives',
    file: `${payments}/requote.ts`,
    changes: [['hasRate(payment) && quoteIsOver(payment, now)', 'hasRate(payment) && payment.events < 0']],
  },
  {
    ...alone,
    name: 'old-price-paid',
    what: 'a price whose time is over can still be paid by whoever does not look again',
    file: `${payments}/authorize.ts`,
    changes: [
      [
        'if (isOther || needsQuote(payment, facts.now)) return',
        'if (isOther && needsQuote(payment, facts.now) !== null) return',
      ],
    ],
    also: [
      {
        file: 'platform/src/http/cashier/index.ts',
        changes: [
          [
            'if (isOther || needsQuote(payment, now)) throw',
            'if (isOther && needsQuote(payment, now) !== null) throw',
          ],
        ],
      },
    ],
  },
  {
    ...alone,
    seed: 75,
    name: 'shown-price-not-compared',
    what: 'nobody compares what the page showed with what the payment costs',
    file: `${payments}/authorize.ts`,
    changes: [
      ['if (isOther || needsQuote(payment, facts.now)) return', 'if (needsQuote(payment, facts.now)) return'],
    ],
    also: [
      {
        file: 'platform/src/http/cashier/index.ts',
        changes: [['if (isOther || needsQuote(payment, now)) throw', 'if (needsQuote(payment, now)) throw']],
      },
    ],
  },
  {
    ...alone,
    name: 'requoted-in-yuan-too',
    what: 'an order that was priced in yuan gets other yuan when it is quoted anew',
    file: `${payments}/requote.ts`,
    changes: [
      [
        "const inPayer = payment.order.pricedIn === 'payer';",
        "const inPayer = payment.order.pricedIn === ('nobody' as string);",
      ],
    ],
  },
  {
    ...alone,
    seed: 40,
    name: 'requote-keeps-fee',
    what: 'the fee stays that of the former amount when an order in yuan is quoted anew',
    file: `${payments}/requote.ts`,
    changes: [
      [
        'settlementAmount, fee, lastRefusal',
        'settlementAmount, fee: fee.amount < 0n ? fee : payment.fee, lastRefusal',
      ],
    ],
  },
  {
    ...alone,
    name: 'requote-without-spread',
    what: 'the second price of an order is the middle rate',
    file: `${payments}/requote.ts`,
    changes: [['spreadBps: payment.quote.spreadBps,', 'spreadBps: 0,']],
  },
  {
    ...alone,
    name: 'stopped-sessions-keep-their-locks',
    what: 'a process that is stopped in an open transaction keeps its locks for as long as it likes',
    file: 'platform/src/database/limits-store.ts',
    changes: [
      [
        'idle_in_transaction_session_timeout: `${limits.idleInTransactionMs}`',
        "idle_in_transaction_session_timeout: '0'",
      ],
    ],
  },
  {
    ...alone,
    seed: 36,
    name: 'balance-read-without-a-lock',
    what: 'a balance is read without its lock: two orders of one shopper count as one against the limits',
    file: 'platform/src/ledger/store.ts',
    changes: [
      [
        'WHERE account_id = ANY($1::bigint[]) ORDER BY account_id FOR UPDATE`,\n);\nexport const lockBalanceRows',
        'WHERE account_id = ANY($1::bigint[]) ORDER BY account_id`,\n);\nexport const lockBalanceRows',
      ],
    ],
  },
  {
    ...alone,
    seed: 85,
    name: 'lost-race-not-decided-again',
    what: 'who finds a request id taken since it looked does not look again',
    file: 'platform/src/database/again.ts',
    changes: [["new Set(['40001', '40P01', '23505'])", "new Set(['40001', '40P01'])"]],
  },
];
