// The guide of the first day names commands of this release, and nothing that needs more words than it gives.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { main } from '../start-sandbox.ts';
import { commandsOfFirstDay } from './guide.ts';

test('each command of the first day is one of this release', () => {
  const commands = commandsOfFirstDay();
  expect(commands.length).toBeGreaterThan(15);
  expect(commands).toEqual(
    expect.arrayContaining(['setup', 'serve', 'doctor', 'staff add', 'payout list', 'verify']),
  );
  const helps = new Map<string, string>();
  const helpOf = (words: readonly string[]): string => {
    const name = words.join(' ');
    const text =
      helps.get(name) ?? execFileSync(process.execPath, [main, ...words, '--help'], { encoding: 'utf8' });
    helps.set(name, text);
    return text;
  };
  for (const command of new Set(commands)) {
    if (['serve', 'verify'].includes(command)) continue;
    const [first, second] = command.split(' ') as [string, string?];
    expect(helpOf([]), command).toMatch(new RegExp(`^  ${first}\\b`, 'm'));
    if (second !== undefined) expect(helpOf([first]), command).toMatch(new RegExp(`^  ${second}\\b`, 'm'));
  }
}, 240_000);
