// The two roles of the database: the one that serves owns nothing, and has the rights that serving needs.
import { excessOfRole, ownSchemas } from '../database/index.ts';
import { type Check, type Finding, fail, fine, warn } from './finding.ts';
import { type RoleFacts, readOwner, readServingRole } from './postgres-store.ts';

export const checkRoles: Check = {
  name: 'roles',
  needsDatabase: true,
  async run({ database }) {
    const role = await readServingRole(database, await ownSchemas());
    const owner = await readOwner(database);
    const findings = [...servingFindings(role), ownerFinding(owner, role.name)];
    if (owner === null) return findings;
    const excess = await excessOfRole(database.pool);
    return [
      ...findings,
      excess === null
        ? fine('roles.append-only', 'it can only read and add to what is append-only')
        : fail(
            'roles.append-only',
            excess,
            'run npm run migrate with TONGBAO_OWNER_DATABASE_URL: it sets the rights',
          ),
    ];
  },
};

/** Pure. */
export function servingFindings(role: RoleFacts): Finding[] {
  const powers = [
    ...(role.super ? ['is a superuser'] : []),
    ...(role.makes_roles ? ['may make roles'] : []),
    ...(role.makes_databases ? ['may make databases'] : []),
    ...(role.replicates ? ['may replicate'] : []),
    ...(role.bypasses ? ['bypasses row security'] : []),
    ...(role.makes_tables ? ['may make tables in public'] : []),
  ];
  return [
    powers.length === 0
      ? fine('roles.serving', role.name)
      : fail(
          'roles.serving',
          `${role.name} ${powers.join(', ')}`,
          'DATABASE_URL has to name a role that only serves',
        ),
    role.owned === 0
      ? fine('roles.owns-nothing', 'no table of ours')
      : fail(
          'roles.owns-nothing',
          `${role.name} owns ${role.owned} of our tables`,
          'one role owns and migrates, another one serves: docs/guides/serve.md, Two roles',
        ),
    role.unreadable === 0
      ? fine('roles.rights', 'it may read every table')
      : fail(
          'roles.rights',
          `it may not read ${role.unreadable} tables`,
          'run npm run migrate with TONGBAO_OWNER_DATABASE_URL: it gives the serving role its rights',
        ),
  ];
}

/** Pure. */
export function ownerFinding(owner: { name: string; super: boolean } | null, serving: string): Finding {
  if (owner === null)
    return fail('roles.owner', 'nobody has migrated', 'run npm run migrate with TONGBAO_OWNER_DATABASE_URL');
  if (owner.name === serving)
    return fail(
      'roles.owner',
      `${serving} serves and owns`,
      'make two roles: docs/guides/serve.md, Two roles',
    );
  return owner.super
    ? warn('roles.owner', `${owner.name} is a superuser`, 'let a role own the tables that is none')
    : fine('roles.owner', owner.name);
}
