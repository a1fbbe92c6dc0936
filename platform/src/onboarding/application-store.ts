// SQL of applications: what was said (sealed), documents in chunks, checks, test calls.
import { type Connection, statement, type Transaction } from '../database/index.ts';

export type ApplicationStatus = 'draft' | 'submitted' | 'more-wanted' | 'approved' | 'rejected';

export interface ApplicationRow {
  readonly id: bigint;
  readonly status: ApplicationStatus;
  /** Sealed. */
  readonly facts: string;
  readonly message: string;
  readonly brought_by: string | null;
  readonly merchant_id: bigint | null;
  readonly created_at: Date;
  readonly changed_at: Date;
  readonly submitted_at: Date | null;
  readonly expires_at: Date;
}
const columns = `id, status, facts, message, brought_by, merchant_id, created_at, changed_at, submitted_at, expires_at`;

const insertApplication = statement(
  'onboarding.insert-application',
  `INSERT INTO onboarding.application (id, token_hash, status, facts, brought_by, created_at, changed_at, expires_at)
   VALUES ($1, $2, 'draft', $3, $4, $5, $5, $6)`,
);
export const insertApplicationRow = (
  tx: Transaction,
  of: { id: bigint; tokenHash: Buffer; facts: string; broughtBy: string | null; at: Date; expiresAt: Date },
): Promise<unknown> =>
  tx.query(insertApplication, [of.id, of.tokenHash, of.facts, of.broughtBy, of.at, of.expiresAt]);

const byToken = statement(
  'onboarding.application-by-token',
  `SELECT ${columns} FROM onboarding.application WHERE token_hash = $1`,
);
export const selectByToken = async (
  connection: Connection,
  tokenHash: Buffer,
): Promise<ApplicationRow | undefined> => (await connection.query<ApplicationRow>(byToken, [tokenHash]))[0];

const byId = statement(
  'onboarding.application-by-id',
  `SELECT ${columns} FROM onboarding.application WHERE id = $1`,
);
export const selectApplication = async (
  connection: Connection,
  id: bigint,
): Promise<ApplicationRow | undefined> => (await connection.query<ApplicationRow>(byId, [id]))[0];

const byMerchant = statement(
  'onboarding.application-by-merchant',
  `SELECT ${columns} FROM onboarding.application WHERE merchant_id = $1`,
);
export const selectByMerchant = async (
  connection: Connection,
  merchantId: bigint,
): Promise<ApplicationRow | undefined> =>
  (await connection.query<ApplicationRow>(byMerchant, [merchantId]))[0];

const lockById = statement(
  'onboarding.lock-application',
  `SELECT ${columns} FROM onboarding.application WHERE id = $1 FOR UPDATE`,
);
export const lockApplicationRow = async (tx: Transaction, id: bigint): Promise<ApplicationRow | undefined> =>
  (await tx.query<ApplicationRow>(lockById, [id]))[0];

const page = statement(
  'onboarding.application-page',
  `SELECT ${columns} FROM onboarding.application WHERE id < $1 AND ($3::text IS NULL OR status = $3) AND status <> 'draft'
   ORDER BY id DESC LIMIT $2`,
);
/** Those that were submitted once, the newest first. */
export const readApplicationPage = (
  connection: Connection,
  of: { before: bigint; limit: number; status: ApplicationStatus | null },
): Promise<ApplicationRow[]> => connection.query<ApplicationRow>(page, [of.before, of.limit, of.status]);

const update = statement(
  'onboarding.update-application',
  `UPDATE onboarding.application SET status = $2, facts = $3, message = $4, merchant_id = $5, changed_at = $6,
     submitted_at = $7, expires_at = $8 WHERE id = $1`,
);
export const updateApplicationRow = (tx: Transaction, a: ApplicationRow): Promise<unknown> =>
  tx.query(update, [
    ...[a.id, a.status, a.facts, a.message, a.merchant_id, a.changed_at, a.submitted_at, a.expires_at],
  ]);

const firstExpiry = statement(
  'onboarding.first-application-expiry',
  `SELECT min(expires_at) AS at FROM onboarding.application WHERE status IN ('draft', 'more-wanted', 'rejected')`,
);
export const readFirstApplicationExpiry = async (connection: Connection): Promise<Date | null> =>
  (await connection.query<{ at: Date | null }>(firstExpiry))[0]!.at;
const expire = statement(
  'onboarding.expire-applications',
  `DELETE FROM onboarding.application WHERE id IN (
     SELECT id FROM onboarding.application WHERE status IN ('draft', 'more-wanted', 'rejected') AND expires_at <= $1
     ORDER BY id LIMIT 100)
   RETURNING id`,
);
/** With their documents and checks. */
export const removeExpiredApplications = async (tx: Transaction, by: Date): Promise<number> =>
  (await tx.query(expire, [by])).length;

export interface DocumentRow {
  readonly id: bigint;
  /** Sealed. */
  readonly name: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly added_at: Date;
}
const insertDocument = statement(
  'onboarding.insert-document',
  `INSERT INTO onboarding.document (id, application_id, name, media_type, bytes, sha256, added_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (application_id, sha256) DO NOTHING RETURNING id`,
);
const insertChunk = statement(
  'onboarding.insert-document-chunk',
  'INSERT INTO onboarding.document_chunk (document_id, number, content) VALUES ($1, $2, $3)',
);
/** The same bytes again change nothing. */
export async function insertDocumentRows(
  tx: Transaction,
  of: DocumentRow & { applicationId: bigint; sha256: Buffer; chunks: readonly string[] },
): Promise<void> {
  const values = [of.id, of.applicationId, of.name, of.media_type, of.bytes, of.sha256, of.added_at];
  if ((await tx.query(insertDocument, values)).length === 0) return;
  for (const [number, content] of of.chunks.entries()) await tx.query(insertChunk, [of.id, number, content]);
}
const documentsOf = statement(
  'onboarding.documents-of',
  `SELECT id, name, media_type, bytes, added_at FROM onboarding.document WHERE application_id = $1 ORDER BY id LIMIT 100`,
);
export const readDocuments = (connection: Connection, applicationId: bigint): Promise<DocumentRow[]> =>
  connection.query<DocumentRow>(documentsOf, [applicationId]);
const chunksOf = statement(
  'onboarding.document-chunks',
  `SELECT c.content FROM onboarding.document_chunk c JOIN onboarding.document d ON d.id = c.document_id
   WHERE d.id = $1 AND d.application_id = $2 ORDER BY c.number`,
);
export const readChunks = async (
  connection: Connection,
  of: { id: bigint; applicationId: bigint },
): Promise<string[]> =>
  (await connection.query<{ content: string }>(chunksOf, [of.id, of.applicationId])).map(
    (row) => row.content,
  );
const removeDocument = statement(
  'onboarding.remove-document',
  'DELETE FROM onboarding.document WHERE id = $1 AND application_id = $2',
);
export const removeDocumentRow = (
  tx: Transaction,
  of: { id: bigint; applicationId: bigint },
): Promise<unknown> => tx.query(removeDocument, [of.id, of.applicationId]);

export interface CheckRow {
  readonly name: string;
  readonly result: 'waiting' | 'passed' | 'failed' | 'by-hand';
  readonly detail: string;
  readonly attempts: number;
  readonly next_at: Date | null;
  readonly checked_at: Date;
  readonly said_by: string | null;
}
const upsertCheck = statement(
  'onboarding.upsert-check',
  `INSERT INTO onboarding.application_check (application_id, name, result, detail, attempts, next_at, checked_at, said_by)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
   ON CONFLICT (application_id, name) DO UPDATE SET result = excluded.result, detail = excluded.detail,
     attempts = excluded.attempts, next_at = excluded.next_at, checked_at = excluded.checked_at, said_by = excluded.said_by`,
);
export const upsertCheckRow = (tx: Transaction, applicationId: bigint, c: CheckRow): Promise<unknown> =>
  tx.query(upsertCheck, [
    ...[applicationId, c.name, c.result, c.detail, c.attempts, c.next_at, c.checked_at, c.said_by],
  ]);
const checksOf = statement(
  'onboarding.checks-of',
  `SELECT name, result, detail, attempts, next_at, checked_at, said_by FROM onboarding.application_check
   WHERE application_id = $1 ORDER BY name`,
);
export const readChecks = (connection: Connection, applicationId: bigint): Promise<CheckRow[]> =>
  connection.query<CheckRow>(checksOf, [applicationId]);
const nextCheck = statement(
  'onboarding.next-check',
  `SELECT min(next_at) AS at FROM onboarding.application_check WHERE application_id::text <> ALL($1::text[])`,
);
export const readNextCheck = async (
  connection: Connection,
  except: readonly string[],
): Promise<Date | null> => (await connection.query<{ at: Date | null }>(nextCheck, [except]))[0]!.at;
const dueChecks = statement(
  'onboarding.due-checks',
  `SELECT DISTINCT application_id FROM onboarding.application_check
   WHERE next_at <= $1 AND application_id::text <> ALL($2::text[]) ORDER BY application_id LIMIT 20`,
);
export const readDueChecks = async (
  connection: Connection,
  of: { by: Date; except: readonly string[] },
): Promise<bigint[]> =>
  (await connection.query<{ application_id: bigint }>(dueChecks, [of.by, of.except])).map(
    (row) => row.application_id,
  );

export interface TestCallRow {
  readonly passed_at: Date | null;
  readonly failed_at: Date | null;
  readonly finding: string;
}
const passCall = statement(
  'onboarding.pass-test-call',
  `INSERT INTO onboarding.test_call (merchant_id, passed_at) VALUES ($1, $2)
   ON CONFLICT (merchant_id) DO UPDATE SET passed_at = excluded.passed_at, finding = ''`,
);
const failCall = statement(
  'onboarding.fail-test-call',
  `INSERT INTO onboarding.test_call (merchant_id, failed_at, finding) VALUES ($1, $2, $3)
   ON CONFLICT (merchant_id) DO UPDATE SET failed_at = excluded.failed_at, finding = excluded.finding`,
);
/** `finding` null: it was right. */
export const keepTestCall = (
  connection: Connection,
  of: { merchantId: bigint; at: Date; finding: string | null },
): Promise<unknown> =>
  of.finding === null
    ? connection.query(passCall, [of.merchantId, of.at])
    : connection.query(failCall, [of.merchantId, of.at, of.finding]);
const forgetCalls = statement(
  'onboarding.forget-test-calls',
  `UPDATE onboarding.test_call SET passed_at = NULL, finding = 'another key was sent: call again' WHERE merchant_id = $1`,
);
/** What was right under a former key says nothing of the next one. */
export const forgetTestCalls = (tx: Transaction, merchantId: bigint): Promise<unknown> =>
  tx.query(forgetCalls, [merchantId]);
const testCallOf = statement(
  'onboarding.test-call-of',
  'SELECT passed_at, failed_at, finding FROM onboarding.test_call WHERE merchant_id = $1',
);
export const selectTestCall = async (
  connection: Connection,
  merchantId: bigint,
): Promise<TestCallRow | undefined> => (await connection.query<TestCallRow>(testCallOf, [merchantId]))[0];
