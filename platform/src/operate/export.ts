// `tongbao export`: the books, as `npm run verify` reads them, to a file of one's own.
import { createHash } from 'node:crypto';
import { access, link, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { exportLines } from '../audit/index.ts';
import type { Platform } from '../platform.ts';
import { act, CommandRefused, type Common, operatorCommand } from './run.ts';

interface ExportOptions extends Common {
  readonly file: string;
}

const auditors = { method: 'GET', roles: ['auditor'] } as const;
/** Lines are gathered to pieces of this size: memory does not grow with the books. */
const pieceBytes = 1 << 20;
const saidEvery = 100_000;

export function addExportCommand(program: Command): void {
  operatorCommand(program.command('export'))
    .description('writes the books to a file, as `npm run verify -- FILE` checks them: all of it, or no file')
    .requiredOption('--file <file>', 'a file that is not there yet')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- export --file /srv/audit/$(date +%F).ndjson --as ann\n  $ npm run verify -- /srv/audit/2026-11-30.ndjson --checkpoint kept --vkey vkey      # on another machine',
    )
    .action(exportBooks);
}

async function exportBooks(options: ExportOptions): Promise<void> {
  const file = path.resolve(options.file);
  await assertFree(file);
  const say = (lines: number) => {
    if (options.json !== true && lines % saidEvery === 0) process.stderr.write(`${lines} lines …\n`);
  };
  await act(
    { options, right: auditors },
    async ({ platform, member }) => {
      const object = `file/${path.basename(file)}`.slice(0, 200);
      await platform.staff.act(
        { memberId: member.id, act: 'books.export', object, detail: '' },
        async () => undefined,
      );
      return { file, ...(await writeWhole(platform, file, say)) };
    },
    ({ lines, bytes, sha256 }) => [`${file}: ${lines} lines, ${bytes} bytes`, `SHA-256 ${sha256}`],
  );
}

async function assertFree(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CommandRefused(4, `${file} is there already: it is never written over`);
}

/** Under another name until it is whole and on the disk. */
async function writeWhole(platform: Platform, file: string, say: (lines: number) => void) {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CommandRefused(
      4,
      error.code === 'EEXIST'
        ? `${partial} is there: another export is under way, or was cut off; remove it if none is`
        : `the file cannot be written: ${error.message}`,
    );
  });
  const digest = createHash('sha256');
  let [lines, bytes, size] = [0, 0, 0];
  let piece: string[] = [];
  const flush = async () => {
    const block = Buffer.from(piece.join(''));
    digest.update(block);
    await handle.writeFile(block);
    bytes += block.length;
    [piece, size] = [[], 0];
  };
  try {
    await platform.auditLog.sealAll();
    await exportLines({ database: platform.database, exportedAt: platform.clock.now() }, async (line) => {
      piece.push(line, '\n');
      size += line.length;
      lines += 1;
      say(lines);
      if (size >= pieceBytes) await flush();
    });
    await flush();
    await handle.sync();
    // Not a move: that would write over what somebody has put there meanwhile.
    await link(partial, file);
    return { lines, bytes, sha256: digest.digest('hex') };
  } finally {
    await handle.close();
    await rm(partial, { force: true });
  }
}
