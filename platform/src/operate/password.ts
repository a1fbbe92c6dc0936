// What who acts at the command line proves: a password or an access token from a file that only its owner may read, or what is typed
// at the terminal, unseen.
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandRefused } from './refused.ts';

const othersMay = 0o077;
const longest = 1_000;

export async function passwordOf(username: string, file: string | null): Promise<string> {
  if (file !== null) return inFile(file, 'TONGBAO_OPERATOR_PASSWORD_FILE');
  if (!process.stdin.isTTY)
    throw new CommandRefused(
      2,
      'no terminal to ask for the password: TONGBAO_OPERATOR_PASSWORD_FILE may name a file that holds it, TONGBAO_OPERATOR_TOKEN_FILE one with an access token',
    );
  return typed(`Password of ${username}: `);
}

export const tokenIn = (file: string): Promise<string> => inFile(file, 'TONGBAO_OPERATOR_TOKEN_FILE');

/** Of an authenticator app, or a recovery code. */
export async function codeOf(username: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandRefused(
      3,
      `a second factor is asked for: --code with a one-time code of ${username}'s, or an access token (TONGBAO_OPERATOR_TOKEN_FILE)`,
    );
  return typed(`One-time code of ${username}: `);
}

async function typed(question: string): Promise<string> {
  // What is typed goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(question);
  const asked = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await asked.question('');
  } finally {
    asked.close();
    process.stderr.write('\n');
  }
}

async function inFile(file: string, setting: string): Promise<string> {
  const handle = await open(file).catch((error: Error) => {
    throw new CommandRefused(2, `${setting} cannot be read: ${error.message}`);
  });
  try {
    const about = await handle.stat();
    if (process.platform !== 'win32' && (about.mode & othersMay) !== 0)
      throw new CommandRefused(2, `others may read the secret in ${file}: chmod 600 ${file}`);
    if (!about.isFile() || about.size > longest)
      throw new CommandRefused(2, `${file} is no file with a password or a token`);
    return (await handle.readFile('utf8')).replace(/\r?\n$/, '');
  } finally {
    await handle.close();
  }
}
