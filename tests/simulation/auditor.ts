// The independent auditor: keeps every world that is possible after what was answered so far, and says so when none is
// left. Things that raced must have come out as if they had happened one after the other, in some order.
import { type Answer, inWords } from './answers.ts';
import { aged, emptyModel, type Model } from './model.ts';
import { predict } from './predict.ts';
import { afterBanks } from './predict-cashier.ts';
import type { Circumstances } from './prediction.ts';
import type { Request } from './requests.ts';

/** Something happened that must not. `checker` names who noticed. */
export class Violation extends Error {
  readonly checker: string;
  readonly payments: readonly string[];

  constructor(checker: string, message: string, payments: readonly string[] = []) {
    super(message);
    this.checker = checker;
    this.payments = payments;
  }
}

export interface Heard {
  readonly request: Request;
  readonly answer: Answer;
}

export interface Auditor {
  /** One of the possible worlds; the only one wherever answers have decided. */
  readonly model: Model;
  readonly isCertain: boolean;
  hear(heard: Heard): void;
  /** Requests that were under way together, with the banks' answers or without. */
  hearRace(race: readonly Heard[], withBanks: boolean): void;
  /** What the operator did: a shop's former key ends. */
  keyRotated(shop: number, formerEnds: number): void;
  /** What has happened by now has happened, whatever the clock says next. */
  clockTurnsBack(): void;
  /** Status changes seen, `created → paid`, with their counts. */
  readonly transitions: Map<string, number>;
}

const mostWorlds = 200;
const mostRacing = 4;

export function createAuditor(seen: () => Omit<Circumstances, 'latest'>): Auditor {
  let models: readonly Model[] = [emptyModel];
  /** The latest world that was the only one: what is seen to change changed since then. */
  let certain = emptyModel;
  const transitions = new Map<string, number>();
  let latest = 0;
  const circumstances = (): Circumstances => {
    const at = seen();
    return { ...at, latest: Math.max(latest, at.now) };
  };

  function become(next: readonly Model[]): void {
    models = distinct(next).slice(0, mostWorlds);
    if (models.length > 1) return;
    noteTransitions(transitions, certain, models[0]!);
    certain = models[0]!;
  }
  const present = (at: Circumstances): readonly Model[] => models.map((model) => aged(model, at.now));

  return {
    get model() {
      return aged(models[0]!, circumstances().now);
    },
    get isCertain() {
      return models.length === 1;
    },
    transitions,
    hear(heard) {
      const at = circumstances();
      const possible = present(at);
      const next = possible.flatMap((model) => worldsAfter(model, heard, at));
      if (next.length === 0) throw contradiction(possible, heard, at);
      become(next);
    },
    hearRace(race, withBanks) {
      const at = circumstances();
      const names = race.flatMap(({ request }) => namesOf(request));
      const next = present(at).flatMap((model) =>
        orders(model, { left: race.slice(0, mostRacing), banks: withBanks, names, at }),
      );
      if (next.length === 0)
        throw new Violation(
          'races',
          `no order of these explains their answers: ${race.map(wordsOf).join(' | ')}`,
          names,
        );
      become(next);
    },
    clockTurnsBack() {
      const at = circumstances();
      latest = Math.max(latest, at.now);
      models = present(at);
    },
    keyRotated(shop, formerEnds) {
      models = models.map((model) => ({
        ...model,
        formerKeyEnds: model.formerKeyEnds.map((ends, index) => (index === shop ? formerEnds : ends)),
      }));
    },
  };
}

function worldsAfter(model: Model, { request, answer }: Heard, at: Circumstances): Model[] {
  const predictions = predict(model, request, at);
  if (answer.unknown)
    return [model, ...predictions.flatMap(({ unheard }) => (unheard === undefined ? [] : unheard()))];
  return predictions.flatMap(({ code, wrong, next }) =>
    code === answer.code && (wrong?.(answer.facts) ?? null) === null ? (next?.(answer.facts) ?? model) : [],
  );
}

interface Race {
  readonly left: readonly Heard[];
  readonly banks: boolean;
  readonly names: readonly string[];
  readonly at: Circumstances;
}

/** The worlds after every order of what raced that its answers allow. */
function orders(model: Model, race: Race): Model[] {
  const { left, banks, names, at } = race;
  const found = left.flatMap((heard, index) =>
    worldsAfter(model, heard, at).flatMap((next) =>
      orders(next, { ...race, left: left.filter((_, other) => other !== index) }),
    ),
  );
  const answered = banks
    ? afterBanks(model, names, at.now).flatMap((next) => orders(next, { ...race, banks: false }))
    : [];
  return left.length === 0 ? [model, ...answered] : [...found, ...answered];
}

const wordsOf = ({ request, answer }: Heard): string => `${request.kind} → ${inWords(answer)}`;

export const namesOf = (request: Request): string[] => ('payment' in request ? [request.payment] : []);

const checkers: Readonly<Partial<Record<Request['kind'], string>>> = {
  wallet: 'balances',
  refund: 'refund answers',
  'inquire-refund': 'refund states',
  inquire: 'payment states',
  look: 'payment states',
  'top-up': 'top-ups',
  'view-top-up': 'top-ups',
};

function contradiction(models: readonly Model[], heard: Heard, at: Circumstances): Violation {
  const { request, answer } = heard;
  const expected = models
    .flatMap((model) => predict(model, request, at))
    .map(({ code, wrong }) =>
      code === answer.code ? `${code} (${wrong?.(answer.facts) ?? 'as it is'})` : code,
    );
  const isPrice = expected.some((words) => words.includes('the price'));
  const checker = isPrice ? 'prices' : (checkers[request.kind] ?? 'answers');
  const said = `${request.kind} ${namesOf(request).join(' ')} was answered ${inWords(answer)}`;
  return new Violation(
    checker,
    `${said}; possible: ${[...new Set(expected)].join(' or ')}`,
    namesOf(request),
  );
}

const keyOf = (model: Model): string =>
  JSON.stringify([[...model.payments], [...model.topUps], model.pins], (_name, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

function distinct(models: readonly Model[]): Model[] {
  if (models.length === 1) return [...models];
  return [...new Map(models.map((model) => [keyOf(model), model])).values()];
}

function noteTransitions(counts: Map<string, number>, before: Model, after: Model): void {
  const note = (transition: string) => counts.set(transition, (counts.get(transition) ?? 0) + 1);
  for (const [name, payment] of after.payments) {
    const former = before.payments.get(name);
    if (former === payment) continue;
    if (former?.quotedAt != null && former.quotedAt !== payment.quotedAt)
      note(former.price === payment.price ? 'requoted' : 'requoted at another price');
    if (former?.status !== payment.status) note(`${former?.status ?? 'none'} → ${payment.status}`);
    for (const refund of payment.refunds) {
      const was = former?.refunds.find((each) => each.name === refund.name)?.status ?? 'none';
      if (was !== refund.status) note(`refund ${was} → ${refund.status}`);
    }
  }
  for (const [name, topUp] of after.topUps) {
    const was = before.topUps.get(name)?.status ?? 'none';
    if (was !== topUp.status) note(`top-up ${was} → ${topUp.status}`);
  }
}
