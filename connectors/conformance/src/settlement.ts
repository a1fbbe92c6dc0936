// The kit for settlement banks: a message reaches the bank once, whole, whatever dies; an answer reaches us once, in order.
import type { BankDocument, SettlementBank } from '@tongbao/connector-interface';
import { failing, nothing, type Step, steps } from './failing.ts';
import { holds, type Row, throws } from './row.ts';

export interface Message {
  readonly messageId: string;
  readonly xml: string;
}

export interface Answer {
  readonly messageId: string;
  readonly endToEndId: string;
  readonly paid: boolean;
}

export type StartedBank = SettlementBank & { close(): Promise<void> };

/** The connector and the bank behind it, in a world of their own for each row. */
export interface SettlementDriver {
  /**
   * Starts the connector as a new process does, over what it keeps. `step` is called before and after each thing that
   * it does outside of itself, and waited for; where it throws, the network or the process has failed there.
   */
  start(step: Step): Promise<StartedBank>;
  /** The bank takes what it was handed since the last time: whole messages, as banks see them. */
  collect(): Promise<readonly Message[]>;
  /** The bank decides a transfer that it has collected. */
  answer(answer: Answer): Promise<void>;
  /** Time passes until it is worth looking for answers again. */
  pass(): Promise<void>;
  /** The bank sends the answer that it sent last once more; absent where it cannot. */
  repeat?(): Promise<void>;
  /** The bank contradicts itself; absent where it cannot. */
  readonly contradicts: boolean;
  /** The bank begins to write an answer, and finishes later; absent where answers come whole. */
  begin?(answer: Answer): Promise<{ finish(): Promise<void> }>;
  close(): Promise<void>;
}

let counter = 0;

/** A pain.001.001.03 with one transfer of EUR 12.34. */
function newMessage(amount = '12.34'): Message & { endToEndId: string } {
  const number = ++counter;
  const messageId = `TB${700_000 + number}`;
  const endToEndId = `${800_000 + number}-1`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn><GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>2014-05-01T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>${amount}</CtrlSum><InitgPty><Nm>Conformance</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>${messageId}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>2014-05-01</ReqdExctnDt><Dbtr><Nm>Conformance</Nm></Dbtr><DbtrAcct><Id><Othr><Id>9000EUR0001</Id></Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><BIC>TBSBHKHH</BIC></FinInstnId></DbtrAgt><CdtTrfTxInf><PmtId><EndToEndId>${endToEndId}</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">${amount}</InstdAmt></Amt><CdtrAgt><FinInstnId><BIC>TBSBHKHH</BIC></FinInstnId></CdtrAgt><Cdtr><Nm>Ein Händler</Nm></Cdtr><CdtrAcct><Id><Othr><Id>1234567890</Id></Othr></Id></CdtrAcct></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>
`;
  return { messageId, endToEndId, xml };
}

/** Everything that the bank has ever collected, and whether a message is in it once and whole. */
class Bank {
  readonly #driver: SettlementDriver;
  readonly #all: Message[] = [];
  constructor(driver: SettlementDriver) {
    this.#driver = driver;
  }
  async has(message: Message): Promise<number> {
    this.#all.push(...(await this.#driver.collect()));
    const found = this.#all.filter(({ messageId }) => messageId === message.messageId);
    for (const { xml } of found)
      holds(xml === message.xml, `the bank got ${message.messageId} with other bytes than were submitted`);
    return found.length;
  }
  async hasOnce(message: Message, when: string): Promise<void> {
    const times = await this.has(message);
    holds(times === 1, `${when}: the bank got ${message.messageId} ${times} times`);
  }
}

/** Submits with a failure at each step in turn; afterwards the bank has the message once. Answers how many steps. */
async function atEachStep(
  driver: SettlementDriver,
  how: { dies: boolean; collects: boolean },
): Promise<number> {
  const bank = new Bank(driver);
  for (let at = 1; at <= steps; at++) {
    const message = newMessage();
    const failure = failing(at, how.dies);
    const first = await driver.start(failure.step);
    const failed = await throws(first.submit(message));
    const reached = failure.hit();
    const where = `failed at step ${at}`;
    // Not even one that seems to have failed may be there twice, and none in part.
    if (how.collects) holds((await bank.has(message)) <= 1, `${where}: the bank has it more than once`);
    const second = how.dies ? await driver.start(nothing) : first;
    if (how.dies) await first.close().catch(nothing);
    await second.submit(message);
    await bank.hasOnce(message, where);
    await second.submit(message);
    await bank.hasOnce(message, `${where}, and submitted once more`);
    await second.close();
    if (!reached) {
      holds(!failed, 'submitting failed though nothing did');
      holds(at > 1, 'the driver never calls `step`');
      return at - 1;
    }
  }
  throw new Error(`submitting takes more than ${steps} steps`);
}

/** All documents after a cursor, in the order told, asked for in pages. */
async function documentsAfter(bank: SettlementBank, after: bigint): Promise<BankDocument[]> {
  const all: BankDocument[] = [];
  for (let page = 0; page < steps; page++) {
    const found = await bank.documents(all.at(-1)?.cursor ?? after, 2);
    for (const document of found) {
      holds(document.cursor > (all.at(-1)?.cursor ?? after), 'cursors do not rise');
      all.push(document);
    }
    if (found.length === 0) return all;
  }
  throw new Error('documents never end');
}

const answersIn = (documents: readonly BankDocument[], endToEndId: string): BankDocument[] =>
  documents.filter(({ kind, xml }) => kind === 'pain.002' && xml.includes(endToEndId));

/** Messages that the bank has, and an instance to ask. */
async function submitted(driver: SettlementDriver, count: number) {
  const bank = await driver.start(nothing);
  const messages = Array.from({ length: count }, () => newMessage());
  for (const message of messages) await bank.submit(message);
  await driver.collect();
  return { bank, messages };
}

export const settlementRows: readonly Row<SettlementDriver>[] = [
  {
    name: 'once',
    title: 'ten messages, each submitted once',
    why: 'What is not handed over is not paid, and what arrives changed is refused or worse.',
    remedy: 'Hand the bytes over as they are, under the message id.',
    async run(driver) {
      const bank = await driver.start(nothing);
      const seen = new Bank(driver);
      const messages = Array.from({ length: 10 }, () => newMessage());
      for (const message of messages) await bank.submit(message);
      for (const message of messages) await seen.hasOnce(message, 'submitted once');
      await bank.close();
      return '10 messages, once each';
    },
  },
  {
    name: 'again',
    title: 'the same message again, before and after the bank has taken it',
    why: 'Settlement submits again whenever it does not know: a second order would pay the merchant twice.',
    remedy: 'Remember what was handed over, also when the bank has taken it away.',
    async run(driver) {
      const bank = await driver.start(nothing);
      const seen = new Bank(driver);
      const message = newMessage();
      for (let time = 0; time < 3; time++) await bank.submit(message);
      await seen.hasOnce(message, 'submitted three times');
      await bank.submit(message);
      await seen.hasOnce(message, 'submitted after the bank took it');
      await bank.close();
      const other = await driver.start(nothing);
      await other.submit(message);
      await seen.hasOnce(message, 'submitted by a new process');
      await other.close();
      return 'once, however often';
    },
  },
  {
    name: 'together',
    title: 'two processes submit the same messages at the same time',
    why: 'Two machines may serve one database, and a process that was thought dead may wake up.',
    remedy:
      'Let the journal decide whose upload counts, by a unique key, before anything is in the bank’s sight.',
    async run(driver) {
      const seen = new Bank(driver);
      const two = await driver.start(nothing);
      let at = 0;
      for (let reached = true; reached; ) {
        at += 1;
        holds(at <= steps, `submitting takes more than ${steps} steps`);
        const message = newMessage();
        let count = 0;
        // At its step of this number the other process does all of it, and the bank takes what there is.
        const one = await driver.start(async () => {
          if (++count !== at) return;
          await two.submit(message);
          await seen.has(message);
        });
        await throws(one.submit(message));
        reached = count >= at;
        await one.submit(message);
        await seen.hasOnce(message, `another process came in at step ${at}`);
        await one.close();
      }
      const third = await driver.start(nothing);
      for (let round = 0; round < 10; round++) {
        const message = newMessage();
        await Promise.allSettled([third.submit(message), two.submit(message), third.submit(message)]);
        await two.submit(message);
        await seen.hasOnce(message, 'two processes at once');
      }
      await two.close();
      await third.close();
      return `the other process came in at each of ${at - 1} steps, once each`;
    },
  },
  {
    name: 'dies',
    title: 'the process dies at each step of submitting; a new one submits again',
    why: 'Between the bank’s folder and our memory of it there is always a moment in which a process can die.',
    remedy:
      'Record which upload counts before it is moved to the bank’s sight in one step; after a crash, ask whether it was.',
    run: async (driver) =>
      `died at each of ${await atEachStep(driver, { dies: true, collects: false })} steps, once each`,
  },
  {
    name: 'taken',
    title: 'the process dies at each step, and the bank takes what there is before the next one begins',
    why: 'That a file is not there says nothing when the bank takes files away.',
    remedy: 'Ask for what only you remove (the upload), never for what the bank removes (the file).',
    run: async (driver) =>
      `died at each of ${await atEachStep(driver, { dies: true, collects: true })} steps, once each`,
  },
  {
    name: 'cut',
    title: 'the connection fails at each step of submitting, and the same process goes on',
    why: 'An answer that was lost on the way looks like a failure, and is none.',
    remedy: 'Throw where it is not known, do nothing twice, and give up a connection that has failed.',
    run: async (driver) =>
      `cut at each of ${await atEachStep(driver, { dies: false, collects: true })} steps, once each`,
  },
  {
    name: 'other',
    title: 'another content under an id that was used',
    why: 'An id says that it is the same order. Two contents under one id are a mistake that must be seen.',
    remedy: 'Keep a hash with the id, and throw where it differs.',
    async run(driver) {
      const bank = await driver.start(nothing);
      const seen = new Bank(driver);
      const message = newMessage();
      await bank.submit(message);
      await throws(bank.submit({ ...message, xml: message.xml.replaceAll('12.34', '99.34') }));
      await seen.hasOnce(message, 'submitted with another amount');
      await bank.close();
      return 'the bank knows the first one only';
    },
  },
  {
    name: 'late',
    title: 'answers come days later, to another process',
    why: 'A transfer may be decided tomorrow, and the process that asked is gone by then.',
    remedy: 'Keep nothing of what is expected in memory.',
    async run(driver) {
      const { bank, messages } = await submitted(driver, 3);
      holds((await documentsAfter(bank, 0n)).length === 0, 'there are answers before the bank has given any');
      await bank.close();
      const other = await driver.start(nothing);
      for (const { messageId, endToEndId } of messages)
        await driver.answer({ messageId, endToEndId, paid: true });
      await driver.pass();
      const told = await documentsAfter(other, 0n);
      for (const { endToEndId } of messages)
        holds(answersIn(told, endToEndId).length === 1, `the answer to ${endToEndId} is not told once`);
      await other.close();
      return '3 answers, once each';
    },
  },
  {
    name: 'cursors',
    title: 'the same cursor again, a later one, a new process',
    why: 'Settlement goes on after the last cursor that it has stored. What appears below it is never read.',
    remedy: 'Number documents under a lock that lasts until the commit, and keep the numbers.',
    async run(driver) {
      const { bank, messages } = await submitted(driver, 4);
      const tell = async ({ messageId, endToEndId }: (typeof messages)[number], paid: boolean) => {
        await driver.answer({ messageId, endToEndId, paid });
        await driver.pass();
      };
      await tell(messages[0]!, true);
      await tell(messages[1]!, false);
      const first = await documentsAfter(bank, 0n);
      holds(first.length >= 2, 'an answer is missing');
      await tell(messages[2]!, true);
      const other = await driver.start(nothing);
      await tell(messages[3]!, true);
      const all = await documentsAfter(other, 0n);
      const same = first.every(({ cursor, xml }, at) => all[at]?.cursor === cursor && all[at]?.xml === xml);
      holds(same, 'what was told under a cursor is told differently later');
      const later = await documentsAfter(bank, first.at(-1)!.cursor);
      holds(later.length === all.length - first.length, 'after a cursor there is more or less than is new');
      for (const { endToEndId } of messages)
        holds(answersIn(all, endToEndId).length === 1, `the answer to ${endToEndId} is not told once`);
      await bank.close();
      await other.close();
      return `${all.length} documents, in one order`;
    },
  },
  {
    name: 'doubled',
    title: 'the bank sends an answer twice',
    why: 'Banks send files again after a failure of their own.',
    remedy: 'Know a file by its content, not by its name.',
    async run(driver) {
      if (driver.repeat === undefined) return null;
      const { bank, messages } = await submitted(driver, 1);
      const [{ messageId, endToEndId }] = messages as [(typeof messages)[number]];
      await driver.answer({ messageId, endToEndId, paid: true });
      await driver.pass();
      const first = await documentsAfter(bank, 0n);
      await driver.repeat();
      await driver.pass();
      const all = await documentsAfter(bank, 0n);
      holds(answersIn(first, endToEndId).length === 1, 'the answer is not told');
      holds(all.length === first.length, 'the same answer is told twice');
      await bank.close();
      return 'told once';
    },
  },
  {
    name: 'contradictory',
    title: 'the bank says paid, and then rejected',
    why: 'Settlement decides by the first and shows the second to people. One that is not told is not seen.',
    remedy: 'Tell both, in the order in which they came.',
    async run(driver) {
      if (!driver.contradicts) return null;
      const { bank, messages } = await submitted(driver, 1);
      const [{ messageId, endToEndId }] = messages as [(typeof messages)[number]];
      for (const paid of [true, false]) {
        await driver.answer({ messageId, endToEndId, paid });
        await driver.pass();
      }
      const told = answersIn(await documentsAfter(bank, 0n), endToEndId);
      holds(told.length === 2, `${told.length} of the two answers are told`);
      holds(/ACSC|ACCC/.test(told[0]!.xml) && /RJCT/.test(told[1]!.xml), 'they are told in another order');
      await bank.close();
      return 'both, in their order';
    },
  },
  {
    name: 'half',
    title: 'the bank is still writing an answer',
    why: 'Many banks write a file under its final name: half of it decides nothing, and the rest would be lost.',
    remedy: 'Look whether the form is complete; leave what is not where it is.',
    async run(driver) {
      if (driver.begin === undefined) return null;
      const { bank, messages } = await submitted(driver, 1);
      const [{ messageId, endToEndId }] = messages as [(typeof messages)[number]];
      const writing = await driver.begin({ messageId, endToEndId, paid: true });
      await driver.pass();
      holds((await documentsAfter(bank, 0n)).length === 0, 'half of an answer is told');
      await driver.pass();
      holds((await documentsAfter(bank, 0n)).length === 0, 'half of an answer is told after a while');
      await writing.finish();
      await driver.pass();
      const told = answersIn(await documentsAfter(bank, 0n), endToEndId);
      holds(told.length === 1, 'the answer is not told when it is whole');
      await bank.close();
      return 'told when it was whole';
    },
  },
  {
    name: 'fetching',
    title: 'the process dies at each step of fetching answers',
    why: 'A file that was put away before it was kept is lost; one that was kept and not put away comes again.',
    remedy: 'Keep first, put away then, and know what was kept.',
    async run(driver) {
      for (let at = 1; at <= steps; at++) {
        const { bank, messages } = await submitted(driver, 1);
        const before = (await documentsAfter(bank, 0n)).at(-1)?.cursor ?? 0n;
        await bank.close();
        const [{ messageId, endToEndId }] = messages as [(typeof messages)[number]];
        await driver.answer({ messageId, endToEndId, paid: true });
        await driver.pass();
        const failure = failing(at, true);
        const first = await driver.start(failure.step);
        await throws(documentsAfter(first, before));
        const reached = failure.hit();
        await first.close().catch(nothing);
        await driver.pass();
        const second = await driver.start(nothing);
        const told = answersIn(await documentsAfter(second, before), endToEndId);
        holds(told.length === 1, `died at step ${at} of fetching: the answer is told ${told.length} times`);
        await second.close();
        if (!reached) return `died at each of ${at - 1} steps, told once each`;
      }
      throw new Error(`fetching takes more than ${steps} steps`);
    },
  },
];
