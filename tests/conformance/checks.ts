// What every official SDK must show here, by name, and the reading of what a client printed about it. A client that
// leaves a check out, or makes one twice, fails: nothing passes by not being asked.
import { cardRows, codeRows } from '@tongbao/connector-conformance';

const refunds = ['20000', '19000', 'the rest'];

/** In the order in which the clients make them. README.md says what each one means. */
export const checks: readonly string[] = [
  'pay',
  'pay again is the same',
  'pay with another amount is refused',
  'inquiry while open',
  'inquiry while open again is the same',
  'the shopper approves',
  'inquiry says SUCCESS',
  'inquiry again is the same',
  'pay after success',
  'the quote explains the yuan',
  'the rate is of that day',
  'notifyPayment arrives',
  'notifyPayment is verified by the SDK',
  'notifyPayment is about this payment',
  'a tampered notification is refused',
  'notifyPayment is acknowledged and sent once',
  ...refunds.flatMap((part) => [
    `refund ${part}`,
    `refund ${part} again is the same`,
    `inquiryRefund ${part}`,
    `inquiryRefund ${part} again is the same`,
  ]),
  'refunds return exactly the yuan paid',
  'refund beyond the rest is refused',
  'refund beyond the rest again is the same',
  'refund with another amount is refused',
  'inquiry lists the refunds',
  'notifyRefund is verified by the SDK',
  'consult',
  'consult again is the same',
  'createPaymentSession',
  'createPaymentSession again is the same',
  'inquireExchangeRate',
  'inquireExchangeRate again is the same',
  'pay with an inquired quote',
  'cancel',
  'cancel again is the same',
  'inquiry says CANCELLED',
  'pay after cancel',
  'unknown payment',
  'a bad signature is refused',
  'nothing came of a bad signature',
  'an answer that the gateway did not sign is refused',
];

/** The demo programs of the Java SDK's source jar: each comes to its end with the answers that it should have. */
export const demoChecks: readonly string[] = [
  'CashierPayDemoCode.executeConsult',
  'CashierPayDemoCode.executePayWithCard',
  'CashierPayDemoCode.executePayWithBlik',
  'CashierPayDemoCode.executePaymentSessionCreateWithCard',
  'CashierPayDemoCode.executeInquiry',
  'EasyPayDemoCode.easyPaySession',
];

/** What the shop that is paid in dollars takes. */
const priced = ['KRW', 'JPY', 'GBP', 'EUR', 'HKD', 'SGD', 'THB', 'USD', 'CNY'];

/** Official programs for assistants, against the shop that is paid in dollars. */
export const assistantChecks: readonly string[] = [
  ...priced.flatMap((currency) => [
    `${currency}: a session, paid, told, returned in parts`,
    `${currency}: what the shop gets in dollars is told`,
  ]),
  'a session is cancelled',
  'another currency is refused by name',
  'antom-test-server: a link, paid, inquired',
  'the SDK’s quick start is answered',
];

/** What an independent reader of the audit log must show. */
export const logChecks: readonly string[] = [
  'the verifier key is one',
  'the checkpoint is signed by the key',
  'a changed checkpoint is refused',
  'the tiles make the checkpoint’s root',
  'leaves are included, as their entries read',
  'an entry’s own proof holds offline',
  'what happens is sealed within seconds',
  'the newer checkpoint only appends to the older',
];

/** What a client of the classic gateway must show. */
export const classicChecks: readonly string[] = [
  'an order leads to the cashier',
  'before sign-in there is no trade',
  'the shopper pays',
  'the notification is genuine',
  'a tampered notification is not',
  'the query says TRADE_FINISHED',
  'an order on the phone leads to the cashier',
];

/** The calendars that a public package is compared with, a check each. */
export const calendarChecks: readonly string[] = [
  ...['CN', 'KR', 'JP', 'GB', 'HK', 'TW', 'US', 'EU', 'TH', 'SG'],
  'every explanation is needed',
];

const camtVersions = Array.from({ length: 12 }, (_each, place) => (place + 2).toString().padStart(2, '0'));

/** Bank files, both directions. */
export const bankChecks: readonly string[] = [
  ...['052', '053', '054'].flatMap((number) =>
    camtVersions.map((version) => `camt.${number}.001.${version} of Prowide`),
  ),
  ...['MT940 of Prowide', 'MT942 of Prowide'],
  ...['pain.001.001.03', 'pain.001.001.09', 'pain.002.001.03', 'pain.002.001.10'].map(
    (id) => `Prowide reads our ${id}`,
  ),
  ...['camt.053.001.02', 'camt.054.001.02'].map((id) => `Prowide reads our ${id}`),
  'Prowide reads our generator’s MT940',
];

/** Our payment initiations, by the published schema of each version. */
export const schemaChecks: readonly string[] = ['pain.001.001.03', 'pain.001.001.09'].flatMap((version) =>
  ['usual', 'longest', 'a wrong one is refused'].map((what) => `${version}: ${what}`),
);

/** The ISO 8583 connector at a switch made of jPOS: the connectors' kit, and what only a switch does. */
export const switchChecks: readonly string[] = [
  ...[...cardRows, ...codeRows].map(({ name }) => `the kit: ${name}`),
  'members are signed on before anything else',
  'an answer that comes too late decides nothing, and the repeat finds what was done',
  'an answer that comes twice is one',
  'an answer about another amount decides nothing',
  'what is too old to be asked again is reversed, once',
  'a reversal goes on until the switch has said so, also from another process',
  'what the switch has never heard of is reversed, and never done',
  'whether a bank takes a card is asked of an amount of nothing, and again as a repeat',
  'a switch that wants requests is sent 0400, and 0401 by the next process',
  'the switch starts anew in the middle of a debit, and then we do: signed on, charged once',
  'a kept connection is asked over, and opened anew when the switch is back',
];

export interface Judgement {
  readonly passed: number;
  /** One line each: the check's name and why it failed. */
  readonly failures: readonly string[];
  /** One line each: what this SDK has no words for, with the client's reason. */
  readonly leftOut: readonly string[];
  /** Whatever else the client printed: its notes, a stack trace. */
  readonly rest: readonly string[];
}

/** Reads `ok NAME`, `not ok NAME - WHY` and `skip NAME - WHY`, and holds them against the list above. */
export function judge(output: string, expected: readonly string[] = checks): Judgement {
  const seen = new Map<string, number>();
  const failures: string[] = [];
  const leftOut: string[] = [];
  const rest: string[] = [];
  let passed = 0;
  for (const line of output.split(/\r?\n/)) {
    const found = /^(ok|not ok|skip) (.+?)(?: - (.*))?$/.exec(line);
    if (found === null) {
      if (line.trim() !== '') rest.push(line);
      continue;
    }
    const [, verdict, name = '', why] = found;
    const told = why === undefined || why === '' ? name : `${name} - ${why}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (!expected.includes(name)) failures.push(`${told} (not a check of the list)`);
    else if (verdict === 'not ok') failures.push(told);
    else if (verdict === 'ok') passed++;
    else if (why === undefined || why === '') failures.push(`${name} - skipped without a reason`);
    else leftOut.push(told);
  }
  for (const [name, times] of seen) if (times > 1) failures.push(`${name} - made ${times} times`);
  const missing = expected.filter((name) => !seen.has(name));
  if (missing.length > 0) failures.push(`${missing.length} checks were not made: ${missing.join(', ')}`);
  return { passed, failures, leftOut, rest };
}
