// Grades a merchant's endpoint from what was really sent to it and what it answered. It never sees the shop's own books:
// that a duplicate was not shipped twice only the shop can know, and the row says so.
import type { Scorecard, ScorecardRow } from '@tongbao/protocol/sandbox';
import type { Observation } from './chaos.ts';

interface Check {
  readonly check: string;
  /** Which observations count for it. */
  readonly counts: (observation: Observation) => boolean;
  readonly isGood: (observation: Observation) => boolean;
  readonly pass: string;
  readonly fail: string;
  readonly open: string;
}

const promptMs = 5_000;

const checks: readonly Check[] = [
  {
    check: 'reachable',
    counts: () => true,
    isGood: ({ status }) => status !== null,
    pass: 'Every request got an answer.',
    fail: 'Some requests got no answer at all (refused, reset, blocked or timed out); GET /sandbox/outbox has the reason of each.',
    open: 'Nothing was sent to the endpoint yet: pay an order that names a notification URL.',
  },
  {
    check: 'answers in time',
    counts: () => true,
    isGood: ({ latencyMs }) => latencyMs <= promptMs,
    pass: 'Every answer came within five seconds.',
    fail: 'Some answers took longer than five seconds; after ten we give up and send again. Store it, answer, and work afterwards.',
    open: 'Nothing was sent to the endpoint yet.',
  },
  {
    check: 'acknowledges with the right body',
    counts: ({ what }) => what === 'true',
    isGood: ({ taken }) => taken,
    pass: 'Genuine notifications were acknowledged in the form that the protocol asks for.',
    fail: 'Some genuine notifications were not acknowledged: HTTP 200 is needed, with {"result":{"resultStatus":"S"}} (JSON) or the bare word success (classic).',
    open: 'No genuine notification was sent undisturbed yet.',
  },
  {
    check: 'takes duplicates',
    counts: ({ what }) => what === 'again',
    isGood: ({ taken }) => taken,
    pass: 'What was sent again after it had been taken was acknowledged again. Whether you shipped once, only your own books can tell.',
    fail: 'Some duplicates of what you had taken were refused: look the order up, change nothing, and acknowledge again.',
    open: 'No duplicate was sent: set duplicatePercent to 100 and pay an order.',
  },
  {
    check: 'refuses tampered bodies',
    counts: ({ what, status }) => what === 'tampered' && status !== null,
    isGood: ({ taken }) => !taken,
    pass: 'Copies with a changed amount and the old signature were not acknowledged.',
    fail: 'You acknowledged a body that we did not sign. Verify the signature over the raw body before you read it: anybody can tell you that an order is paid.',
    open: 'No tampered copy was answered: set tamperPercent to 100 and pay an order.',
  },
  {
    check: 'takes what comes late and out of order',
    counts: ({ what }) => what === 'late',
    isGood: ({ taken }) => taken,
    pass: 'Notifications that were held back or dropped at first were acknowledged when they came.',
    fail: 'Some notifications that came late were not acknowledged: judge by the payment in the body, not by which came last.',
    open: 'Nothing came late: set reorderPercent to 100, pay an order, and advance the clock by PT2M.',
  },
];

export function scorecard(clientId: string, observations: readonly Observation[]): Scorecard {
  const rows = checks.map((check) => grade(check, observations));
  const worst = rows.some((row) => row.grade === 'fail')
    ? 'fail'
    : rows.every((row) => row.grade === 'pass')
      ? 'pass'
      : 'open';
  return { clientId, grade: worst, rows };
}

function grade(check: Check, observations: readonly Observation[]): ScorecardRow {
  const counted = observations.filter(check.counts);
  const failed = counted.filter((observation) => !check.isGood(observation)).length;
  const result = counted.length === 0 ? 'open' : failed > 0 ? 'fail' : 'pass';
  return {
    ...{ check: check.check, grade: result, observed: counted.length, failed },
    explanation: check[result],
  };
}
