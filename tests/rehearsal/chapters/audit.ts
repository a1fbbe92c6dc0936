// What an auditor takes home: the books in a file, checked in another folder by the program that shares nothing with the server;
// a changed figure is found.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandsOfFirstDay } from '../guide.ts';
import type { People } from '../people.ts';
import { type Chapter, must } from '../rows.ts';
import type { World } from '../world.ts';

const run = promisify(execFile);

export const audit = (world: World, { people }: { people: People }): Chapter => ({
  name: 'the books, taken home',
  needs: ['the people who run it'],
  async play({ row }) {
    const file = path.join(await world.folderOfUser('export'), 'books.ndjson');
    await row('every proof holds, every act stands in the trail, nothing waits for a person', async () => {
      const { proofs } = await people.ask('ann', 'GET', '/api/console/proofs');
      const broken = proofs.filter((proof: { ok: boolean }) => !proof.ok);
      must(proofs.length > 15 && broken.length === 0, JSON.stringify(broken));
      const { acts } = await people.command('ann', 'trail', 'list', '--limit', '200');
      const done = new Set(acts.map(({ act }: { act: string }) => act));
      for (const act of ['staff.invite', 'staff.join', 'proposal.approve'])
        must(done.has(act), `${act} is not in the trail: ${[...done].join(', ')}`);
      const { items } = await people.command('ann', 'waiting', 'list');
      must(items.length === 0, `something waits for a person: ${JSON.stringify(items)}`);
      return `${proofs.length} proofs, ${acts.length} acts`;
    });
    await row('an auditor exports the books, and the file is never written over', async () => {
      const { lines, sha256 } = await people.command('ann', 'export', '--file', file);
      const hash = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      must(hash === sha256, 'its hash is another one');
      const again = await world.run(['export', '--file', file, '--json'], people.environmentOf('ann'));
      must(again.status === 4, 'it is written over');
      return `${lines} lines`;
    });
    await row(
      'the verifier, in another folder and without the server, says that they are right',
      async () => {
        const { stdout } = await verify(world, file);
        must(/The books are right/.test(stdout), stdout.slice(-600));
      },
    );
    await row('one figure is changed, and the verifier sees it', async () => {
      const changed = world.at('changed.ndjson');
      await writeFile(changed, forged(await readFile(file, 'utf8')));
      const passes = await verify(world, changed).then(
        () => true,
        () => false,
      );
      must(!passes, 'changed books pass');
    });
    await row('every command of the guide’s first day was run here', async () => {
      const guide = [...new Set(commandsOfFirstDay())];
      const left = guide.filter(
        (command) => !world.commands.some((ran) => `${ran} `.startsWith(`${command} `)),
      );
      must(left.length === 0, `not run: ${left.join(', ')}`);
      return `${guide.length} commands`;
    });
  },
});

/** One digit of one amount of the last entry is another one. */
function forged(text: string): string {
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => /"(postings|amounts)":\[.*\d{3}/.test(line));
  must(at !== -1, 'there is no entry in the books');
  lines[at] = lines[at]!.replace(
    /("(?:postings|amounts)":\[.*?\d{2})(\d)/,
    (_, before: string, digit: string) => {
      return `${before}${(Number(digit) + 1) % 10}`;
    },
  );
  return lines.join('\n');
}

/** `npm run verify` in a folder that has the verifier's own files alone. */
async function verify(world: World, file: string): Promise<{ stdout: string }> {
  const folder = world.at('auditor');
  world.commands.push(`verify ${file}`);
  await mkdir(path.join(folder, 'node_modules/@tongbao'), { recursive: true });
  const { folder: release, node } = world.release!;
  for (const name of ['package.json', 'money', 'platform/src/audit', 'platform/package.json'])
    await cp(path.join(release, name), path.join(folder, name), { recursive: true, force: true });
  await symlink('../../money', path.join(folder, 'node_modules/@tongbao/money')).catch(() => undefined);
  return run(node, ['platform/src/audit/verify.ts', file], { cwd: folder, env: { PATH: '/usr/bin:/bin' } });
}
