// What packaging/ says, against the code, read by real parsers: every command, setting, port, path and file named there exists,
// nobody runs as root or may write to what is served, and the owner's password is with the migrations alone.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { main } from '../start-sandbox.ts';
import { context, isSent, readImage } from './dockerfile.ts';
import { root, settingsOfCode } from './settings.ts';

const file = (name: string) => readFileSync(path.join(root, 'packaging', name), 'utf8');
const known = settingsOfCode();
const release = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Package).version;
interface Package {
  readonly version: string;
  readonly devDependencies: Record<string, string>;
}

/** What `--help` of a command lists: its options, and the commands below it. */
function helpOf(...command: readonly string[]): string {
  const name = command.join(' ');
  const text =
    helps.get(name) ?? execFileSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8' });
  helps.set(name, text);
  return text;
}
const helps = new Map<string, string>();

/** Fails unless the command and each of its options are this release's. */
function expectCommand(args: readonly string[]): void {
  const [command = '', ...rest] = args;
  expect(helpOf(), args.join(' ')).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  const help = helpOf(command);
  for (const option of rest.filter((word) => word.startsWith('--')))
    expect(help, args.join(' ')).toContain(option);
}

const names = (settings: Iterable<string>): string[] =>
  [...settings].filter((name) => /^TONGBAO_|^DATABASE_URL/.test(name));
function expectKnown(settings: Iterable<string>): void {
  for (const name of names(settings)) expect([...known.keys()], name).toContain(name);
}

describe('the image', () => {
  const image = readImage();

  test('stands on the Node that the project names, in every stage', () => {
    const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Package;
    for (const { base } of image.stages) expect(base).toBe(`node:${devDependencies.node}-bookworm-slim`);
  });

  test('installs what the lock file says, runs no script of a package, and nobody is root', () => {
    const runs = image.stages.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'run' ? [step.args] : [])),
    );
    const installs = runs.filter(([program, command]) => program === 'npm' && command !== 'run');
    expect(installs).toHaveLength(2);
    for (const args of installs) {
      expect(args.slice(0, 2)).toEqual(['npm', 'ci']);
      expect(args).toContain('--ignore-scripts');
    }
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test('starts with commands and looks at a path that are there', () => {
    expect(image.entrypoint.at(-1)).toBe(path.relative(root, main));
    expectCommand(image.command);
    const port = image.command[image.command.indexOf('--port') + 1];
    expect(image.healthcheck.at(-1)).toContain(`http://127.0.0.1:${port}/healthz`);
  });

  test('is built from sources alone: no tests, nothing built, no keys, no database', () => {
    const files = context();
    expect(files).toContain('platform/src/main.ts');
    expect(files).toContain('web/console.html');
    expect(
      files.filter((name) => /\.test\.ts$|(^|\/)(dist|node_modules|\.data|\.git|secrets)\//.test(name)),
    ).toEqual([]);
    // npm ci wants the manifest of every workspace that the lock file names.
    const { workspaces } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      workspaces: string[];
    };
    for (const name of workspaces) expect(files).toContain(`${name}/package.json`);
  });

  test('of two patterns that fit a file the last one decides', () => {
    const patterns = ['**', '!web', '**/dist', '!web/dist/keep/*.js'];
    const sent = (name: string) => isSent(name, patterns);
    expect(['web/a.ts', 'web/dist/a.js', 'web/dist/keep/a.js', 'docs/a.md'].map(sent)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('compose', () => {
  interface Service {
    readonly command?: string[];
    readonly environment?: Record<string, string>;
    readonly secrets?: string[];
    readonly read_only?: boolean;
    readonly cap_drop?: string[];
    readonly networks: string[];
    readonly build?: { context: string; dockerfile: string };
    readonly image?: string;
    readonly healthcheck?: { test: string[] };
  }
  const { services, secrets, networks } = parse(file('compose/compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
    secrets: Record<string, { file: string }>;
    networks: Record<string, { ipam?: { config: { subnet: string }[] } } | null>;
  };

  test('commands and settings are the code’s; the image is this release’s', () => {
    for (const name of ['migrate', 'tongbao']) {
      const service = services[name]!;
      expectCommand(service.command!);
      expectKnown(Object.keys(service.environment!));
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], image: `tongbao:${release}` });
      expect(
        existsSync(path.join(root, 'packaging/compose', service.build!.context, service.build!.dockerfile)),
      ).toBe(true);
    }
  });

  test('the owner’s address is with the migrations alone, and every secret is a file', () => {
    const holders = Object.entries(services).flatMap(([name, { secrets: held = [] }]) =>
      held.includes('owner_database_url') ? [name] : [],
    );
    expect(holders).toEqual(['migrate']);
    const script = file('compose/make-secrets.sh');
    for (const [name, { file: at }] of Object.entries(secrets)) {
      expect(at).toBe(`./secrets/${name}`);
      expect(script).toContain(name.replace(/^(superuser|owner|server)_password$/, '_password'));
    }
    for (const { environment = {} } of Object.values(services))
      for (const [name, value] of Object.entries(environment)) {
        if (/^POSTGRES_PASSWORD|DATABASE_URL/.test(name)) expect(name).toMatch(/_FILE$/);
        expect(value).not.toMatch(/postgres:\/\//);
      }
    expect(readFileSync(path.join(root, '.gitignore'), 'utf8')).toContain('packaging/compose/secrets/');
  });

  test('PostgreSQL has the settings that serve.md measured, and the two roles', () => {
    const guide = readFileSync(path.join(root, 'docs/guides/serve.md'), 'utf8');
    const settings = services
      .database!.command!.filter((word) => word.startsWith('-c'))
      .map((word) => word.slice(2));
    expect(settings).toEqual(expect.arrayContaining(['fsync=on', 'synchronous_commit=on']));
    for (const setting of settings.filter((text) => /^(max_wal|checkpoint|wal_comp)/.test(text)))
      expect(guide).toContain(setting.replace('=', ' = '));
    const roles = file('compose/roles.sql');
    for (const role of ['tongbao_owner', 'tongbao_server']) {
      expect(guide).toContain(`CREATE ROLE ${role} LOGIN`);
      expect(roles).toContain(`CREATE ROLE ${role} LOGIN`);
    }
  });

  test('only the proxy is believed when it says who calls, and it reaches the port that is served', () => {
    const { environment = {}, command = [] } = services.tongbao!;
    expect(environment.TONGBAO_TRUSTED_PROXIES).toBe(networks.front!.ipam!.config[0]!.subnet);
    const inFront = Object.entries(services).filter(([, service]) => service.networks.includes('front'));
    expect(inFront.map(([name]) => name).sort()).toEqual(['proxy', 'tongbao']);
    expect(services.proxy!.environment!.TONGBAO_UPSTREAM).toBe(
      `tongbao:${command[command.indexOf('--port') + 1]}`,
    );
    for (const name of Object.keys(services.proxy!.environment!))
      expect(file('compose/Caddyfile')).toContain(`{$${name}`);
  });
});

describe('Kubernetes', () => {
  // biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds.
  type Manifest = any;
  const kustomization = parse(file('kubernetes/kustomization.yaml')) as {
    resources: string[];
    images: Manifest[];
  };
  const manifests: Manifest[] = kustomization.resources.flatMap((name) =>
    parseAllDocuments(file(`kubernetes/${name}`)).map((document) => document.toJS()),
  );
  const of = (kind: string): Manifest => manifests.find((each) => each.kind === kind)!;
  const pods = ['Deployment', 'Job'].map((kind) => of(kind).spec.template.spec);

  test('everything that runs may do nothing but its work', () => {
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(readImage().user);
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          ...{
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        });
        expect(container.resources).toMatchObject({ requests: expect.anything(), limits: expect.anything() });
        expectCommand(container.args);
      }
    }
  });

  test('settings are the code’s, secrets are references, and the owner’s is with the migrations alone', () => {
    expectKnown(Object.keys(of('ConfigMap').data));
    for (const pod of pods)
      for (const { env } of pod.containers) {
        expectKnown(env.map(({ name }: Manifest) => name));
        for (const each of env)
          expect(each).toEqual({ name: each.name, valueFrom: { secretKeyRef: expect.anything() } });
      }
    expect(JSON.stringify(of('Deployment'))).not.toContain('owner');
    expect(JSON.stringify(of('Job'))).toContain('tongbao-owner');
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });

  test('ports, paths, names and labels fit together', () => {
    const [{ containers }] = pods;
    const [serve] = containers;
    expect(serve.args[serve.args.indexOf('--port') + 1]).toBe(String(serve.ports[0].containerPort));
    for (const probe of [serve.startupProbe, serve.readinessProbe])
      expect(probe.httpGet).toEqual({ path: '/healthz', port: serve.ports[0].name });
    expect(of('Service').spec.ports[0].targetPort).toBe(serve.ports[0].name);
    expect(of('Ingress').spec.rules[0].http.paths[0].backend.service).toEqual({
      ...{ name: of('Service').metadata.name, port: { name: of('Service').spec.ports[0].name } },
    });
    expect(`https://${of('Ingress').spec.rules[0].host}`).toBe(of('ConfigMap').data.TONGBAO_PUBLIC_URL);
    const labels = of('Deployment').spec.template.metadata.labels;
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
      const { selector, podSelector } = of(kind).spec;
      const wanted = podSelector?.matchLabels ?? selector.matchLabels ?? selector;
      expect(labels).toMatchObject(wanted);
    }
    expect(of('NetworkPolicy').spec.ingress[0].ports[0].port).toBe(serve.ports[0].containerPort);
    expect(kustomization.images[0]).toMatchObject({ name: serve.image, newTag: release });
  });
});

describe('systemd', () => {
  const units = ['tongbao.service', 'tongbao-migrate.service'];
  const linesOf = (unit: string, key: string): string[] =>
    file(`systemd/${unit}`)
      .split('\n')
      .filter((line) => line.startsWith(`${key}=`))
      .map((line) => line.slice(key.length + 1));

  test('commands and settings are the code’s; settings and units agree on where secrets lie', () => {
    for (const unit of units) {
      const [program, ...args] = linesOf(unit, 'ExecStart')[0]!.split(' ');
      const folder = linesOf(unit, 'WorkingDirectory')[0];
      expect(program).toBe(`${folder}/node_modules/.bin/node`);
      const at = args.indexOf(path.relative(root, main));
      expectCommand(args.slice(at + 1));
      const settings = linesOf(unit, 'Environment').map((line) => line.split('=', 2) as [string, string]);
      expectKnown(settings.map(([name]) => name));
      const credentials = linesOf(unit, 'LoadCredential').map((line) => line.split(':')[0]);
      for (const [name, value] of settings)
        if (value.startsWith('%d/')) expect(credentials, name).toContain(value.slice(3));
    }
    expectKnown([...file('systemd/settings.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!));
    expect(file('systemd/tongbao.service')).not.toContain('owner');
  });

  test('both are closed as far as systemd can close them, and systemd finds nothing wrong', async () => {
    for (const unit of units)
      for (const line of [
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'CapabilityBoundingSet=',
        'PrivateTmp=yes',
      ])
        expect(file(`systemd/${unit}`)).toContain(`\n${line}\n`);
    // Elsewhere than on a Linux with systemd there is nobody to ask.
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) return;
    const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-units-'));
    try {
      const copies = [];
      for (const unit of units) {
        const copy = path.join(folder, unit);
        // The release is not installed on the machine of a test.
        const text = (await readFile(path.join(root, 'packaging/systemd', unit), 'utf8'))
          .replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`)
          .replace(/^Documentation=.*$/m, '');
        await writeFile(copy, text);
        copies.push(copy);
      }
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...copies], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.includes(folder))).toEqual([]);
      expect(status).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
