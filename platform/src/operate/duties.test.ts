// docs/guides/operate.md says how each duty is done: the commands are there, the console has the pages, and no command is left out.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addOperatorCommands } from './index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(path.join(root, 'docs/guides/operate.md'), 'utf8');
const pages = readFileSync(path.join(root, 'web/console/console.tsx'), 'utf8');

/** `payout retry`, `statement profile add` …: every command that does something. */
function leaves(command: Command, name = ''): string[] {
  const full = `${name} ${command.name()}`.trim();
  return command.commands.length === 0 ? [full] : command.commands.flatMap((each) => leaves(each, full));
}
const program = new Command('tongbao');
addOperatorCommands(program);
const commands = program.commands.flatMap((command) => leaves(command));

const duties = guide
  .split('## Duties\n')[1]!
  .split('\n## ')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));
const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

test('each duty can be done by a command that is there, and on a page that is there', () => {
  expect(duties.length).toBeGreaterThan(10);
  for (const [, duty, by, page] of duties) {
    expect(quoted(by!), duty).not.toEqual([]);
    for (const command of quoted(by!)) expect(commands, duty).toContain(command);
    for (const place of quoted(page!)) expect(pages, duty).toContain(`'${place}'`);
    expect(quoted(page!), duty).toHaveLength(1);
  }
});

test('the guide names every command', () => {
  // `merchant contract approve|reject` names both.
  const isNamed = (command: string): boolean => {
    const [last, ...before] = command.split(' ').reverse();
    const parent = before.reverse().join(' ');
    return [...guide.matchAll(/`([^`\n]+)`/g)].some(([, text]) =>
      text!.startsWith(parent) ? text!.slice(parent.length).split(/[ |,]/).includes(last!) : false,
    );
  };
  const missing = commands.filter((command) => !isNamed(command));
  expect(missing).toEqual([]);
});
