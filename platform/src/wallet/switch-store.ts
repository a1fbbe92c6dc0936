// SQL of the operations at a card switch.
import type { Operation, OperationJournal } from '@tongbao/connector-iso8583';
import { type Database, statement } from '../database/index.ts';

const columns = `number, kind, card_token AS "cardToken", currency::text, amount, state, refusal, sent_at AS "sentAt"`;
const findOperation = statement(
  'wallet.find-switch-operation',
  `SELECT ${columns} FROM wallet.switch_operation WHERE bank = $1 AND reference = $2`,
);
const insertOperation = statement(
  'wallet.insert-switch-operation',
  `INSERT INTO wallet.switch_operation (bank, reference, kind, card_token, currency, amount)
   SELECT $1, $2, $3, $4, $5, $6
   WHERE NOT EXISTS (SELECT FROM wallet.switch_operation WHERE bank = $1 AND reference = $2)
   ON CONFLICT (bank, reference) DO NOTHING`,
);
const markSent = statement(
  'wallet.mark-switch-operation',
  `UPDATE wallet.switch_operation SET sent_at = $2 WHERE number = $1 AND sent_at IS NULL RETURNING sent_at AS "sentAt"`,
);
const numbered = statement(
  'wallet.switch-operation-numbered',
  `SELECT ${columns} FROM wallet.switch_operation WHERE number = $1`,
);
const beginReversal = statement(
  'wallet.begin-switch-reversal',
  `UPDATE wallet.switch_operation SET state = 'reversing' WHERE number = $1 AND state = 'open'`,
);
const decide = statement(
  'wallet.decide-switch-operation',
  `UPDATE wallet.switch_operation SET state = $3, refusal = $4 WHERE number = $1 AND state = $2`,
);

export function createSwitchJournal(database: Database): OperationJournal {
  const find: OperationJournal['find'] = async ({ bank, reference }) =>
    (await database.query<Operation>(findOperation, [bank, reference]))[0] ?? null;
  const standing = async (number: bigint) => (await database.query<Operation>(numbered, [number]))[0]!;
  return {
    find,
    async open({ bank, reference, kind, cardToken, currency, amount }) {
      await database.query(insertOperation, [bank, reference, kind, cardToken, currency, amount]);
      return (await find({ bank, reference }))!;
    },
    async markSent(number, at) {
      const [marked] = await database.query<{ sentAt: Date }>(markSent, [number, at]);
      if (marked !== undefined) return { ...marked, first: true };
      return { sentAt: (await standing(number)).sentAt!, first: false };
    },
    async beginReversal(number) {
      await database.query(beginReversal, [number]);
      return standing(number);
    },
    async decide({ number, from, state, refusal }) {
      await database.query(decide, [number, from, state, refusal]);
      return standing(number);
    },
  };
}
