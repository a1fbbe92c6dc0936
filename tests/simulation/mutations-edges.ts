// Deliberate bugs at the edges: banks, notifications, settlement, rates, keys, PINs.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the patches are source text.
import type { Mutation } from './mutations.ts';

const payments = 'platform/src/payments';
const notifications = 'platform/src/notifications';
const settlement = 'platform/src/settlement';

export const edgeMutations: readonly Mutation[] = [
  {
    name: 'bank-never-asked',
    what: 'the question to the bank is not left in the transaction',
    file: `${payments}/decision.ts`,
    changes: [['questionRows(questions)', 'questionRows([])']],
  },
  {
    name: 'debit-without-a-reference',
    what: 'each question to the bank is a new debit',
    file: `${payments}/ask-bank.ts`,
    changes: [
      ['bank.debit({ ...request, ', 'bank.debit({ ...request, reference: `${reference}-${attempts}`, '],
    ],
  },
  {
    name: 'silence-taken-for-no',
    what: 'a bank that did not answer is taken for one that declined',
    file: `${payments}/ask-bank.ts`,
    changes: [['if (!isTimeOver) return;', '']],
  },
  {
    name: 'answer-to-another-debit',
    seed: 79,
    what: 'an answer is applied to whatever debit is pending',
    file: `${payments}/hear-bank.ts`,
    changes: [
      [
        'if (question.outcome !== null) return',
        "if (question.outcome !== null && question.task !== 'debit-card') return",
      ],
      ["status === 'pending' && events === question.event", "status === 'pending'"],
    ],
  },
  {
    name: 'reversal-not-told-to-the-bank',
    what: 'a cancelled card payment is reversed in the books and not at the bank',
    file: `${payments}/cancel.ts`,
    changes: [["payment.funding?.kind === 'card'", "payment.funding?.kind === ('none' as string)"]],
  },
  {
    name: 'refund-without-a-reference',
    what: 'each question to the bank is a new refund',
    file: `${payments}/ask-bank.ts`,
    changes: [['bank.credit(request)', 'bank.credit({ ...request, reference: `${reference}-${attempts}` })']],
  },
  {
    name: 'top-up-without-a-reference',
    what: 'each question about a top-up is a new debit',
    file: 'platform/src/wallet/ask-bank.ts',
    changes: [
      [
        'const reference = bankReference(transfer);',
        'const reference = `${bankReference(transfer)}-${transfer.attempts}`;',
      ],
    ],
  },
  {
    name: 'top-up-given-up',
    what: 'a bank that did not answer about a top-up has refused it',
    file: 'platform/src/wallet/ask-bank.ts',
    changes: [
      [
        '    parts.onBankFailed(error, transfer);\n    return;',
        "    parts.onBankFailed(error, transfer);\n    answer = { outcome: 'declined', reason: 'bank-unavailable' };",
      ],
    ],
  },
  {
    name: 'top-up-not-booked',
    what: 'a top-up succeeds without an entry',
    file: 'platform/src/wallet/ask-bank.ts',
    changes: [
      ['    await recordEntries(tx, [{ ...of,', '    if (attempts < 0) await recordEntries(tx, [{ ...of,'],
      ['const { id, kind, holdId,', 'const { attempts, id, kind, holdId,'],
    ],
  },
  {
    name: 'expiry-not-told',
    what: 'the shop hears nothing of a payment that expired or was declined',
    file: `${payments}/close.ts`,
    changes: [['events: [event], notification };', 'events: [event] };']],
  },
  {
    name: 'refund-told-too-early',
    what: 'a refund may be told before the payment was',
    file: `${notifications}/store.ts`,
    changes: [['e.sequence < d.sequence', 'e.sequence < d.sequence - 9']],
  },
  {
    name: 'told-once',
    what: 'a notification that nobody took is not sent again',
    file: `${notifications}/notification.ts`,
    changes: [['gapsMs[number - 1]', 'gapsMs[number + 6]']],
  },
  {
    name: 'any-answer-acknowledges',
    what: 'whatever a shop answers counts as its acknowledgement',
    file: `${notifications}/deliver.ts`,
    changes: [
      [
        "answer.kind === 'answered' && channel.isAcknowledged(answer.status, answer.head, notification)",
        "answer.kind === 'answered'",
      ],
    ],
  },
  {
    name: 'told-in-another-name',
    what: 'classic notifications are signed with a wrong key',
    file: 'platform/src/http/gateway/channel.ts',
    changes: [['md5Key: merchant.classicMd5Key,', 'md5Key: merchant.classicMd5Key.toLowerCase().slice(1),']],
  },
  {
    name: 'told-a-wrong-amount',
    what: 'a refund’s notification names the payer’s amount instead of the order’s',
    file: 'platform/src/http/ams/channel.ts',
    changes: [['refundAmount: toWire(refund.amount),', 'refundAmount: toWire(refund.payerAmount),']],
  },
  {
    name: 'settled-without-refunds',
    what: 'refunds are left out of a batch’s sums',
    file: `${settlement}/store.ts`,
    changes: [
      [
        'FROM settlement.line WHERE batch_id = $1`',
        "FROM settlement.line WHERE batch_id = $1 AND kind <> 'REFUND'`",
      ],
    ],
  },
  {
    name: 'settled-without-fees',
    what: 'the discount fee is left out of a batch',
    file: `${settlement}/close.ts`,
    changes: [['const fees = sums.fee + sums.fixedFee', 'const fees = sums.fixedFee']],
  },
  {
    name: 'payout-message-without-an-id',
    what: 'a message to the bank that goes again is a new one',
    file: `${settlement}/payout.ts`,
    changes: [
      [
        'submit({ messageId: `TB${id}`, xml })',
        'submit({ messageId: `TB${id}-${performance.now()}`, xml: xml.replaceAll(/<EndToEndId>/g, `$&${Math.floor(performance.now())}-`) })',
      ],
    ],
  },
  {
    name: 'payout-taken-for-paid',
    what: 'an answer of the bank is not booked',
    file: `${settlement}/payout.ts`,
    changes: [['    if (answered.entry !== undefined) entries.push(answered.entry);\n', '']],
  },
  {
    name: 'absurd-rates-believed',
    seed: 2853,
    what: 'a rate that lost a digit is quoted',
    file: 'platform/src/fx/guards.ts',
    changes: [["divide(difference * 10_000n, before, 'up') >", "divide(difference, before, 'up') >"]],
  },
  {
    name: 'stale-rates-believed',
    seed: 16,
    payments: 0,
    what: 'a rate of last month is quoted while the source is away',
    file: 'platform/src/fx/guards.ts',
    changes: [['export const defaultStaleAfterDays = 5;', 'export const defaultStaleAfterDays = 60;']],
  },
  {
    name: 'retired-keys-work',
    what: 'a key works on after its time',
    payments: 0,
    file: 'platform/src/http/ams/authenticate.ts',
    changes: [
      [
        'key === undefined || !keyIsValid(key, now)',
        'key === undefined || (now.getTime() < 0 && !keyIsValid(key, now))',
      ],
    ],
  },
  {
    name: 'signatures-not-checked',
    what: 'whoever names a client is that client',
    file: 'platform/src/http/ams/authenticate.ts',
    changes: [
      [
        'if (signature !== null && (await isSignedBy(',
        'if ((await Promise.resolve(true)) || (await isSignedBy(',
      ],
    ],
  },
  {
    name: 'strangers-refund',
    what: 'a shop may refund another shop’s payment',
    file: `${payments}/refund.ts`,
    changes: [
      ['payment === undefined || payment.merchantId !== command.merchantId', 'payment === undefined'],
    ],
  },
  {
    name: 'pin-tries-not-counted',
    seed: 6287,
    what: 'a PIN can be guessed as often as one likes',
    file: 'platform/src/customers/store.ts',
    changes: [['attempts = CASE WHEN locked_until IS NULL THEN attempts + 1 ELSE 1 END', 'attempts = 1']],
  },
  {
    name: 'lost-timer',
    what: 'payments expire by the clock and nobody closes them',
    file: `${payments}/store.ts`,
    changes: [
      [
        "`SELECT min(expires_at) AS at FROM payments.payment WHERE status = 'created' AND",
        "`SELECT min(expires_at) AS at FROM payments.payment WHERE status = 'nothing' AND",
      ],
    ],
  },
  {
    name: 'rates-of-yesterday',
    what: 'the business day begins at midnight in London instead of Shanghai',
    payments: 0,
    file: 'platform/src/fx/tables.ts',
    changes: [
      [
        'const businessDay = houseDayNumber(instant);',
        'const businessDay = houseDayNumber(new Date(instant.getTime() - 8 * 3_600_000));',
      ],
    ],
  },
];
