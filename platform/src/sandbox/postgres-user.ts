// PostgreSQL refuses to run as root. This decides as whom it runs instead, without touching permissions that
// belong to somebody else: directly, as an unprivileged user, or inside a user namespace where root's files appear
// to belong to an unprivileged user (a clone in a folder that only root can enter).
import { spawnSync } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import path from 'node:path';

export interface RunAs {
  /** Turns a program and its arguments into what has to be spawned. */
  wrap(
    program: string,
    args: readonly string[],
  ): { command: string; args: string[]; uid?: number; gid?: number };
  /** Gives a new folder to the user that will run there. */
  adopt(folder: string): Promise<void>;
}

const direct: RunAs = {
  wrap: (program, args) => ({ command: program, args: [...args] }),
  adopt: async () => undefined,
};

/** `nobody` exists in every passwd file; initdb wants its user to have a name. */
const nobody = 65534;
const namespaced: RunAs = {
  wrap: (program, args) => ({
    command: 'unshare',
    args: ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`, program, ...args],
  }),
  adopt: async () => undefined,
};

function user(uid: number, gid: number): RunAs {
  return {
    wrap: (program, args) => ({ command: program, args: [...args], uid, gid }),
    adopt: (folder) => chown(folder, uid, gid),
  };
}

/** Decides for the given binaries and data folder. Throws a readable error when root has no way. */
export async function decideRunAs(binaries: string, dataFolder: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return direct;
  const owner = await stat(path.join(dataFolder, 'PG_VERSION')).catch(() => null);
  const reachable = (await traversable(binaries)) && (await traversable(dataFolder));
  if (reachable && owner?.uid !== 0) {
    return owner === null ? user(nobody, nobody) : user(owner.uid, owner.gid);
  }
  const probe = spawnSync('unshare', ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`, 'true']);
  if (probe.status === 0) return namespaced;
  throw new Error(
    `PostgreSQL cannot run as root, and no other user can enter ${dataFolder}. ` +
      'Run as an ordinary user, or clone into a folder that others may enter (mode o+x), or set DATABASE_URL.',
  );
}

/** Whether everybody may pass through each parent of the path. */
async function traversable(target: string): Promise<boolean> {
  for (let folder = path.dirname(path.resolve(target)); ; folder = path.dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    if (found !== null && (found.mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
