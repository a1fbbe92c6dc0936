// A directory of this machine, or one that is mounted: what is written is on the disk before it is said to be.
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Listed, Missing, type Place } from './place.ts';

export function folderPlace(): Place {
  return {
    async list(folder) {
      const entries = await missing(readdir(folder, { withFileTypes: true }));
      const files: Listed[] = [];
      for (const entry of entries.filter((each) => each.isFile())) {
        const found = await stat(path.join(folder, entry.name)).catch(() => null);
        if (found !== null) files.push({ name: entry.name, size: found.size, changed: found.mtimeMs });
      }
      return files.sort((left, right) => (left.name < right.name ? -1 : 1));
    },
    read: (file) => missing(readFile(file)),
    async write(file, bytes) {
      const handle = await missing(open(file, 'w', 0o600));
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async move(from, to) {
      await missing(rename(from, to));
      await syncFolder(path.dirname(to));
      if (path.dirname(from) !== path.dirname(to)) await syncFolder(path.dirname(from));
    },
    remove: (file) => rm(file, { force: true }),
    close: async () => {},
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function missing<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? new Missing(message, { cause: error }) : error;
  }
}
