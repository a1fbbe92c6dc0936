// One sandbox a data folder: a second start is told so instead of ending the first one's database. What a killed
// process leaves here is recognised and cleaned up.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/** Throws a readable error when the folder cannot be used, or another sandbox is using it. */
export async function takeFolder(folder: string): Promise<FolderLock> {
  const file = path.join(folder, 'sandbox.pid');
  try {
    await mkdir(folder, { recursive: true });
    const holder = await holderOf(file);
    if (holder !== null)
      throw new Error(
        `a sandbox (process ${holder}) is using it; stop it, or choose another folder with --data`,
      );
    await writeFile(file, `${process.pid}\n`);
  } catch (error) {
    throw new Error(`the data folder ${folder} cannot be used: ${(error as Error).message}`);
  }
  return { release: () => rm(file, { force: true }) };
}

/** The process that wrote the file, if it is still a sandbox: process ids are given out again. */
async function holderOf(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
  } catch {
    return null;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return commandLine === null || commandLine.includes('main.ts') ? pid : null;
}
