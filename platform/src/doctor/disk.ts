// Room on the disks that can be seen from here, and how large the database is.
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Check, type Finding, fail, fine, sizeText, warn } from './finding.ts';
import { readServer } from './postgres-store.ts';

const little = 2n * 1024n ** 3n;
const none = 200n * 1024n ** 2n;

export const checkDisk: Check = {
  name: 'disk',
  needsDatabase: true,
  alsoSandbox: true,
  async run({ config, database }) {
    const { size } = await readServer(database);
    const keys = config.keys.kind === 'file' ? [path.dirname(config.keys.file)] : [];
    const folders = [...new Set([tmpdir(), ...keys])];
    return [
      fine('disk.database', sizeText(size)),
      ...(await Promise.all(
        folders.map(async (folder, place) => {
          const { bavail, bsize } = await statfs(folder, { bigint: true });
          return roomFinding(place === 0 ? 'disk.temporary' : 'disk.keys', folder, bavail * bsize);
        }),
      )),
    ];
  },
};

/** Pure. */
export function roomFinding(check: string, folder: string, free: bigint): Finding {
  const found = `${sizeText(free)} free at ${folder}`;
  const todo = 'make room: a full disk stops exports, rotation of keys and the log’s files';
  return free < none
    ? fail(check, found, todo)
    : free < little
      ? warn(check, found, todo)
      : fine(check, found);
}
