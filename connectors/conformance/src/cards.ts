// The kit for the banks behind cards: a reference moves money at most once, whatever is lost, late or asked again.
import type { BankRequest } from '@tongbao/connector-interface';
import { money } from '@tongbao/money';
import { type CardBankDriver, reference } from './card-bank-driver.ts';
import { failing, nothing, steps } from './failing.ts';
import { holds, type Row, throws } from './row.ts';

const asked = (driver: CardBankDriver, amount: bigint, of = reference()): BankRequest => ({
  ...driver.card,
  amount: money('CNY', amount),
  reference: of,
});

export const cardRows: readonly Row<CardBankDriver>[] = [
  {
    name: 'once',
    title: 'a debit, asked eight times at once and again by a new process',
    why: 'Whoever does not know asks again. A second charge is a shopper’s money.',
    remedy: 'The reference is the operation: the same one is answered, never done again.',
    async run(driver) {
      const bank = await driver.start(nothing);
      const debit = asked(driver, 500n);
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => bank.debit(debit)));
      await bank.close();
      const other = await driver.start(nothing);
      const again = await other.debit(debit);
      holds(again.outcome === 'approved', `asked again, the bank says ${again.outcome}`);
      const wrong = answers.some((each) => each.status === 'fulfilled' && each.value.outcome !== 'approved');
      holds(!wrong, 'the same debit is answered in two ways');
      holds((await driver.taken()) === 500n, `the card was charged ${await driver.taken()}, not 500`);
      await other.close();
      return 'charged once';
    },
  },
  {
    name: 'dies',
    title: 'the process dies at each step of a debit; a new one asks again',
    why: 'A process that dies after the bank has heard it has told nobody.',
    remedy:
      'Keep what a reference is called at the bank before anything is sent, and ask again under the same name.',
    async run(driver) {
      for (let at = 1; at <= steps; at++) {
        const debit = asked(driver, 10n);
        const failure = failing(at, true);
        const first = await driver.start(failure.step);
        const failed = await throws(first.debit(debit));
        const reached = failure.hit();
        await first.close().catch(nothing);
        const second = await driver.start(nothing);
        const again = await second.debit(debit);
        holds(
          again.outcome === 'approved',
          `died at step ${at}: asked again, the bank says ${again.outcome}`,
        );
        const taken = await driver.taken();
        holds(taken === BigInt(at) * 10n, `died at step ${at}: the card was charged ${taken} in all`);
        await second.close();
        if (reached) continue;
        holds(!failed, 'a debit failed though nothing did');
        holds(at > 1, 'the driver never calls `step`');
        return `died at each of ${at - 1} steps, charged once each`;
      }
      throw new Error(`a debit takes more than ${steps} steps`);
    },
  },
  {
    name: 'lost',
    title: 'the bank has charged the card, and its answer is lost',
    why: 'The worst minute of a payment: the money has moved and nobody knows.',
    remedy: 'Throw; the outcome is found by a query or by the same reference again.',
    async run(driver) {
      const bank = await driver.start(nothing);
      await driver.behave('answer-lost');
      const debit = asked(driver, 700n);
      holds(await throws(bank.debit(debit)), 'an answer that was lost was answered');
      await driver.behave('normal');
      const found = await bank.query({ bank: debit.bank, reference: debit.reference });
      holds(found.outcome === 'approved', `the query says ${found.outcome}`);
      const again = await bank.debit(debit);
      holds(again.outcome === 'approved', `asked again, the bank says ${again.outcome}`);
      holds((await driver.taken()) === 700n, `the card was charged ${await driver.taken()}, not 700`);
      await bank.close();
      return 'found, and charged once';
    },
  },
  {
    name: 'down',
    title: 'the bank cannot be reached, and is back later',
    why: '"Not reached" is not "refused": only the bank can say that nothing was done.',
    remedy: 'Throw where there is no answer; say unknown-reference only when the bank says so.',
    async run(driver) {
      const bank = await driver.start(nothing);
      await driver.behave('down');
      const debit = asked(driver, 300n);
      holds(await throws(bank.debit(debit)), 'a bank that is down has answered');
      const query = { bank: debit.bank, reference: debit.reference };
      holds(await throws(bank.query(query)), 'a bank that is down has answered a query');
      await driver.behave('normal');
      const before = await bank.query(query);
      holds(before.outcome === 'unknown-reference', `of what it never heard the bank says ${before.outcome}`);
      await bank.debit(debit);
      holds((await driver.taken()) === 300n, `the card was charged ${await driver.taken()}, not 300`);
      await bank.close();
      return 'nothing was done, then once';
    },
  },
  {
    name: 'declined',
    title: 'a debit that was declined, asked again when the bank would agree',
    why: 'What was told to the shopper as refused must not be charged an hour later.',
    remedy: 'A reference keeps its answer.',
    async run(driver) {
      const bank = await driver.start(nothing);
      await driver.behave('decline');
      const debit = asked(driver, 100n);
      const first = await bank.debit(debit);
      holds(first.outcome === 'declined', `a bank that declines says ${first.outcome}`);
      await driver.behave('normal');
      const again = await bank.debit(debit);
      holds(again.outcome === 'declined', 'what was declined is approved when it is asked again');
      holds((await driver.taken()) === 0n, 'a declined debit has charged the card');
      await bank.close();
      return 'stays declined';
    },
  },
  {
    name: 'other',
    title: 'another amount under a reference that was used',
    why: 'An answer to one amount is no answer to another.',
    remedy: 'Throw; it is a mistake of ours that people must see.',
    async run(driver) {
      const bank = await driver.start(nothing);
      const debit = asked(driver, 200n);
      await bank.debit(debit);
      await throws(bank.debit({ ...debit, amount: money('CNY', 201n) }));
      holds((await driver.taken()) === 200n, `the card was charged ${await driver.taken()}, not 200`);
      await bank.close();
      return 'the first one only';
    },
  },
  {
    name: 'credit',
    title: 'a debit is given back, four times at once and after a lost answer',
    why: 'A refund that is paid twice is the house’s money.',
    remedy: 'A credit is an operation with a reference of its own.',
    async run(driver) {
      const bank = await driver.start(nothing);
      await bank.debit(asked(driver, 900n));
      const back = asked(driver, 400n);
      await driver.behave('answer-lost');
      holds(await throws(bank.credit(back)), 'an answer that was lost was answered');
      await driver.behave('normal');
      await Promise.allSettled(Array.from({ length: 4 }, () => bank.credit(back)));
      const found = await bank.query({ bank: back.bank, reference: back.reference });
      holds(found.outcome === 'approved', `the query says ${found.outcome}`);
      holds((await driver.taken()) === 500n, `the card has paid ${await driver.taken()}, not 500`);
      await bank.close();
      return 'given back once';
    },
  },
];
