// The first operator follows the link of setup in a browser, invites those who decide about money, and each has the rights of his
// role and no other.
import type { Page } from 'playwright-core';
import { type Browsers, giveAuthenticator, type People } from '../people.ts';
import { type Chapter, must } from '../rows.ts';
import { newPassword, type World } from '../world.ts';

export const staff = (
  world: World,
  of: { people: People; browsers: () => Promise<Browsers>; hasBrowser: boolean },
): Chapter => ({
  name: 'the people who run it',
  needs: ['from an empty PostgreSQL to a network that answers'],
  async play({ row, skip }) {
    const { people } = of;
    if (of.hasBrowser)
      await row('the first operator opens the link in Chromium, makes a passkey, and is inside', async () => {
        await joinInBrowser(people, await (await of.browsers()).open('desktop'), world.setupLink);
      });
    else {
      skip('the first operator opens the link in Chromium', 'there is no Chromium: apt-get install chromium');
      await people.join('ada', world.setupLink);
    }
    await row('the link opens nothing a second time, and setup makes no other', async () => {
      const again = await people.join('nobody', world.setupLink).catch((error: Error) => error.message);
      must(
        typeof again === 'string' && again.includes('LINK_UNUSABLE'),
        `the used link answers ${String(again)}`,
      );
      const { link } = await world.ask(['setup', '--operator', 'ada', '--name', 'Ada Lovelace'], {
        TONGBAO_OWNER_DATABASE_URL_FILE: world.ownerUrlFile,
      });
      must(link === null, 'setup makes another link though somebody is admin');
    });
    await row('an admin invites a maker, a checker and an auditor at the command line', async () => {
      for (const [username, name, role] of [
        ['mei', 'Chen Mei', 'maker'],
        ['li', 'Li Na', 'checker'],
        ['ann', 'Ann Archer', 'auditor'],
        ['max', 'Max Leaver', 'maker'],
      ] as const) {
        const { link } = await people.command(
          'ada',
          'staff',
          'add',
          '--username',
          username,
          '--name',
          name,
          '--role',
          role,
        );
        await people.join(username, link);
      }
      const { members } = await people.command('ada', 'staff', 'list');
      must(
        members.length === 5 && members.every((member: { state: string }) => member.state === 'active'),
        JSON.stringify(members),
      );
    });
    await row('each may do what the role says: an admin sees no money, a maker makes no people', async () => {
      must((await people.statusOf('ada', '/audit/export')) === 403, 'an admin reads the books');
      must((await people.statusOf('mei', '/audit/export')) === 403, 'a maker exports the books');
      must((await people.statusOf('mei', '/api/console/staff')) === 403, 'a maker sees who has access');
      const refused = await world.run(
        ['staff', 'add', '--username', 'eve', '--name', 'Eve', '--role', 'checker', '--json'],
        people.environmentOf('mei'),
      );
      must(refused.status === 3, `a maker invites somebody: ${refused.status} ${refused.stderr}`);
    });
    await row('the doctor finds nothing that fails', async () => {
      const { status, stdout } = await world.run(['doctor', '--json']);
      const { findings } = JSON.parse(stdout) as {
        findings: { check: string; verdict: string; found: string }[];
      };
      const of = (verdict: string) => findings.filter((each) => each.verdict === verdict);
      must(status === 0 && of('fail').length === 0, JSON.stringify(of('fail'), null, 1));
      return `${findings.length} rows, ${of('warn').length} warnings: ${of('warn')
        .map(({ check }) => check)
        .join(', ')}`;
    });
  },
});

async function joinInBrowser(people: People, page: Page, link: string): Promise<void> {
  await giveAuthenticator(page);
  const password = newPassword();
  await page.goto(link);
  await page.getByRole('heading', { name: /Ada Lovelace/ }).waitFor();
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password again').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Create a passkey' }).click();
  await page.getByLabel('I have kept them').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const cookies = await page.context().cookies();
  must(
    cookies.every(({ secure, httpOnly }) => httpOnly && (secure || link.startsWith('http:'))),
    'a cookie is not for TLS alone',
  );
  await people.joined('ada', password, cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
}
