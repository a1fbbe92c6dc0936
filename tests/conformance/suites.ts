// The official SDKs: which tools each needs, how its newest release is had from its registry, how its client is started.
// Everything that is downloaded or built lands in `.build`, which git ignores.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isWorkingDay, nothingDeclared, publishedYears } from '../../platform/src/settlement/index.ts';
import { addDays } from '../../platform/src/system/index.ts';
import { initiation, longestInitiation } from './banks/initiation.ts';
import {
  assistantChecks,
  bankChecks,
  calendarChecks,
  classicChecks,
  demoChecks,
  logChecks,
  schemaChecks,
  switchChecks,
} from './checks.ts';
import { type Command, type Ended, runCommand } from './run-command.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const build = path.join(here, '.build');

/** A client that can be started. */
export interface Prepared {
  readonly sdk: string;
  readonly client: Command;
  /** Absent: those of the JSON API. */
  readonly checks?: readonly string[];
}

/** Why a suite cannot run here; `registry` when its registry itself says that it does not serve the SDK. */
export interface Missing {
  readonly missing: string;
  readonly registry?: true;
}

export interface Suite {
  readonly name: string;
  readonly tools: readonly string[];
  /** Its SDK speaks only to port 443, whatever port its gateway's URL has. */
  readonly needsPort443?: true;
  /** Throws an Error that says what went wrong while downloading or building. */
  prepare(signal: AbortSignal): Promise<Prepared | Missing>;
}

export const suites: readonly Suite[] = [
  { name: 'Java', tools: ['java', 'mvn'], prepare: prepareJava },
  { name: 'Python', tools: ['python3'], needsPort443: true, prepare: preparePython },
  { name: 'Go', tools: ['go'], prepare: prepareGo },
  { name: 'Demos', tools: ['java', 'javac', 'mvn', 'unzip'], prepare: prepareDemos },
  { name: 'Assistants', tools: ['python3'], needsPort443: true, prepare: prepareAssistants },
  { name: 'Log', tools: ['go'], prepare: prepareLog },
  { name: 'Classic', tools: ['python3'], prepare: prepareClassic },
  { name: 'Banks', tools: ['java', 'mvn'], prepare: prepareBanks },
  { name: 'Schemas', tools: ['python3'], prepare: prepareSchemas },
  { name: 'Switch', tools: ['java', 'mvn'], prepare: prepareSwitch },
  { name: 'Calendars', tools: ['python3'], prepare: prepareCalendars },
];

/** The tools of a suite that are not on this machine's path. */
export const missingTools = (suite: Pick<Suite, 'tools'>): readonly string[] =>
  suite.tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);

const preparationMs = 8 * 60_000;

const attempt = (command: Command, signal: AbortSignal): Promise<Ended> =>
  runCommand(command, { timeoutMs: preparationMs, signal });

async function insist(command: Command, signal: AbortSignal): Promise<string> {
  const ended = await attempt(command, signal);
  if (!ended.ok) throw new Error(`${ended.ending}\n${ended.output.trim().slice(-3000)}`);
  return ended.output.trim();
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function prepareJava(signal: AbortSignal): Promise<Prepared> {
  const { classpath, version } = await javaSdk(signal);
  return {
    sdk: `${javaName} ${version}`,
    client: { command: 'java', args: ['-cp', classpath, 'Client'] },
  };
}

const javaName = 'global-open-sdk-java';
const mavenSettings = [`-Dmaven.repo.local=${path.join(build, 'maven')}`];

/** The newest Java SDK with what it needs and our client beside it. */
export async function javaSdk(signal: AbortSignal): Promise<{ classpath: string; version: string }> {
  const folder = path.join(build, 'java');
  const file = path.join(folder, 'classpath.txt');
  // The pom asks for a range of versions that is open upwards, so Maven takes the newest that its registry lists.
  const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${file}`];
  const settings = [...mavenSettings, `-Dbuild.folder=${folder}`];
  await insist(
    { command: 'mvn', args: ['-q', '-B', ...goals, ...settings], cwd: path.join(here, 'java') },
    signal,
  );
  const jars = (await readFile(file, 'utf8')).trim();
  const version = new RegExp(`${javaName}-([^/\\\\]+)\\.jar`).exec(jars)?.[1] ?? 'of an unknown version';
  return { classpath: [path.join(folder, 'classes'), jars].join(path.delimiter), version };
}

/** The demo programs of the same release, from the jar of its sources. */
async function prepareDemos(signal: AbortSignal): Promise<Prepared> {
  const { classpath, version } = await javaSdk(signal);
  const folder = path.join(build, 'demos');
  const artifact = `com.alipay.global.sdk:${javaName}:${version}:jar:sources`;
  const copied = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  await insist(
    { command: 'mvn', args: ['-q', '-B', 'dependency:copy', ...copied, ...mavenSettings] },
    signal,
  );
  const sources = path.join(folder, `${javaName}-${version}-sources.jar`);
  const client = path.join(here, 'demos', 'client.ts');
  return {
    sdk: `${javaName} ${version} (its demo programs)`,
    client: { command: process.execPath, args: [client, classpath, sources, folder] },
    checks: demoChecks,
  };
}

/** Official programs for assistants, and the Python SDK that they bring along. */
async function prepareAssistants(signal: AbortSignal): Promise<Prepared | Missing> {
  // They were written for the first major version of mcp; the second has no FastMCP any more. From 1.10 on it checks what a
  // tool answers, which antom-test-server declares wrongly, and what came before needs the pydantic of its time.
  const made = await pythonWith('assistants', ['ant-intl-antom-mcp', 'mcp<2'], signal);
  if ('missing' in made) return made;
  const other = await pythonWith('test-server', ['antom-test-server', 'mcp<1.10', 'pydantic<2.12'], signal);
  if ('missing' in other) return other;
  const client = clientOf(made.python, 'assistants/client.py');
  const sources = await sourcesOf(made.python, pythonSdk, signal);
  const testServer = path.join(path.dirname(other.python), 'antom-test-server');
  return {
    sdk: `ant-intl-antom-mcp ${made.version}, antom-test-server ${other.version} (MCP)`,
    client: { ...client, env: { ...client.env, ANTOM_TEST_SERVER: testServer, PYTHON_SDK_SOURCES: sources } },
    checks: assistantChecks,
  };
}

/** Compiles a folder's program with what it needs from Maven: the class path, and the versions of its packages. */
export async function mavenProgram(name: string, signal: AbortSignal) {
  const folder = path.join(build, name);
  const classpath = path.join(folder, 'classpath.txt');
  const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpath}`];
  const settings = [`-Dmaven.repo.local=${path.join(build, 'maven')}`, `-Dbuild.folder=${folder}`];
  await insist(
    { command: 'mvn', args: ['-q', '-B', ...goals, ...settings], cwd: path.join(here, name) },
    signal,
  );
  const jars = (await readFile(classpath, 'utf8')).trim();
  const version = (jar: string) =>
    new RegExp(`${jar}-([^/\\\\]+)\\.jar`).exec(jars)?.[1] ?? 'of an unknown version';
  return { folder, version, all: [path.join(folder, 'classes'), jars].join(path.delimiter) };
}

/** Prowide, an independent reader and writer of banks' messages. */
async function prepareBanks(signal: AbortSignal): Promise<Prepared> {
  const { folder, version, all } = await mavenProgram('banks', signal);
  return {
    sdk: `pw-iso20022 ${version('pw-iso20022')}, pw-swift-core ${version('pw-swift-core')} (bank files)`,
    client: { command: process.execPath, args: [path.join(here, 'banks', 'client.ts'), all, folder] },
    checks: bankChecks,
  };
}

/** jPOS as the switch that the ISO 8583 connector speaks to. */
async function prepareSwitch(signal: AbortSignal): Promise<Prepared> {
  const { version, all } = await mavenProgram('switch', signal);
  return {
    sdk: `jpos ${version('jpos')} (card switch)`,
    client: { command: process.execPath, args: [path.join(here, 'switch', 'client.ts'), all] },
    checks: switchChecks,
  };
}

const pythonSdk = 'global-open-sdk-python';

/** A virtual environment with some packages; its Python and the version of the first, or why there is none. */
async function pythonWith(
  name: string,
  wanted: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<{ python: string; version: string } | Missing> {
  const folder = path.join(build, name);
  const python = path.join(folder, 'bin', 'python');
  const finished = path.join(folder, 'finished');
  if (!(await exists(finished))) {
    const made = await attempt({ command: 'python3', args: ['-m', 'venv', '--clear', folder] }, signal);
    if (!made.ok && /ensurepip|No module named venv/.test(made.output))
      return { missing: 'python3 has no venv module (Debian: python3-venv)' };
    if (!made.ok) throw new Error(`${made.ending}\n${made.output.trim().slice(-3000)}`);
    await writeFile(finished, '');
  }
  const quietly = ['--quiet', '--disable-pip-version-check', '--upgrade'];
  await insist({ command: python, args: ['-m', 'pip', 'install', ...quietly, ...wanted] }, signal);
  const [installed] = wanted[0].split('==');
  const asked = `import importlib.metadata; print(importlib.metadata.version('${installed}'))`;
  return { python, version: await insist({ command: python, args: ['-c', asked] }, signal) };
}

/** The archive that a package's newest release was made from: its README is in no wheel. */
async function sourcesOf(python: string, name: string, signal: AbortSignal): Promise<string> {
  const folder = path.join(build, 'sources', name);
  await rm(folder, { recursive: true, force: true });
  const quietly = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-binary', ':all:'];
  await insist({ command: python, args: ['-m', 'pip', 'download', ...quietly, '-d', folder, name] }, signal);
  const archive = (await readdir(folder)).find((file) => file.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`${name} has no source archive`);
  return path.join(folder, archive);
}

const clientOf = (python: string, file: string): Command => ({
  command: python,
  args: [path.join(here, file)],
  env: { PYTHONDONTWRITEBYTECODE: '1' },
});

async function preparePython(signal: AbortSignal): Promise<Prepared | Missing> {
  const made = await pythonWith('python', [pythonSdk], signal);
  if ('missing' in made) return made;
  return { sdk: `${pythonSdk} ${made.version}`, client: clientOf(made.python, 'python/client.py') };
}

/** A client of the classic gateway that was published for the real one. */
async function prepareClassic(signal: AbortSignal): Promise<Prepared | Missing> {
  const made = await pythonWith('classic', ['alipay==0.7.4'], signal);
  if ('missing' in made) return made;
  const client = clientOf(made.python, 'classic/client.py');
  return { sdk: `alipay ${made.version} (Python, classic gateway)`, client, checks: classicChecks };
}

/** A public package of holidays beside our bank calendars, day by day. */
async function prepareCalendars(signal: AbortSignal): Promise<Prepared | Missing> {
  const made = await pythonWith('calendars', ['holidays'], signal);
  if ('missing' in made) return made;
  const ours: Record<string, { first: number; last: number; open: string[] }> = {};
  for (const { calendar, first, last } of publishedYears()) {
    const open: string[] = [];
    for (let day = `${first}-01-01`; day <= `${last}-12-31`; day = addDays(day, 1))
      if (isWorkingDay(day, [calendar], nothingDeclared)) open.push(day);
    ours[calendar] = { first, last, open };
  }
  const file = path.join(build, 'calendars', 'ours.json');
  await writeFile(file, JSON.stringify(ours));
  const client = clientOf(made.python, 'calendars/client.py');
  return {
    sdk: `holidays ${made.version} (Python, bank calendars)`,
    client: { ...client, args: [...client.args, file] },
    checks: calendarChecks,
  };
}

/** Our payment initiations and the published schemas. */
async function prepareSchemas(signal: AbortSignal): Promise<Prepared | Missing> {
  const made = await pythonWith('schemas', ['sepaxml', 'xmlschema'], signal);
  if ('missing' in made) return made;
  const folder = path.join(build, 'schemas', 'ours');
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(path.join(folder, `${name}.xml`), text);
  for (const version of ['pain.001.001.03', 'pain.001.001.09'] as const) {
    await write(`${version}-usual`, initiation(version));
    await write(`${version}-longest`, longestInitiation(version));
    await write(`${version}-wrong`, initiation(version).replace('<PmtMtd>TRF</PmtMtd>', ''));
  }
  const client = clientOf(made.python, 'schemas/client.py');
  return {
    sdk: `sepaxml ${made.version} (ISO 20022 schemas)`,
    client: { ...client, args: [...client.args, folder] },
    checks: schemaChecks,
  };
}

const goSdk = 'github.com/alipay/global-open-sdk-go';

/** A copy of a Go client, because asking for a release may write go.mod; and how `go` is called in it. */
async function goFolder(name: string): Promise<{ folder: string; go: (...args: string[]) => Command }> {
  const folder = path.join(build, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(path.join(here, name)))
    await copyFile(path.join(here, name, file), path.join(folder, file));
  const env = {
    GOMODCACHE: path.join(build, 'go-modules'),
    GOFLAGS: '-mod=mod -modcacherw -buildvcs=false',
    GOWORK: 'off',
  };
  return { folder, go: (...args) => ({ command: 'go', args, cwd: folder, env }) };
}

const goLog = 'golang.org/x/mod';

/** The audit log read by what verifies the checksums of every Go module. */
async function prepareLog(signal: AbortSignal): Promise<Prepared | Missing> {
  const { folder, go } = await goFolder('log');
  const built = await attempt(go('build', '-o', 'client', '.'), signal);
  if (!built.ok && refusedByProxy(built.output, goLog))
    return { missing: `the Go module proxy does not serve ${goLog}`, registry: true };
  if (!built.ok) throw new Error(`${built.ending}\n${built.output.trim().slice(-3000)}`);
  const version = await insist(go('list', '-m', '-f', '{{.Version}}', goLog), signal);
  return {
    sdk: `${goLog} ${version} (sumdb/note, sumdb/tlog: the audit log)`,
    client: { command: path.join(folder, 'client'), args: [] },
    checks: logChecks,
  };
}

async function prepareGo(signal: AbortSignal): Promise<Prepared | Missing> {
  const { folder, go } = await goFolder('go');
  const got = await attempt(go('get', `${goSdk}@latest`), signal);
  if (!got.ok && refusedByProxy(got.output, goSdk))
    return { missing: `the Go module proxy does not serve ${goSdk}`, registry: true };
  if (!got.ok) throw new Error(`${got.ending}\n${got.output.trim().slice(-3000)}`);
  await insist(go('build', '-o', 'client', '.'), signal);
  const version = await insist(go('list', '-m', '-f', '{{.Version}}', goSdk), signal);
  return { sdk: `global-open-sdk-go ${version}`, client: { command: path.join(folder, 'client'), args: [] } };
}

/** The proxy's own answer about this very module; a network that is down says something else. */
const refusedByProxy = (output: string, module: string): boolean =>
  output.split('\n').some((line) => line.includes(module) && /: (403|404|410) /.test(line));
