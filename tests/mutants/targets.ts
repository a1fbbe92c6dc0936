// What is mutated: the sources that decide about money and touch nothing outside of themselves. Each is tried against the
// tests in its own folder that need no database. `skip` names what in a file is not such a decision.
export interface Target {
  readonly file: string;
  readonly area: string;
  readonly skip: readonly string[];
  /** Tests of it that stand elsewhere. */
  readonly tests: readonly string[];
}

const inFolder = (
  area: string,
  folder: string,
  files: readonly string[],
  more: Partial<Pick<Target, 'skip' | 'tests'>> = {},
): Target[] => files.map((file) => ({ area, file: `${folder}/${file}.ts`, skip: [], tests: [], ...more }));

export const targets: readonly Target[] = [
  ...inFolder('system', 'platform/src/system', ['local-time']),
  ...inFolder('money', 'money/src', ['allocate', 'currency', 'money', 'rate', 'rounding']),
  ...inFolder('ledger', 'platform/src/ledger', ['entry', 'leaf', 'spending']),
  ...inFolder('fx', 'platform/src/fx', ['quote', 'guards', 'judge', 'rate-table', 'cross-check']),
  // A longer alphabet than five bits can reach is the same one.
  ...inFolder('staff', 'platform/src/staff', ['totp'], { skip: ['alphabet'] }),
  // What mails look like is for people.
  ...inFolder('mail', 'platform/src/mail', ['letter', 'attempt'], { skip: ['font', 'button', 'htmlOf'] }),
  ...inFolder('sms', 'platform/src/sms', ['attempt', 'countries']),
  ...inFolder('sms', 'connectors/sms-http/src', ['answer']),
  ...inFolder('sms', 'connectors/smpp/src', ['alphabet', 'receipt', 'status'], { skip: ['names'] }),
  // Sources of rules are for people.
  ...inFolder('risk', 'platform/src/risk', ['decide', 'rules'], {
    skip: ['source', 'house', 'pboc'],
  }),
  ...inFolder('wallet', 'platform/src/wallet', ['card-number', 'card-transfer', 'postings', 'step-up']),
  ...inFolder(
    'payments',
    'platform/src/payments',
    [
      ...['payment', 'create', 'authorize', 'pay', 'close', 'bank-question', 'finish-debit'],
      ...['cancel', 'shares', 'unsettled-funds'],
      ...[
        'refund',
        'refund-price',
        'settlement-price',
        'retry-refund',
        'finish-refund',
        'requote',
        'hear-bank',
        'hear-step-up',
        'postings',
        'decision',
      ],
      ...['spending', 'change', 'bounds', 'leaf'],
    ],
    // The frames of verbs, and what they put together for a database.
    { skip: ['changeVerb', 'pick', 'latest', 'idsPerCommand', 'perRun', 'refundQueueTimer'] },
  ),
  ...inFolder(
    'settlement',
    'platform/src/settlement',
    ['agreement-terms', 'batch', 'calendar', 'close', 'postings'],
    {
      skip: ['entryOf', 'closedAtOnce', 'releasedAtOnce'],
    },
  ),
  ...inFolder('protocol', 'protocol/src/ams', ['signature', 'json']),
  ...inFolder('protocol', 'protocol/src/codes', ['tlv', 'merchant-qr', 'order-code', 'payment-code']),
  ...inFolder('protocol', 'protocol/src/gateway', ['signature']),
];
