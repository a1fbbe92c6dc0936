// SQL of CSV profiles: each change is a new version, the newest counts.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import { CsvProfile } from './csv-profile.ts';

/** The newest version of a profile, and who added it. */
export interface KeptProfile {
  readonly profile: CsvProfile;
  readonly version: number;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const listProfiles = statement(
  'reconciliation.list-profiles',
  `SELECT DISTINCT ON (name) profile, version, created_at AS "createdAt", created_by AS "createdBy"
   FROM reconciliation.csv_profile ORDER BY name, version DESC LIMIT 1000`,
);
export const readProfiles = async (connection: Connection): Promise<KeptProfile[]> =>
  (await connection.query<Omit<KeptProfile, 'profile'> & { profile: unknown }>(listProfiles)).map((row) => ({
    ...row,
    profile: CsvProfile.parse(row.profile),
  }));

const lockName = statement(
  'reconciliation.lock-profile',
  `SELECT pg_advisory_xact_lock(7466736, hashtext('csv profile ' || $1))`,
);
const insert = statement(
  'reconciliation.insert-profile',
  `INSERT INTO reconciliation.csv_profile (name, version, profile, created_at, created_by)
   SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM reconciliation.csv_profile WHERE name = $1
   RETURNING version`,
);
/** Answers the new version's number. */
export const insertProfile = async (
  tx: Transaction,
  { profile, operator, at }: { profile: CsvProfile; operator: string; at: Date },
): Promise<number> => {
  await tx.query(lockName, [profile.name]);
  const values = [profile.name, JSON.stringify(profile), at, operator];
  return (await tx.query<{ version: number }>(insert, values))[0]!.version;
};
