// Performs commands: works out what is asked, lets the fault happen, tells the auditor what was answered, and clears up
// what was left open as a careful client would: by asking again.
import { type Answer, answer, inWords } from './answers.ts';
import { type Auditor, type Heard, Violation } from './auditor.ts';
import type { Action, Command, DatabaseFault } from './commands.ts';
import { type ModelPayment, quoteIsOver } from './model.ts';
import { idle, type Network } from './network.ts';
import { pauseAndGoOn } from './pause.ts';
import type { Asking, Request } from './requests.ts';
import { send } from './send.ts';
import type { ShopClient } from './shop-client.ts';
import type { ShopperClient } from './shopper-client.ts';
import { requestOf } from './work-out.ts';

export interface PerformerParts {
  readonly network: Network;
  readonly auditor: Auditor;
  readonly shop: ShopClient;
  readonly shopper: ShopperClient;
  /** Whether bursts really happen at once, or one after the other. */
  readonly concurrent: boolean;
  /** Keys that shops change to. */
  readonly spareKeys: readonly { readonly privateKey: string; readonly publicKey: string }[];
  readonly note: (line: string) => void;
}

export interface Performer {
  perform(command: Command): Promise<void>;
  /** Asks about everything that waits for a bank, so that the auditor knows. */
  observe(): Promise<void>;
  /** To an instant (ms), every timer on the way. */
  moveTo(target: number, fault?: DatabaseFault | null): Promise<void>;
  ask(request: Request, fault?: DatabaseFault | null): Promise<Answer>;
  work(twice: boolean, fault?: DatabaseFault | null): Promise<void>;
  readonly faultsHappened: Map<string, number>;
}

const mostTries = 8;
const longestStepMs = 10 * 86_400_000;

export function createPerformer(parts: PerformerParts): Performer {
  const { network, auditor, note } = parts;
  const faultsHappened = new Map<string, number>();
  let rotations = 0;
  const nowMs = (): number => network.clock.now().getTime();

  /** Runs something with the fault armed; puts a process that died of it in order again. Whether the fault happened. */
  async function under<T>(
    fault: DatabaseFault | null,
    work: () => Promise<T>,
  ): Promise<{ result: T | null; hit: boolean }> {
    const { database } = network.process;
    if (fault !== null) database.arm(fault);
    let result: T | null = null;
    try {
      result = await work();
    } catch (error) {
      if (!database.isDead) throw error;
    }
    await idle(network.process);
    const hit = database.disarm();
    if (hit) {
      const name = `database ${fault!.kind} (${fault!.on})`;
      faultsHappened.set(name, (faultsHappened.get(name) ?? 0) + 1);
    }
    if (database.isDead) await network.restart();
    return { result, hit };
  }

  async function ask(request: Request, fault: DatabaseFault | null = null): Promise<Answer> {
    const { result, hit } = await under(fault, () => send(parts, request));
    let said = result ?? answer('NO_ANSWER');
    if (!isWaiting(request, said)) note(`${request.kind} ${inWords(withoutIds(said))}`);
    if (said.unknown && !hit && !network.ratesEverFailed)
      throw new Violation('unknown without a cause', `${request.kind} was answered ${inWords(said)}`);
    auditor.hear({ request, answer: said });
    // A client that was told nothing asks again: the same where that is safe, otherwise what has become of it.
    let moved = false;
    for (let tries = 1; said.unknown; tries++) {
      if (tries > mostTries)
        throw new Violation('resolved in time', `${request.kind} is still unknown after ${tries} tries`);
      // A source that never comes back would leave the very first payments unknown for ever: in the end it does.
      if (tries > mostTries / 2) network.failRates(0);
      const again = request.kind === 'confirm' ? lookOf(request) : request;
      said = await send(parts, again);
      note(`  again: ${inWords(withoutIds(said))}`);
      auditor.hear({ request: again, answer: said });
      await network.process.database.disarm();
      if (said.unknown && network.ratesEverFailed) {
        await moveTo(nowMs() + 301_000);
        moved = true;
      }
    }
    if (moved) await observe();
    return said;
  }

  async function moveTo(target: number, fault: DatabaseFault | null = null): Promise<void> {
    // The outlier guard compares with rates of the last thirty days: somebody looks at them more often than that.
    while (target - nowMs() > longestStepMs) {
      await moveTo(nowMs() + longestStepMs);
      await network.process.platform.fx.rateTableAt(network.clock.now()).catch(() => undefined);
    }
    for (let tries = 1; nowMs() < target; tries++) {
      if (tries > mostTries)
        throw new Violation('resolved in time', `the clock could not be moved in ${tries} tries`);
      await under(tries === 1 ? fault : null, () =>
        network.process.app.inject({
          method: 'POST',
          url: '/sandbox/clock',
          payload: { set: new Date(target).toISOString() },
        }),
      );
    }
    await idle(network.process);
  }

  async function turnBack(seconds: number): Promise<void> {
    auditor.clockTurnsBack();
    const set = new Date(nowMs() - seconds * 1_000).toISOString();
    await network.process.app.inject({ method: 'POST', url: '/sandbox/clock', payload: { set } });
    note(`it is ${network.clock.now().toISOString()}`);
    await observe();
  }

  async function work(twice: boolean, fault: DatabaseFault | null = null): Promise<void> {
    await under(fault, () => network.work(twice));
    await moveTo(nowMs() + 1_000);
    await observe();
  }

  async function observe(): Promise<void> {
    const { model } = auditor;
    for (const payment of model.payments.values()) {
      if (payment.status === 'pending')
        await ask({ kind: 'look', payment: payment.name, url: payment.url, shopper: null });
      for (const refund of payment.refunds)
        if (refund.status === 'processing')
          await ask({
            kind: 'inquire-refund',
            refund: refund.name,
            refundRequestId: refund.requestId,
            shop: payment.shop,
          });
    }
    for (const topUp of model.topUps.values()) {
      if (topUp.status !== 'pending') continue;
      await parts.shopper.ready(topUp.shopper);
      await ask({ kind: 'view-top-up', topUp: topUp.name, shopper: topUp.shopper, id: topUp.id });
    }
  }

  async function prepare(action: Asking): Promise<Request | null> {
    const first = requestOf(auditor.model, action, nowMs());
    if (first === null) return null;
    if ('shopper' in first && first.shopper !== null) await parts.shopper.ready(first.shopper);
    if (first.kind === 'confirm' && looksFirst(action, auditor.model.payments.get(first.payment)!, nowMs()))
      await ask(lookOf(first));
    return requestOf(auditor.model, action, nowMs());
  }

  async function askAs(action: Asking, fault: DatabaseFault | null): Promise<void> {
    const request = await prepare(action);
    if (request === null) return;
    await ask(request, fault);
    if (request.kind === 'refund' && request.by === 'gateway') await askHowRefunded(request);
    for (const shopper of shoppersOf(parts, request)) await checkWallet(shopper);
  }

  /** The classic answer does not say whether the refund waits for the shop's funds. */
  async function askHowRefunded(request: Extract<Request, { kind: 'refund' }>): Promise<void> {
    const payment = auditor.model.payments.get(request.payment);
    if (payment === undefined || payment.status === 'announced') return;
    const { name, requestId, shop } = payment;
    await ask({ kind: 'inquire', payment: name, requestId, shop, isOwn: true });
  }

  async function checkWallet(shopper: number): Promise<void> {
    await parts.shopper.ready(shopper);
    await ask({ kind: 'wallet', shopper });
  }

  async function prepareAll(actions: readonly Action[]): Promise<Request[]> {
    const requests: Request[] = [];
    for (const action of actions.filter(isAsking)) {
      const request = await prepare(action);
      if (request !== null) requests.push(request);
    }
    return requests;
  }

  async function burst(actions: readonly Action[]): Promise<void> {
    const askings = actions.filter(isAsking);
    const withWork = actions.some(({ kind }) => kind === 'work');
    const withWake = actions.some(({ kind }) => kind === 'wake');
    if (!parts.concurrent) {
      for (const action of askings) await askAs(action, null);
      if (withWork) await work(false);
      if (withWake) await network.wake();
      return withWake ? observe() : undefined;
    }
    const requests = await prepareAll(askings);
    const [heard] = await Promise.all([
      Promise.all(
        requests.map(async (request): Promise<Heard> => ({ request, answer: await send(parts, request) })),
      ),
      withWork ? network.work(false) : 0,
      withWake ? network.wake() : 0,
    ]);
    for (const { request, answer: said } of heard) note(`raced ${request.kind} ${inWords(withoutIds(said))}`);
    await idle(network.process);
    auditor.hearRace(heard, withWork || withWake);
    await settleRace(requests);
  }

  /** Looks at all that raced, so that only one world is left; the money must agree with it. */
  async function settleRace(requests: readonly Request[]): Promise<void> {
    for (const request of requests) {
      if (!('payment' in request)) continue;
      const payment = auditor.model.payments.get(request.payment);
      if (payment === undefined || payment.status === 'announced') continue;
      const { name, url, requestId, shop } = payment;
      await ask({ kind: 'look', payment: name, url, shopper: null });
      await ask({ kind: 'inquire', payment: name, requestId, shop, isOwn: true });
    }
    await observe();
    for (const shopper of new Set(requests.flatMap((request) => shoppersOf(parts, request))))
      await checkWallet(shopper);
  }

  async function pause(action: Extract<Action, { kind: 'pause' }>): Promise<void> {
    const [stopped, ...others] = await prepareAll([action.of, ...action.meanwhile]);
    if (stopped === undefined) return;
    const isWorking = action.meanwhile.some(({ kind }) => kind === 'work');
    const { heard, how } = await pauseAndGoOn(parts, { action, stopped, others, isWorking });
    faultsHappened.set(how, (faultsHappened.get(how) ?? 0) + 1);
    note(how);
    for (const { request, answer: said } of heard) note(`raced ${request.kind} ${inWords(withoutIds(said))}`);
    await idle(network.process);
    auditor.hearRace(heard, isWorking);
    const [{ answer: said }] = heard;
    // It was not told what became of what it began: somebody asks.
    if (said.unknown) await ask(stopped.kind === 'confirm' ? lookOf(stopped) : stopped);
    await settleRace(heard.map(({ request }) => request));
  }

  async function operate(action: Exclude<Action, Asking>, fault: DatabaseFault | null): Promise<void> {
    switch (action.kind) {
      case 'work':
        return work(action.twice, fault);
      case 'advance':
      case 'to-deadline':
      case 'to-month-end': {
        await moveTo(targetOf(parts, action), fault);
        return observe();
      }
      case 'bank':
        return network.bankFates.plan(action.fates);
      case 'settlement-bank':
        return network.settlementFates.plan(action.fates);
      case 'clock-back':
        return turnBack(action.seconds);
      case 'wake':
        await network.wake();
        return observe();
      case 'rates-fail':
        return network.failRates(action.times);
      case 'crash':
        network.process.database.kill();
        return network.restart();
      case 'rotate-key': {
        const fresh = parts.spareKeys[rotations++ % parts.spareKeys.length]!;
        await parts.shop.rotate(action.shop, fresh, action.graceSeconds * 1_000);
        return auditor.keyRotated(action.shop, nowMs() + action.graceSeconds * 1_000);
      }
      case 'burst':
        return burst(action.of);
      case 'pause':
        return pause(action);
      case 'late-confirm':
        return confirmLate(action);
      case 'guess-pin': {
        const { payment, shopper, times } = action;
        const guess: Asking = { kind: 'confirm', payment, shopper, card: null, pin: 'wrong' };
        for (let time = 0; time < times; time++) await askAs(guess, null);
        return askAs({ ...guess, pin: 'right' }, null);
      }
    }
  }

  /** The deadline counts by the clock: the clock is put there, and the timers run only afterwards. */
  async function confirmLate(action: Extract<Action, { kind: 'late-confirm' }>): Promise<void> {
    const { payment, shopper, lateMs } = action;
    const known = auditor.model.payments.get(payment);
    if (known?.status !== 'created') return;
    await parts.shopper.ready(shopper);
    await moveTo(known.expiresAt - lateLead);
    await observe();
    const asked: Asking = { kind: 'confirm', payment, shopper, card: null, pin: 'right' };
    const request = await prepare(asked);
    if (request === null || nowMs() >= known.expiresAt) return;
    network.clock.set(new Date(known.expiresAt + lateMs));
    await ask(request);
    // To a whole second again: the wire's times have no smaller unit.
    await moveTo(Math.ceil(nowMs() / 1_000 + 1) * 1_000);
    await observe();
    await checkWallet(shopper);
  }

  return {
    ...{ observe, moveTo, ask, work, faultsHappened },
    async perform({ after, action, fault }) {
      if (after > 0) {
        await moveTo(nowMs() + after * 1_000);
        await observe();
      }
      await (isAsking(action) ? askAs(action, fault) : operate(action, fault));
    },
  };
}

const asking = new Set<string>([
  ...['pay', 'announce', 'look', 'confirm', 'decline', 'cancel', 'refund', 'inquire', 'inquire-refund'],
  'top-up',
]);
const isAsking = (action: Action): action is Asking => asking.has(action.kind);

/** Still what it was: no news for the trace. */
const isWaiting = (request: Request, { facts }: Answer): boolean =>
  ['look', 'view-top-up', 'inquire-refund'].includes(request.kind) &&
  (facts.status === 'pending' || facts.status === 'PROCESSING');

const lookOf = (request: Extract<Request, { kind: 'confirm' }>): Request => {
  const { payment, url, shopper } = request;
  return { kind: 'look', payment, url, shopper };
};

/** Signing in at the cashier makes an announced order a payment; a page whose price has run out shows another one. */
const looksFirst = (action: Asking, payment: ModelPayment, now: number): boolean =>
  payment.status === 'announced' ||
  (quoteIsOver(payment, now) && action.kind === 'confirm' && action.seen === undefined);

/** Whose money a request may have moved. */
function shoppersOf({ auditor }: PerformerParts, request: Request): number[] {
  if (!['confirm', 'refund', 'cancel', 'top-up'].includes(request.kind)) return [];
  if ('shopper' in request && request.shopper !== null) return [request.shopper];
  const payment = 'payment' in request ? auditor.model.payments.get(request.payment) : undefined;
  return payment?.shopper == null ? [] : [payment.shopper];
}

/** So long before a deadline everything else has been done that timers do. */
const lateLead = 2_000;
const longestMoveMs = 400 * 86_400_000;
const hourMs = 3_600_000;

function targetOf(
  { network, auditor }: PerformerParts,
  action: Extract<Action, { kind: 'advance' | 'to-deadline' | 'to-month-end' }>,
): number {
  const now = network.clock.now().getTime();
  if (action.kind === 'advance') return now + action.seconds * 1_000;
  if (action.kind === 'to-month-end') {
    const seoul = new Date(now + 9 * hourMs);
    return Date.UTC(seoul.getUTCFullYear(), seoul.getUTCMonth() + 1, 1) - 9 * hourMs - 1_000;
  }
  const deadline = auditor.model.payments.get(action.payment)?.expiresAt ?? now;
  const target = deadline + action.seconds * 1_000;
  return target > now && target - now < longestMoveMs ? target : now;
}

/** What is random by nature has no place in a trace that must be the same each time. */
const withoutIds = (said: Answer): Answer => {
  const { wireId: _wireId, url: _url, topUpId: _topUpId, ...facts } = said.facts;
  return { ...said, facts };
};
