// Worlds that are written down instead of drawn: what every test run has to have seen, wherever chance leads.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Action } from './commands.ts';
import { simulate } from './simulate.ts';
import { openStage, type Stage } from './stage.ts';

// A busy machine takes its time over a world.
vi.setConfig({ testTimeout: 240_000 });

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(process.env.TONGBAO_TEST_SERVER!);
});
afterAll(() => stage.close());

type Pay = Extract<Action, { kind: 'pay' }>;
const pay = (payment: string, changes: Partial<Pay> = {}): Pay => ({
  ...{ kind: 'pay', payment, shop: 0, amount: '33333', channel: 'ams-pay', lifeSeconds: null },
  ...{ told: true, how: 'well', ...changes },
});
const confirm = (payment: string, seen?: 'before' | 'nothing'): Action => ({
  ...{ kind: 'confirm', payment, shopper: 2, card: null, pin: 'right' },
  ...(seen === undefined ? {} : { seen }),
});
const look = (payment: string): Action => ({ kind: 'look', payment, shopper: 2 });
const refund = (name: string, payment: string, share: number): Action => ({
  ...{ kind: 'refund', refund: name, payment, share, how: 'well' },
});
const later = (seconds: number): Action => ({ kind: 'advance', seconds });

const play = async (actions: readonly Action[]) => {
  const commands = actions.map((action, index) => ({ number: index + 1, after: 0, action, fault: null }));
  const outcome = await simulate({ stage, seed: 1, commands, concurrent: false });
  expect(outcome.failure?.message ?? null).toBeNull();
  return outcome.coverage;
};

test('a price that has run out is not paid; the next look locks another one, and refunds follow that', async () => {
  const day = 86_400;
  const inYuan: Action = {
    ...{ kind: 'announce', payment: 'yuan', shop: 3, amount: '30001', inYuan: true, told: true, how: 'well' },
  };
  const { transitions, answers } = await play([
    ...[pay('won', { lifeSeconds: day }), look('won'), later(3_600), confirm('won', 'nothing')],
    ...[later(26_400), inYuan, look('yuan'), later(36_000)],
    // Shanghai's midnight has passed: another day's rate.
    ...[look('won'), confirm('won', 'before'), confirm('won')],
    ...[refund('r1', 'won', 333), refund('r2', 'won', 667)],
    ...[look('yuan'), confirm('yuan', 'nothing'), refund('r3', 'yuan', 1), refund('r4', 'yuan', 999)],
    later(2 * day),
  ]);
  expect(transitions.get('requoted at another price')).toBe(2);
  expect(answers.get('confirm PRICE_CHANGED')).toBe(2);
  expect(answers.get('confirm VIEW')).toBe(2);
});

test('a process stands still at each of its steps, and the other one goes on with the same order', async () => {
  const steps = Array.from({ length: 16 }, (_, index) => index + 1);
  const { faults } = await play(
    steps.flatMap((step): Action[] => {
      const of = `p${step}`;
      const cancel: Action = { kind: 'cancel', payment: of, by: 'own' };
      const until = step % 4 === 0 ? 'locks-lost' : 'waited-for';
      return [
        pay(of),
        { kind: 'pause', of: confirm(of), steps: 'transactions', step, until, meanwhile: [cancel] },
      ];
    }),
  );
  expect(faults.get('process stopped outside')).toBeGreaterThan(1);
  expect(faults.get('process stopped inside, and went on')).toBeGreaterThan(1);
  expect(faults.get('process stopped inside, and lost its locks')).toBeGreaterThan(0);
});
