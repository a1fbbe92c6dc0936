// The first day as docs/guides/operate.md tells it: the commands that stand there.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../packaging/settings.ts';

/** `merchant check` for `npm run tongbao -- merchant check ID --name …`: the words before the first value or option. */
export function commandsOfFirstDay(file = path.join(root, 'docs/guides/operate.md')): string[] {
  const [, section = ''] = readFileSync(file, 'utf8').split('\n## The first day\n');
  const text = section.split('\n## ')[0]!;
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  const lines = blocks.flatMap((block) => block.split('\n'));
  return lines.flatMap((line) => {
    const [, script, rest = ''] = /^(?:[A-Z_]+=\S+ )*npm run ([\w-]+)(?: -- (.*))?$/.exec(line) ?? [];
    if (script === undefined) return [];
    const words = /^(?:[a-z][a-z-]*(?: |$))*/.exec(rest)![0].trim();
    return [script === 'tongbao' ? words : script];
  });
}
