// What a run has seen: states and their transitions, kinds of faults, kinds of answers, added up over its worlds.
import type { Coverage, Outcome } from './simulate.ts';

/** Every way in which the documents let payments, refunds and top-ups go. */
const known = {
  transitions: [
    ...['none → announced', 'none → created', 'announced → created', 'created → paid', 'created → pending'],
    ...['created → cancelled', 'created → declined', 'created → expired', 'pending → paid'],
    ...['pending → created', 'paid → cancelled', 'refund none → succeeded'],
    ...['refund none → processing', 'refund processing → succeeded', 'top-up none → pending'],
    ...['top-up pending → succeeded', 'top-up pending → failed', 'requoted', 'requoted at another price'],
  ],
  faults: [
    ...['cut', 'disk-full', 'serialization', 'deadlock', 'answer-lost', 'crash-before-commit'].map(
      (kind) => `database ${kind} (transaction)`,
    ),
    'database crash-after-commit (transaction)',
    ...['lost-before', 'lost-after', 'doubled', 'down', 'late', 'denied'].map((fate) => `bank ${fate}`),
    ...['lost-before', 'lost-after', 'doubled', 'down'].map((fate) => `settlement bank ${fate}`),
    ...['lost', 'answer-lost', 'slow', 'huge', 'garbage', 'error-500', 'doubled', 'late'].map(
      (fate) => `shop ${fate}`,
    ),
    ...['outside', 'inside, and went on', 'inside, and lost its locks'].map(
      (how) => `process stopped ${how}`,
    ),
    'rates fail',
  ],
};

export interface Tally {
  add(outcome: Outcome): void;
  /** Lines for people. */
  summary(): string[];
}

export function createTally(): Tally {
  const counts = { worlds: 0, commands: 0, payments: 0, told: 0, restarts: 0 };
  const seen = {
    transitions: new Map<string, number>(),
    faults: new Map<string, number>(),
    answers: new Map<string, number>(),
  };
  const addAll = (to: Map<string, number>, from: ReadonlyMap<string, number>) => {
    for (const [name, count] of from) to.set(name, (to.get(name) ?? 0) + count);
  };
  return {
    add(outcome) {
      counts.worlds += 1;
      counts.commands += outcome.commands;
      counts.payments += outcome.payments;
      counts.told += outcome.told;
      counts.restarts += outcome.restarts;
      for (const part of ['transitions', 'faults', 'answers'] as const)
        addAll(seen[part], outcome.coverage[part]);
    },
    summary: () => [
      `${counts.worlds} worlds, ${counts.commands} commands, ${counts.payments} payments, ` +
        `${counts.told} notifications sent, ${counts.restarts} deaths and restarts`,
      ...coverageLines(seen),
    ],
  };
}

function coverageLines(seen: Coverage): string[] {
  const list = (of: ReadonlyMap<string, number>) =>
    [...of]
      .filter(([name]) => !name.endsWith(' well'))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, count]) => `${name} ${count}`)
      .join(' · ');
  const part = (name: 'transitions' | 'faults') => {
    const missing = known[name].filter((each) => !seen[name].has(each));
    const reached = known[name].length - missing.length;
    const rest = missing.length === 0 ? '' : `; not seen: ${missing.join(', ')}`;
    return `${name}: ${reached} of ${known[name].length}${rest}\n    ${list(seen[name])}`;
  };
  return [
    part('transitions'),
    part('faults'),
    `kinds of answers: ${seen.answers.size}\n    ${list(seen.answers)}`,
  ];
}
