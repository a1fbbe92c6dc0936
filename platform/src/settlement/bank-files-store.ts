// SQL of the journal of bank files: what was handed to a bank as a file, and what it has left.
import type { Journal } from '@tongbao/connector-bank-files';
import { type Database, statement } from '../database/index.ts';

const findUpload = statement(
  'settlement.find-upload',
  `SELECT temporary, encode(sha256, 'hex') AS sha256, handed_over_at IS NOT NULL AS "handedOver"
   FROM settlement.bank_upload WHERE name = $1`,
);
const insertUpload = statement(
  'settlement.insert-upload',
  `INSERT INTO settlement.bank_upload (name, temporary, sha256) VALUES ($1, $2, decode($3, 'hex'))
   ON CONFLICT (name) DO NOTHING`,
);
const markUpload = statement(
  'settlement.mark-upload',
  `UPDATE settlement.bank_upload SET handed_over_at = clock_timestamp() WHERE name = $1 AND handed_over_at IS NULL`,
);
const lockFiles = statement('settlement.lock-bank-files', 'SELECT pg_advisory_xact_lock(7466736042)');
const insertFile = statement(
  'settlement.insert-bank-file',
  `INSERT INTO settlement.bank_file (name, sha256, kind, content)
   SELECT $1, decode($2, 'hex'), $3, $4
   WHERE NOT EXISTS (SELECT FROM settlement.bank_file WHERE sha256 = decode($2, 'hex')) RETURNING cursor`,
);
/** The first comes whatever its size, further ones while all of them have less than so many bytes. */
const bytesAtOnce = 32 * 1024 * 1024;
const selectAnswers = statement(
  'settlement.bank-answers',
  `SELECT cursor, kind, content AS bytes FROM (
     SELECT cursor, kind, content, sum(length(content)) OVER (ORDER BY cursor) - length(content) AS before
     FROM (SELECT cursor, kind, content FROM settlement.bank_file WHERE kind = 'pain.002' AND cursor > $1
       ORDER BY cursor LIMIT $2) f) g
   WHERE before < $3 ORDER BY cursor`,
);
const selectWaiting = statement(
  'settlement.waiting-bank-files',
  `SELECT id, name, bytes FROM (
     SELECT cursor AS id, name, content AS bytes, sum(length(content)) OVER (ORDER BY cursor) - length(content) AS before
     FROM (SELECT cursor, name, content FROM settlement.bank_file WHERE kind = 'statement' AND taken_at IS NULL
       AND cursor::text <> ALL($1::text[]) ORDER BY cursor LIMIT $2) f) g
   WHERE before < $3 ORDER BY id`,
);
const markTaken = statement(
  'settlement.take-bank-file',
  'UPDATE settlement.bank_file SET taken_at = clock_timestamp() WHERE cursor = $1 AND taken_at IS NULL',
);

export const createBankJournal = (database: Database): Journal => ({
  find: async (name) =>
    (await database.query<NonNullable<Awaited<ReturnType<Journal['find']>>>>(findUpload, [name]))[0] ?? null,
  async choose(name, { temporary, sha256 }) {
    await database.query(insertUpload, [name, temporary, sha256]);
    return (await database.query<Awaited<ReturnType<Journal['choose']>>>(findUpload, [name]))[0]!;
  },
  markHandedOver: async (name) => void (await database.query(markUpload, [name])),
  keep: ({ name, sha256, kind, bytes }) =>
    database.transaction(async (tx) => {
      await tx.query(lockFiles, []);
      return (await tx.query(insertFile, [name, sha256, kind, bytes])).length === 1;
    }),
  answers: (after, limit) => database.query(selectAnswers, [after, limit, bytesAtOnce]),
  statements: ({ except, limit }) => database.query(selectWaiting, [except, limit, bytesAtOnce]),
  markTaken: async (id) => void (await database.query(markTaken, [id])),
});
