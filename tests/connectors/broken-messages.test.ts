// Broken copies of the connectors that carry messages: each row of their kit has to see its own.
import { type CarrierDriver, messageRows, play } from '@tongbao/connector-conformance';
import type { MessageAnswer, SmsService } from '@tongbao/connector-interface';
import { expect, test } from 'vitest';
import { smppDriver } from './smpp-driver.ts';
import { smsHttpDriver } from './sms-http-driver.ts';
import { smtpDriver } from './smtp-driver.ts';

const accepted: MessageAnswer = { outcome: 'accepted', answer: '250' };
type Driver = () => Promise<CarrierDriver>;

/** A broken copy of the connector for mail servers: what it does instead of sending. */
const smtp =
  (change: (next: Mail['send'], mail: Parameters<Mail['send']>[0]) => ReturnType<Mail['send']>): Driver =>
  () =>
    smtpDriver((mail) => ({ send: (each) => change(mail.send, each) }));
type Mail = ReturnType<NonNullable<Parameters<typeof smtpDriver>[0]>>;

/** An answer to a former message counts for the one that waits now. */
const inOrder = (sms: SmsService): SmsService => {
  let missed = false;
  return {
    async send(each) {
      try {
        const answer = await sms.send(each);
        return missed ? accepted : answer;
      } catch (error) {
        missed = true;
        throw error;
      }
    },
  };
};

let counter = 0;
const copies: readonly [string, string, Driver][] = [
  [
    'whole',
    'knows one alphabet only',
    smtp((send, mail) => send({ ...mail, text: mail.text.replace(/[^\x20-\x7e\n]/g, '?') })),
  ],
  [
    'together',
    'answers everybody with the first answer',
    () => {
      let first: Promise<MessageAnswer> | null = null;
      return smtpDriver((mail) => ({
        send: (each) => {
          first ??= mail.send(each);
          return first;
        },
      }));
    },
  ],
  ['lost', 'takes the unknown for sent', smtp((send, mail) => send(mail).catch(() => accepted))],
  ['lost', 'names each attempt anew', smtp((send, mail) => send({ ...mail, reference: `x${++counter}` }))],
  [
    'down',
    'takes for sent what it could not send',
    smtp((send, mail) => send(mail).then((answer) => (answer.outcome === 'later' ? accepted : answer))),
  ],
  [
    'busy',
    'takes not now for never',
    smtp(async (send, mail) => {
      const answer = await send(mail);
      return answer.outcome === 'later' ? { ...answer, outcome: 'refused' } : answer;
    }),
  ],
  [
    'hang',
    'waits for ever',
    smtp((send, mail) =>
      send(mail).then((answer) =>
        answer.answer === 'EABORT' || answer.answer === 'ETIMEDOUT' ? new Promise(() => undefined) : answer,
      ),
    ),
  ],
  ['cut', 'takes half a message for a whole one', smtp((send, mail) => send(mail).catch(() => accepted))],
  [
    'refuse',
    'asks for ever',
    smtp(async (send, mail) => {
      const answer = await send(mail);
      return answer.outcome === 'refused' ? { ...answer, outcome: 'later' } : answer;
    }),
  ],
  [
    'lost',
    'gives each attempt another key',
    () => smsHttpDriver((sms) => ({ send: (each) => sms.send({ ...each, reference: `y${++counter}` }) })),
  ],
  [
    'lies',
    'reads the status alone',
    () =>
      smsHttpDriver((sms) => ({
        send: async (each) => {
          const answer = await sms.send(each);
          return answer.answer === '200 with an error' ? accepted : answer;
        },
      })),
  ],
  ['late', 'takes the next answer, whatever it answers', () => smppDriver(inOrder)],
  ['restart', 'sends twice to be sure', smtp((send, mail) => send(mail).then(() => send(mail)))],
];

test.each(copies)('the row %s sees a copy that %s', async (name, _what, open) => {
  const row = messageRows.find((each) => each.name === name)!;
  const driver = await open();
  const result = await play(row, driver);
  await driver.close();
  expect(result).toMatchObject({ name, ok: false, why: row.why, remedy: row.remedy });
});

test('there is a broken copy for every row', () => {
  expect(new Set(copies.map(([name]) => name))).toEqual(new Set(messageRows.map(({ name }) => name)));
});
