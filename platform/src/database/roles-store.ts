// The two roles of a database. One owns it and migrates; the other one serves, and has only the rights that serving needs:
// what is append-only it can read and add to, never change, remove, truncate or take the triggers off.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type pg from 'pg';
import { machineRandomness } from '../system/index.ts';

/** Where to reach one database, as each of its roles. */
export interface DatabaseUrls {
  /** As the role that serves. */
  readonly url: string;
  /** As the role that owns the tables and migrates. */
  readonly ownerUrl: string;
}

/** What the serving role may do besides reading and adding: its housekeeping removes rows of these. */
const removable = new Set([
  'customers.code_challenge',
  'customers.known_device',
  'customers.passkey',
  'customers.passkey_challenge',
  'customers.session',
  'notifications.notification',
  'onboarding.application',
  'onboarding.document',
  'payments.checkout',
  'payments.refund_queue',
  'payments.request',
  'reconciliation.seen',
  'sandbox_bank.card_offer',
  'settlement.mark',
  'settlement.unapplied_document',
  'staff.factor',
  'staff.invitation',
  'sms.message',
  'staff.known_device',
  'staff.passkey_challenge',
  'staff.recovery_code',
  'staff.session',
  'system.arrival',
  'system.quarantine',
  'system.setting',
  'system.tally',
  'wallet.payment_code',
  'wallet.unconfirmed_day',
]);

/** Append-only like every table with the trigger `system.refuse_change`: nothing changes rows of these either. */
const neverUpdated = new Set([
  'customers.event',
  'customers.identity_check',
  'onboarding.document',
  'onboarding.document_chunk',
  'payments.request',
  'payments.request_archive',
  'reconciliation.seen',
]);

/** The serving role reads these only; what they say is the owner's. */
const readOnly = new Set(['public.tongbao_migration', 'system.id_clock', 'system.sliced']);

/** Columns that stay as they were added, in tables whose other columns change. */
const fixedColumns: Readonly<Record<string, readonly string[]>> = {
  'audit_log.words': ['source', 'id', 'hash'],
  'fx.rate': ['source', 'pivot', 'currency', 'rate_date', 'rate', 'recorded_at', 'other_rate'],
  'customers.proposal': [
    ...['id', 'customer_id', 'kind', 'payment', 'day', 'effective_from', 'reason'],
    ...['proposed_by', 'proposed_at'],
  ],
  'ledger.balance': ['account_id'],
  'ledger.hold': ['id', 'account_id', 'amount', 'subject_id', 'placed_at'],
  'mail.message': ['id', 'reference', 'content_hash', 'queued_at'],
  'merchants.merchant': ['id', 'client_id', 'partner', 'created_at'],
  'payments.payment': [
    ...['id', 'merchant_id', 'currency', 'amount', 'request_id', 'created_at'],
    ...['settlement_currency', 'settlement_amount'],
  ],
  'payments.refund': [
    ...['id', 'payment_id', 'merchant_id', 'payer_id', 'request_id', 'amount', 'created_at'],
    'settlement_amount',
  ],
  'settlement.bank_file': ['cursor', 'name', 'sha256', 'kind', 'content', 'kept_at'],
  'settlement.bank_upload': ['name', 'temporary', 'sha256', 'chosen_at'],
  'onboarding.application': ['id', 'token_hash', 'created_at', 'brought_by'],
  'onboarding.proposal': [
    ...['id', 'kind', 'subject_id', 'content', 'effective_from', 'reason', 'proposed_by', 'proposed_at'],
  ],
  'settlement.batch': ['id', 'merchant_id', 'currency', 'opened_at', 'contract_version'],
  'settlement.deal': [
    // What it was made at is written when it is booked; the entry, a leaf of the log, says the same.
    ...['id', 'day', 'currency', 'bought', 'home', 'collected', 'created_at'],
  ],
  'settlement.deal_agreement': [
    ...['id', 'deal_id', 'bank_reference', 'rate', 'cost', 'value_date', 'expected_rate', 'expected_cost'],
    ...['reason', 'proposed_by', 'proposed_at'],
  ],
  'settlement.payout': ['batch_id', 'attempt', 'message_id', 'currency', 'amount', 'instructed_by_entry'],
  'settlement.reserve': ['id', 'batch_id', 'merchant_id', 'currency', 'amount', 'release_at'],
  'sms.message': ['id', 'queued_at', 'expires_at'],
  'wallet.switch_operation': [
    ...['number', 'bank', 'reference', 'kind', 'card_token', 'currency', 'amount', 'opened_at'],
  ],
  'wallet.card_transfer': ['id', 'kind', 'customer_id', 'request_id', 'account_id', 'currency', 'amount'],
};

const jobSchema = 'graphile_worker';

interface Relation {
  readonly schema: string;
  readonly name: string;
  /** r, p: tables · v: view */
  readonly kind: 'r' | 'p' | 'v';
  readonly append_only: boolean;
  readonly columns: readonly string[];
  readonly row_security: boolean;
  readonly has_policy: boolean;
}

// 16: a trigger that fires on UPDATE (pg_trigger.h). Slices of a table are left out: rights are asked of the table that a statement names, and nobody names a slice.
const relations = `
  SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relrowsecurity AS row_security,
    EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 16 <> 0
      AND t.tgfoid = 'system.refuse_change()'::regprocedure) AS append_only,
    EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = $2) AS has_policy,
    (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    AND (n.nspname = ANY($1::text[]) OR (n.nspname = 'public' AND c.relname = 'tongbao_migration'))`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function rightsOn(relation: Relation): string {
  const table = `${relation.schema}.${relation.name}`;
  if (relation.schema === jobSchema) return 'SELECT, INSERT, UPDATE, DELETE';
  if (relation.kind === 'v' || readOnly.has(table)) return 'SELECT';
  const removes = removable.has(table) ? ', DELETE' : '';
  if (relation.append_only || neverUpdated.has(table)) return `SELECT, INSERT${removes}`;
  const fixed = fixedColumns[table] ?? [];
  const changing = relation.columns.filter((column) => !fixed.includes(column));
  const update = fixed.length === 0 ? 'UPDATE' : `UPDATE (${changing.map(quoted).join(', ')})`;
  return `SELECT, INSERT, ${update}${removes}`;
}

/**
 * Gives the serving role its rights on everything in `schemas`, and takes what it had besides. In one transaction, after
 * each migration; the same again changes nothing. A new table can be read, added to and changed unless it is append-only.
 */
export async function grantRights(
  client: pg.ClientBase,
  { role, schemas }: { role: string; schemas: readonly string[] },
): Promise<void> {
  const name = quoted(role);
  const policy = `served by ${role}`;
  const all = [...schemas, jobSchema];
  const { rows } = await client.query<Relation>(relations, [all, policy]);
  const found = [...new Set(rows.map((row) => row.schema))].filter((schema) => all.includes(schema));
  const statements = [
    ...found.flatMap((schema) => [
      `GRANT USAGE ON SCHEMA ${quoted(schema)} TO ${name}`,
      `REVOKE ALL ON ALL TABLES IN SCHEMA ${quoted(schema)} FROM ${name}`,
      `REVOKE ALL ON ALL SEQUENCES IN SCHEMA ${quoted(schema)} FROM ${name}`,
      // USAGE lets a sequence go on, never back.
      `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${quoted(schema)} TO ${name}`,
      `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${quoted(schema)} TO ${name}`,
    ]),
    ...rows.map((row) => `GRANT ${rightsOn(row)} ON ${quoted(row.schema)}.${quoted(row.name)} TO ${name}`),
    // The job queue protects its tables by row: without a policy only their owner sees any.
    ...rows
      .filter((row) => row.schema === jobSchema && row.row_security && !row.has_policy)
      .map(
        (row) =>
          `CREATE POLICY ${quoted(policy)} ON ${quoted(row.schema)}.${quoted(row.name)} TO ${name} USING (true) WITH CHECK (true)`,
      ),
  ];
  await client.query('BEGIN');
  try {
    await client.query(statements.join(';\n'));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`the rights of the role ${role} could not be set: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export async function roleExists(client: pg.ClientBase, role: string): Promise<boolean> {
  return (await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])).rowCount === 1;
}

/** Makes a role that may sign in, unless there is one of that name. The server is told the password's verifier only. */
export async function makeRole(client: pg.ClientBase, role: string, password: string): Promise<void> {
  if (await roleExists(client, role)) return;
  await client
    .query(`CREATE ROLE ${quoted(role)} LOGIN PASSWORD '${scramVerifier(password)}'`)
    .catch((error: { code?: string }) => {
      // Somebody else made it meanwhile.
      if (error.code !== '42710' && error.code !== '23505') throw error;
    });
}

export async function changePassword(client: pg.ClientBase, role: string, password: string): Promise<void> {
  await client.query(`ALTER ROLE ${quoted(role)} LOGIN PASSWORD '${scramVerifier(password)}'`);
}

/**
 * A password as PostgreSQL keeps it (RFC 5803), so that it stands in no statement that a server might log.
 */
function scramVerifier(password: string): string {
  const rounds = 4096;
  const salt = machineRandomness.bytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${server}`;
}

/** Why a connection's role must not serve: it could change what is append-only. Null: it may. */
export async function excessOfRole(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ role: string; superuser: boolean; owner: boolean; changes: boolean }>(
    `SELECT current_user AS role, r.rolsuper AS superuser, pg_has_role(current_user, c.relowner, 'MEMBER') AS owner,
       has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') AS changes
     FROM pg_roles r, pg_class c WHERE r.rolname = current_user AND c.oid = 'ledger.entry'::regclass`,
  );
  const { role, superuser, owner, changes } = rows[0]!;
  if (superuser) return `the role ${role} is a superuser`;
  if (owner) return `the role ${role} owns the tables`;
  return changes ? `the role ${role} may change what is append-only` : null;
}
