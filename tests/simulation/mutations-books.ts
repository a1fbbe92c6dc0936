// Deliberate bugs in the books: payments, refunds, the ledger, locks and commits.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the patches are source text.
import type { Mutation } from './mutations.ts';

const payments = 'platform/src/payments';

export const bookMutations: readonly Mutation[] = [
  {
    name: 'debt-limit-not-asked',
    what: 'nobody asks how much a shop may owe for refunds; only the table’s bound stands in the way',
    file: `${payments}/unsettled-funds.ts`,
    changes: [['  if (owed > funds.credit) return null;\n', '']],
  },
  {
    name: 'dropped-posting',
    what: 'the merchant gets the whole amount and the house no fee, although the payment says so',
    file: `${payments}/postings.ts`,
    changes: [
      ['amount: settlementAmount.amount - fee.amount }', 'amount: settlementAmount.amount }'],
      [
        '{ account: house.settlementFee, amount: fee.amount - total(shares) }',
        '{ account: house.settlementFee, amount: -total(shares) }',
      ],
    ],
  },
  {
    name: 'unbalanced-entry',
    what: 'the spread is not posted',
    file: `${payments}/postings.ts`,
    changes: [['    { account: house.payerSpread, amount: spreadAmount.amount },\n', '']],
  },
  {
    name: 'refund-to-nobody',
    what: 'a refund is posted to the rounding account instead of the payer',
    file: `${payments}/postings.ts`,
    changes: [
      [
        '{ account: fundingAccount, amount: refund.payerAmount.amount }',
        '{ account: house.payerRounding, amount: refund.payerAmount.amount }',
      ],
    ],
  },
  {
    name: 'reversal-keeps-fee',
    what: 'a cancelled payment’s fee stays with the house',
    file: `${payments}/postings.ts`,
    changes: [
      [
        'reversed(paymentPostings(payment, payment.fundingAccount!, house))',
        'reversed(paymentPostings({ ...payment, fee: { ...payment.fee, amount: 0n } }, payment.fundingAccount!, house))',
      ],
    ],
  },
  {
    name: 'fee-rounds-down',
    what: 'the discount fee is rounded down, not half to even',
    file: `${payments}/create.ts`,
    changes: [["BigInt(feeBps), 10_000n, 'half-even')", "BigInt(feeBps), 10_000n, 'down')"]],
  },
  {
    name: 'price-rounds-up',
    what: 'what the shopper pays is rounded up, not half to even',
    file: 'platform/src/fx/quote.ts',
    changes: [["export const priceRounding = 'half-even';", "export const priceRounding = 'up';"]],
  },
  {
    name: 'price-with-six-digits',
    what: 'the price keeps six significant digits instead of seven',
    file: 'platform/src/fx/quote.ts',
    changes: [['const priceDigits = 7;', 'const priceDigits = 6;']],
  },
  {
    name: 'no-spread',
    what: 'the contract’s spread is left out of the price',
    file: 'platform/src/fx/quote.ts',
    changes: [['withSpread(mid, spreadBps)', 'withSpread(mid, 0)']],
  },
  {
    name: 'refund-share-rounds-up',
    what: 'the payer’s share of a refund is rounded up',
    file: `${payments}/refund-price.ts`,
    changes: [
      ["divide(whole * of.reached, of.total, 'half-even')", "divide(whole * of.reached, of.total, 'up')"],
    ],
  },
  {
    name: 'refund-forgets-pending-parts',
    seed: 180,
    what: 'a refund’s share ignores what is still on its way back to the card',
    file: `${payments}/refund-price.ts`,
    changes: [
      ['payment.refundedToPayer.amount + payment.refundingToPayer.amount', 'payment.refundedToPayer.amount'],
    ],
  },
  {
    name: 'refund-limit-forgets-pending-parts',
    seed: 6,
    payments: 0,
    what: 'refunds in progress do not count against what may still be refunded',
    file: `${payments}/refund.ts`,
    changes: [
      [
        'payment.amount.amount - payment.refunded.amount - payment.refunding.amount;\n  if',
        'payment.amount.amount - payment.refunded.amount;\n  if',
      ],
    ],
  },
  {
    name: 'refund-id-reused',
    seed: 3978,
    what: 'another refund under a known id is answered as if it were that one',
    file: `${payments}/refund.ts`,
    changes: [['if (!former.inputHash.equals(command.inputHash))', 'if (command.inputHash.length === 0)']],
  },
  {
    name: 'payment-id-reused',
    what: 'another order under a known id is answered as if it were that one',
    file: `${payments}/create.ts`,
    changes: [['if (!former.inputHash.equals(command.inputHash))', 'if (command.inputHash.length === 0)']],
  },
  {
    name: 'refund-not-idempotent',
    what: 'a repeated refund is decided anew',
    file: `${payments}/refund.ts`,
    changes: [
      ['if (former !== undefined) {', 'if (former !== undefined && command.requestId === undefined) {'],
      [
        'requestId: command.requestId,\n      subjectId',
        'requestId: `${command.requestId}/${refund.id}`,\n      subjectId',
      ],
    ],
  },
  {
    name: 'balance-not-checked',
    seed: 9,
    what: 'nobody asks whether the balance is enough; only the table’s floor stands in the way',
    file: `${payments}/authorize.ts`,
    changes: [
      ["if (availableOf(balance) < payment.payerAmount.amount) return refuse('balance-insufficient');", ''],
    ],
  },
  {
    name: 'paid-after-the-deadline',
    seed: 1727,
    what: 'the deadline counts only once the timer has closed the payment',
    file: `${payments}/authorize.ts`,
    changes: [
      ["payment.status !== 'created' || payment.expiresAt <= facts.now", "payment.status !== 'created'"],
    ],
    also: [
      {
        file: 'platform/src/http/cashier/index.ts',
        changes: [['payment.expiresAt <= now', 'payment.expiresAt.getTime() < 0']],
      },
    ],
  },
  {
    name: 'limits-off',
    seed: 162,
    what: 'the rules of risk are asked and not obeyed',
    file: `${payments}/authorize.ts`,
    changes: [["verdict.verdict === 'reject'", "verdict.verdict === ('never' as string)"]],
  },
  {
    name: 'missing-lock',
    what: 'payments are read without a lock: of two verbs at once the later write wins',
    payments: 0,
    file: `${payments}/store.ts`,
    changes: [
      ['WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE`', 'WHERE id = ANY($1::bigint[]) ORDER BY id`'],
    ],
    // The key of their events refuses the second one too, and it is decided again.
    also: [
      {
        file: 'platform/src/database/again.ts',
        changes: [
          [
            'return retryable.has(code) ||',
            "return (retryable.has(code) && !constraint?.startsWith('event_')) ||",
          ],
        ],
      },
    ],
  },
  {
    name: 'acknowledged-before-commit',
    what: 'the answer goes out when everything is written, before the commit is known',
    file: 'platform/src/database/lanes.ts',
    changes: [
      [
        'return database.transaction(async (tx) => {',
        'return await new Promise((told, failed) => { database.transaction(async (tx) => {',
      ],
      [
        '      return { facts, decisions };\n    });',
        '      told({ facts, decisions });\n      return { facts, decisions };\n    }).catch(failed); });',
      ],
    ],
  },
  {
    name: 'unknown-commit-tried-again',
    seed: 149,
    what: 'a commit whose answer was lost is taken for one that failed and done again',
    file: 'platform/src/database/again.ts',
    changes: [["new Set(['40001', '40P01', '23505'])", "new Set(['40001', '40P01', '23505', '08006'])"]],
  },
  {
    name: 'failure-answered-as-success',
    what: 'a transaction that the database refused is answered as if it had been written',
    file: 'platform/src/database/lanes.ts',
    changes: [
      [
        '      await verb.record(tx, facts, decisions);\n',
        '      await verb.record(tx, facts, decisions).catch(() => undefined);\n',
      ],
    ],
    // Most of it is written with the commit.
    also: [
      {
        file: 'platform/src/database/database.ts',
        changes: [['await session.commit();', 'await session.commit().catch(() => undefined);']],
      },
    ],
    seed: 85,
    payments: 0,
  },
  {
    name: 'reconfirmed-after-decline',
    what: 'the shopper’s no is answered and not written',
    file: `${payments}/close.ts`,
    changes: [
      [
        "payment.order.isDisplayed ? { answer: payment } : close(facts, payment, 'declined')",
        "{ answer: { ...payment, status: 'declined' as const } }",
      ],
    ],
  },
  {
    name: 'cancelled-after-a-refund',
    what: 'a payment can be cancelled although part of it was refunded',
    file: `${payments}/cancel.ts`,
    changes: [['if (touched || !cancelWindowOpen', 'if (!cancelWindowOpen']],
  },
  {
    name: 'cancel-day-in-utc',
    seed: 609,
    what: 'the day of a cancellation is counted in UTC instead of the shop’s zone',
    file: `${payments}/cancel.ts`,
    changes: [['facts.now, payment.terms.timeZone)', "facts.now, 'UTC')"]],
  },
  {
    name: 'cancel-while-pending',
    seed: 294,
    what: 'a payment that waits for its bank is cancelled as if nobody had confirmed it',
    file: `${payments}/cancel.ts`,
    changes: [
      [
        "if (payment.status === 'pending') return refuse('payment-in-progress');",
        "if (payment.status === 'pending') return { answer: { ...payment, closedAt: facts.now } };",
      ],
    ],
  },
  {
    name: 'conditions-remembered-too-early',
    payments: 0,
    what: 'what a payment refers to counts as stored before its transaction has committed',
    file: `${payments}/conditions-store.ts`,
    changes: [
      ['missing.set(number, payment);', 'missing.set(number, payment);\n      this.#stored.add(number);'],
    ],
  },
  {
    name: 'request-ids-put-away-early',
    what: 'merchants’ request ids are forgotten after a day instead of 400',
    file: `${payments}/put-away.ts`,
    changes: [['const rememberedMs = 400 * 24 * 3_600_000;', 'const rememberedMs = 24 * 3_600_000;']],
  },
  {
    name: 'refund-counted-twice',
    what: 'a card refund that has arrived stays among those on their way',
    file: `${payments}/finish-refund.ts`,
    changes: [
      ['refunding: plus(payment.refunding, -refund.amount.amount),', 'refunding: payment.refunding,'],
    ],
  },
];
