// Addresses of databases hold passwords: where secrets are files (a container's, a service's credentials), the variable with
// `_FILE` at its end names the file, and its text stands for the variable.
import { readFileSync } from 'node:fs';

type Environment = NodeJS.ProcessEnv;

const names = [
  ['DATABASE_URL', 'DATABASE_URL_FILE'],
  ['TONGBAO_OWNER_DATABASE_URL', 'TONGBAO_OWNER_DATABASE_URL_FILE'],
] as const;

/** The environment with what those files say. Throws a one-line error for a file that cannot be read, or a second answer. */
export function withSecretFiles(environment: Environment): Environment {
  const read: Record<string, string> = {};
  for (const [name, ofFile] of names) {
    const file = environment[ofFile];
    if (file === undefined || file === '') continue;
    if (environment[name] !== undefined)
      throw new Error(`${name} and ${ofFile} are both set: one of them must go`);
    read[name] = textOf(ofFile, file);
  }
  return { ...environment, ...read };
}

function textOf(name: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (text === '' || /\s/.test(text)) throw new Error(`${name}: ${file} must hold one line, postgres://…`);
  return text;
}
