// packaging/Dockerfile, read by a real parser and carried out step by step in folders, on machines without a container engine:
// every stage's copies and commands as they stand there. What is left is the image's files and how it starts.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';
import { literally, root } from './settings.ts';

export interface Image {
  /** The node image that the last stage stands on. */
  readonly base: string;
  readonly workFolder: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** The health check's command. */
  readonly healthcheck: readonly string[];
  readonly stages: readonly Stage[];
}

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
}

type Step =
  | { readonly kind: 'copy'; readonly from: string | null; readonly sources: string[]; readonly to: string }
  | { readonly kind: 'run'; readonly args: readonly string[] };

/** Throws when the file says something that this reader does not know, a command in a shell for one. */
export function readImage(file = path.join(root, 'packaging/Dockerfile')): Image {
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  const last: Record<string, readonly string[]> = {};
  const environment: Record<string, string> = {};
  for (const each of DockerfileParser.parse(readFileSync(file, 'utf8')).getInstructions()) {
    const words = each.getArguments().map((argument) => argument.getValue());
    const keyword = each.getKeyword();
    if (keyword === 'FROM') {
      stages.push({ name: words[2] ?? 'final', base: words[0]!, steps: [] });
      for (const name of Object.keys(last)) delete last[name];
    } else if (keyword === 'COPY') stages.at(-1)!.steps.push(copyOf(each as Copy, words));
    else if (keyword === 'RUN') stages.at(-1)!.steps.push({ kind: 'run', args: execForm(each) });
    else if (keyword === 'ENV')
      Object.assign(environment, Object.fromEntries(words.map((word) => word.split('=', 2))));
    else if (keyword === 'ENTRYPOINT' || keyword === 'CMD') last[keyword] = execForm(each);
    else if (keyword === 'HEALTHCHECK') last[keyword] = execForm(each);
    else if (['WORKDIR', 'USER', 'EXPOSE'].includes(keyword)) last[keyword] = words;
    else throw new Error(`packaging/Dockerfile says ${keyword}, which is not known here`);
  }
  return {
    ...{ base: stages.at(-1)!.base, stages, environment },
    workFolder: last.WORKDIR![0]!,
    user: last.USER?.[0] ?? 'root',
    entrypoint: last.ENTRYPOINT!,
    command: last.CMD!,
    healthcheck: last.HEALTHCHECK!,
  };
}

function copyOf(copy: Copy, words: readonly string[]): Step {
  const flag = copy.getFlags().find((each) => each.getName() === 'from');
  const places = words.filter((word) => !word.startsWith('--'));
  return { kind: 'copy', from: flag?.getValue() ?? null, sources: places.slice(0, -1), to: places.at(-1)! };
}

/** `["npm", "ci"]`: what is run without a shell. */
function execForm(each: Instruction): readonly string[] {
  const text = each.getRawArgumentsContent() ?? '';
  const from = text.indexOf('[');
  const parsed: unknown = from === -1 ? null : JSON.parse(text.slice(from));
  if (!Array.isArray(parsed))
    throw new Error(`packaging/Dockerfile runs a shell: ${each.getKeyword()} ${text}`);
  return parsed.map(String);
}

/** Whether a file of the checkout goes to the engine that builds (Dockerfile.dockerignore): the last pattern that fits decides. */
export function isSent(file: string, patterns: readonly string[]): boolean {
  let sent = true;
  for (const pattern of patterns) {
    const isBack = pattern.startsWith('!');
    if (regexpOf(isBack ? pattern.slice(1) : pattern).test(file)) sent = isBack;
  }
  return sent;
}

const regexpOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/(\*\*\/|\*\*|\*)/)
      .map((part) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[part] ?? literally(part))
      .join('')}(?:/.*)?$`,
  );

/** The files that are sent, in order of their names. */
export function context(): string[] {
  const patterns = readFileSync(path.join(root, 'packaging/Dockerfile.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const walk = (folder: string): string[] =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return ['.git', 'node_modules'].includes(entry.name) ? [] : walk(file);
      return entry.isFile() && isSent(file, patterns) ? [file] : [];
    });
  return walk('').sort();
}

/**
 * Carries out every stage below `folder`, with the node of `programs`, each as soon as those that it copies from are done;
 * answers the folder of the last stage's files.
 */
export async function buildImage(image: Image, folder: string, programs: string): Promise<string> {
  const done = new Map<string, Promise<void>>();
  for (const stage of image.stages) {
    const from = stage.steps.flatMap((step) =>
      step.kind === 'copy' && step.from !== null ? [step.from] : [],
    );
    const before = [...new Set(from)].map((name) => done.get(name)!);
    done.set(
      stage.name,
      Promise.all(before).then(() => buildStage(stage, { ...image, folder, programs })),
    );
  }
  await Promise.all(done.values());
  return path.join(folder, image.stages.at(-1)!.name, image.workFolder.slice(1));
}

async function buildStage(
  { name, steps }: Stage,
  of: { workFolder: string; folder: string; programs: string },
): Promise<void> {
  const at = (stage: string, place: string) =>
    path.join(of.folder, stage, path.resolve(of.workFolder, place).slice(1));
  await mkdir(at(name, '.'), { recursive: true });
  for (const step of steps) {
    if (step.kind === 'run')
      await runStep(step.args, at(name, '.'), { ...of, system: path.join(of.folder, name) });
    else if (step.from === null)
      for (const file of context()) await cp(path.join(root, file), path.join(at(name, step.to), file));
    else
      for (const source of step.sources) {
        const found = at(step.from, source);
        const to = at(name, step.to);
        const isInto = step.to.endsWith('/') && !(await stat(found)).isDirectory();
        const target = isInto ? path.join(to, path.basename(found)) : to;
        await cp(found, target, { recursive: true, verbatimSymlinks: true });
      }
  }
}

async function runStep(
  args: readonly string[],
  cwd: string,
  of: { programs: string; system: string },
): Promise<void> {
  const [program, ...rest] = args as [string, ...string[]];
  // A folder of the image's system, not of this machine's; the owner is who builds here.
  if (program === 'install') {
    await mkdir(path.join(of.system, rest.at(-1)!), { recursive: true, mode: 0o700 });
    return;
  }
  const PATH = `${of.programs}${path.delimiter}${process.env.PATH}`;
  const child = spawn(program, rest, {
    ...{ cwd, env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 },
  });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-20_000);
    });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${said.trim().slice(-2_000)}`);
}
