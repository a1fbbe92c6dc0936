// The password of who acts at the command line: from a file that only its owner may read, or typed at the terminal, unseen.
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandRefused } from './run.ts';

const othersMay = 0o077;
const longest = 1_000;

export async function passwordOf(username: string, file: string | null): Promise<string> {
  if (file !== null) return inFile(file);
  if (!process.stdin.isTTY)
    throw new CommandRefused(
      2,
      'no terminal to ask for the password: TONGBAO_OPERATOR_PASSWORD_FILE may name a file that holds it',
    );
  // What is typed goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(`Password of ${username}: `);
  const asked = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await asked.question('');
  } finally {
    asked.close();
    process.stderr.write('\n');
  }
}

async function inFile(file: string): Promise<string> {
  const handle = await open(file).catch((error: Error) => {
    throw new CommandRefused(2, `TONGBAO_OPERATOR_PASSWORD_FILE cannot be read: ${error.message}`);
  });
  try {
    const about = await handle.stat();
    if (process.platform !== 'win32' && (about.mode & othersMay) !== 0)
      throw new CommandRefused(2, `others may read the password in ${file}: chmod 600 ${file}`);
    if (!about.isFile() || about.size > longest)
      throw new CommandRefused(2, `${file} is no file with a password`);
    return (await handle.readFile('utf8')).replace(/\r?\n$/, '');
  } finally {
    await handle.close();
  }
}
