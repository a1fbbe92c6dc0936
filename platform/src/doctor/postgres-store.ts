// What the doctor asks PostgreSQL about itself.
import { type Connection, statement } from '../database/index.ts';

const settingsStatement = statement(
  'doctor.settings',
  `SELECT name, setting, unit FROM pg_settings WHERE name = ANY($1::text[])`,
);
/** In PostgreSQL's own units; settings that this server does not know are absent. */
export async function readServerSettings(
  connection: Connection,
  names: readonly string[],
): Promise<Map<string, { setting: string; unit: string | null }>> {
  const rows = await connection.query<{ name: string; setting: string; unit: string | null }>(
    settingsStatement,
    [names],
  );
  return new Map(rows.map(({ name, ...rest }) => [name, rest]));
}

const serverStatement = statement(
  'doctor.server',
  `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
     pg_is_in_recovery() AS recovers, pg_database_size(current_database()) AS size,
     (SELECT count(*)::int FROM pg_stat_replication) AS replicas,
     inet_server_addr() IS NULL OR host(inet_server_addr()) IN ('127.0.0.1', '::1') AS here,
     coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted`,
);
export interface ServerFacts {
  readonly version: string;
  /** 170002 for 17.2. */
  readonly number: number;
  /** A standby, that takes no changes. */
  readonly recovers: boolean;
  readonly size: bigint;
  readonly replicas: number;
  /** Reached over this machine's own sockets. */
  readonly here: boolean;
  readonly encrypted: boolean;
}
export const readServer = async (connection: Connection): Promise<ServerFacts> =>
  (await connection.query<ServerFacts>(serverStatement))[0]!;

const roleStatement = statement(
  'doctor.role',
  `SELECT current_user AS name, r.rolsuper AS super, r.rolcreaterole AS makes_roles, r.rolcreatedb AS makes_databases,
     r.rolreplication AS replicates, r.rolbypassrls AS bypasses,
     (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relowner = r.oid AND n.nspname = ANY($1::text[])) AS owned,
     (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY($1::text[]) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
        AND (NOT has_schema_privilege(n.oid, 'USAGE') OR NOT has_table_privilege(c.oid, 'SELECT'))) AS unreadable,
     has_schema_privilege('public', 'CREATE') AS makes_tables
   FROM pg_roles r WHERE r.rolname = current_user`,
);
export interface RoleFacts {
  readonly name: string;
  readonly super: boolean;
  readonly makes_roles: boolean;
  readonly makes_databases: boolean;
  readonly replicates: boolean;
  readonly bypasses: boolean;
  /** Tables of ours that it owns, and that it may not even read. */
  readonly owned: number;
  readonly unreadable: number;
  readonly makes_tables: boolean;
}
export const readServingRole = async (
  connection: Connection,
  schemas: readonly string[],
): Promise<RoleFacts> => (await connection.query<RoleFacts>(roleStatement, [schemas]))[0]!;

const ownerStatement = statement(
  'doctor.owner',
  `SELECT r.rolname AS name, r.rolsuper AS super FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
   WHERE c.oid = to_regclass('public.tongbao_migration')`,
);
/** Who owns the tables; null before the first migration. */
export const readOwner = async (connection: Connection): Promise<{ name: string; super: boolean } | null> =>
  (await connection.query<{ name: string; super: boolean }>(ownerStatement))[0] ?? null;

const clockStatement = statement('doctor.clock', 'SELECT clock_timestamp() AS now');
export const readServerClock = async (connection: Connection): Promise<Date> =>
  (await connection.query<{ now: Date }>(clockStatement))[0]!.now;

const sessionStatement = statement(
  'doctor.session',
  `SELECT pg_backend_pid() AS pid, (SELECT jsonb_object_agg(name, setting) FROM pg_settings
     WHERE name = ANY($1::text[])) AS settings`,
);
/** Which session this is, and its limits. */
export const sessionQuery = sessionStatement;

const connectionsStatement = statement(
  'doctor.connections',
  `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
     count(*) FILTER (WHERE backend_type = 'client backend')::int AS taken,
     count(*) FILTER (WHERE datname = current_database() AND application_name LIKE 'tongbao%')::int AS ours
   FROM pg_stat_activity`,
);
export const readConnections = async (
  connection: Connection,
): Promise<{ most: number; taken: number; ours: number }> =>
  (await connection.query<{ most: number; taken: number; ours: number }>(connectionsStatement))[0]!;
