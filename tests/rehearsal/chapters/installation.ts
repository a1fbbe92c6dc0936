// The first hour: the release is built, an empty PostgreSQL with two roles becomes this release's database, the processes serve
// behind a proxy with TLS, and nothing of the sandbox answers.
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import tls from 'node:tls';
import pg from 'pg';
import { startScratchPostgres } from '../../../platform/src/sandbox/scratch-postgres.ts';
import { until } from '../../../platform/src/testing/until.ts';
import { eurofxref } from '../../eurofxref.ts';
import { readImage } from '../../packaging/dockerfile.ts';
import { root } from '../../packaging/settings.ts';
import { freePort } from '../../start-sandbox.ts';
import { lookAtRelease, releaseOfCheckout, releaseOfImage, userOf } from '../release.ts';
import { type Chapter, must } from '../rows.ts';
import type { World } from '../world.ts';

export const caddy = ['/usr/bin/caddy', '/usr/local/bin/caddy'].find((file) => existsSync(file));

/** The release is being built while the counterparts start. */
export function installation(world: World, of: { fromImage: boolean }): Chapter {
  const building = of.fromImage ? releaseOfImage(world.at('image')) : Promise.resolve(releaseOfCheckout());
  building.catch(() => undefined);
  world.user = of.fromImage ? userOf(readImage()) : undefined;
  return {
    name: 'from an empty PostgreSQL to a network that answers',
    needs: [],
    async play({ row, skip }) {
      await row('the release is built as its Dockerfile says, and is closed to writing', async () => {
        world.release = await building;
        return of.fromImage ? lookAtRelease(world.release) : 'not built: the checkout itself';
      });
      await row('an empty PostgreSQL has a role that owns and a role that serves', () => makeDatabase(world));
      await row('setup makes the keys and the schema, and a link for the first operator', async () => {
        await world.folderOfUser('etc');
        world.settings.TONGBAO_KEY_FILE = world.at('etc', 'keys.json');
        await setUp(world);
      });
      if (caddy === undefined)
        skip('a proxy with TLS stands in front', 'there is no caddy: apt-get install caddy');
      else
        await row('a proxy with TLS stands in front, by the Caddyfile of the packaging', () =>
          putProxy(world, caddy!),
        );
      await row('two HTTP processes serve, as a role that cannot change what is kept', () => serve(world));
      await row('its first page says what it is; nothing of the sandbox is there', () => lookAround(world));
    },
  };
}

async function makeDatabase(world: World): Promise<string> {
  const server = await startScratchPostgres('tongbao-rehearsal-pg', {
    shared_buffers: '256MB',
    max_connections: '100',
  });
  world.atEnd(() => server.stop());
  const client = new pg.Client({ connectionString: `${server.url}/postgres` });
  await client.connect();
  const passwords = { owner: randomBytes(18).toString('hex'), server: randomBytes(18).toString('hex') };
  try {
    // As docs/guides/operate.md has them.
    await client.query(`CREATE ROLE tongbao_owner LOGIN PASSWORD '${passwords.owner}'`);
    await client.query(`CREATE ROLE tongbao_server LOGIN PASSWORD '${passwords.server}'`);
    await client.query('CREATE DATABASE tongbao OWNER tongbao_owner');
    const { rows } = await client.query<{ rolsuper: boolean }>(
      `SELECT rolsuper FROM pg_roles WHERE rolname IN ('tongbao_owner', 'tongbao_server')`,
    );
    must(
      rows.length === 2 && rows.every(({ rolsuper }) => !rolsuper),
      'the roles are not two, or one is a superuser',
    );
    const { rows: versions } = await client.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    const address = (role: 'owner' | 'server') =>
      `postgres://tongbao_${role}:${passwords[role]}@127.0.0.1:${new URL(server.url).port}/tongbao`;
    world.settings.DATABASE_URL_FILE = await world.secretFile('database-url', `${address('server')}\n`);
    world.ownerUrlFile = await world.secretFile('owner-database-url', `${address('owner')}\n`);
    return `PostgreSQL ${versions[0]!.version}`;
  } finally {
    await client.end();
  }
}

async function setUp(world: World): Promise<void> {
  const [port, proxyPort] = [(await freePort())!, (await freePort())!];
  world.port = port;
  // Without a proxy the browser comes in by itself: WebAuthn takes localhost without TLS too.
  world.publicUrl = caddy === undefined ? `http://localhost:${port}` : `https://localhost:${proxyPort}`;
  const rates = world.at('rates.xml');
  await writeFile(rates, eurofxref(new Date()));
  await chmod(rates, 0o644);
  Object.assign(world.settings, {
    TONGBAO_PUBLIC_URL: world.publicUrl,
    TONGBAO_ECB_RATES: rates,
    TONGBAO_TRUSTED_PROXIES: '127.0.0.1',
    TONGBAO_PROXY_HOPS: '1',
    TONGBAO_NOTIFY_LOOPBACK: 'allow',
  });
  const { link, steps } = await world.ask(['setup', '--operator', 'ada', '--name', 'Ada Lovelace'], {
    TONGBAO_OWNER_DATABASE_URL_FILE: world.ownerUrlFile,
  });
  must(
    steps.length === 3 && steps.every(({ ok }: { ok: boolean }) => ok),
    `setup says: ${JSON.stringify(steps)}`,
  );
  must(link.startsWith(`${world.publicUrl}/console#/join/`), 'the link leads elsewhere');
  world.setupLink = link;
  const { mode } = await stat(world.settings.TONGBAO_KEY_FILE!);
  must((mode & 0o777) === 0o600, `the key file may be read by others: ${mode.toString(8)}`);
}

async function serve(world: World): Promise<void> {
  const args = ['serve', '--host', '127.0.0.1', '--port', `${world.port}`, '--processes', '2'];
  world.commands.push(args.join(' '));
  world.serving = world.programs.start('serve', { ...world.startOf(args), env: world.environment() });
  await world.serving.hears(/Tongbao serves/);
  await until(async () => {
    must(world.serving!.child.exitCode === null, `serve ended: ${world.serving!.said().slice(-1_000)}`);
    return fetch(`${world.publicUrl}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
}

/** The Caddyfile of the packaging, with an authority of its own; this process and the browser come to trust that one alone. */
async function putProxy(world: World, program: string): Promise<string> {
  const home = world.at('caddy');
  await mkdir(home);
  world.programs.start('proxy', {
    command: program,
    args: ['run', '--adapter', 'caddyfile', '--config', path.join(root, 'packaging/compose/Caddyfile')],
    env: {
      ...{ PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
      ...{ TONGBAO_SITE: world.publicUrl, TONGBAO_UPSTREAM: `127.0.0.1:${world.port}` },
      TONGBAO_HTTP_PORT: `${(await freePort())!}`,
    },
  });
  const authorities = path.join(home, 'caddy/pki/authorities/local');
  const certificate = await until(() =>
    readFile(path.join(authorities, 'root.crt'), 'utf8').catch(() => null),
  );
  world.authority = certificate;
  // The machine's own programs trust it too: the doctor comes in as a shopper does.
  await writeFile(world.at('authority.pem'), certificate);
  world.settings.NODE_EXTRA_CA_CERTS = world.at('authority.pem');
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate]);
  const intermediate = await until(() =>
    readFile(path.join(authorities, 'intermediate.crt'), 'utf8').catch(() => null),
  );
  const spki = new X509Certificate(intermediate).publicKey.export({ type: 'spki', format: 'der' });
  world.browserTrusts = createHash('sha256').update(spki).digest('base64');
  return world.publicUrl;
}

async function lookAround(world: World): Promise<void> {
  const page = await fetch(`${world.publicUrl}/`);
  must(
    page.status === 200 && (await page.text()).includes('/assets/landing-'),
    'the first page is not there',
  );
  must(
    page.headers.get('content-security-policy')?.includes("default-src 'self'") === true,
    'it has no policy',
  );
  must(
    caddy === undefined || page.headers.get('strict-transport-security') !== null,
    'browsers are not told to stay with TLS',
  );
  for (const url of [
    '/sandbox/credentials',
    '/sandbox/clock',
    '/sandbox/outbox',
    '/audit',
    '/audit.json',
    '/till',
  ]) {
    const { status } = await fetch(`${world.publicUrl}${url}`);
    must(status === 404, `${url} answers ${status}`);
  }
  for (const url of ['/audit/export', '/audit/log/checkpoint', '/api/console/session']) {
    const { status } = await fetch(`${world.publicUrl}${url}`);
    must(status === 401, `${url} answers ${status} to nobody`);
  }
}
