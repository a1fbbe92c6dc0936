// SQL of CSV profiles: each change is a new version, the newest counts.
import { type Connection, statement } from '../database/index.ts';
import { CsvProfile } from './csv-profile.ts';

const listProfiles = statement(
  'reconciliation.list-profiles',
  `SELECT DISTINCT ON (name) profile FROM reconciliation.csv_profile ORDER BY name, version DESC LIMIT 1000`,
);
export const readProfiles = async (connection: Connection): Promise<CsvProfile[]> =>
  (await connection.query<{ profile: unknown }>(listProfiles)).map(({ profile }) =>
    CsvProfile.parse(profile),
  );

const insert = statement(
  'reconciliation.insert-profile',
  `INSERT INTO reconciliation.csv_profile (name, version, profile, created_at, created_by)
   SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM reconciliation.csv_profile WHERE name = $1
   RETURNING name, version`,
);
export const insertProfile = async (
  connection: Connection,
  { profile, operator, at }: { profile: CsvProfile; operator: string; at: Date },
): Promise<{ name: string; version: number }> => {
  const values = [profile.name, JSON.stringify(profile), at, operator];
  return (await connection.query<{ name: string; version: number }>(insert, values))[0]!;
};
