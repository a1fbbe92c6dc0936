#!/usr/bin/env node
// The kit's command line.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { OpenShop } from './driver.ts';
import { rows, runKit } from './kit.ts';
import { lineOf, summaryOf } from './table.ts';

const usage = `tongbao-conformance --driver FILE [OPTIONS]

  --driver FILE        a module whose default export opens your shop (see driver.ts)
  --option NAME=VALUE  handed to the driver; may be repeated
  --sandbox URL        a running sandbox (http://localhost:8080); its clock is moved: do not share it
  --only ROW           may be repeated: ${rows.map(({ name }) => name).join(', ')}
  --races N            interleavings of the first row (1000)
  --seed N             of the interleavings (1)
  --json               the report as JSON on standard output
  --list               the rows, and what each is about

Ends with 0 when every row is green, 1 when one is red, 2 when it could not run.
`;

function read() {
  const { values } = parseArgs({
    options: {
      driver: { type: 'string' },
      option: { type: 'string', multiple: true, default: [] },
      sandbox: { type: 'string', default: 'http://localhost:8080' },
      only: { type: 'string', multiple: true, default: [] },
      races: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const whole = (name: 'races' | 'seed'): number => {
    if (!/^\d{1,6}$/.test(values[name])) throw new Error(`--${name} ${values[name]}: a number is needed`);
    return Number.parseInt(values[name], 10);
  };
  const unknown = values.only.find((name) => !rows.some((row) => row.name === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such row`);
  const pairs = values.option.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`--option ${pair}: NAME=VALUE is needed`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  if (!values.list && values.driver === undefined) throw new Error('--driver is needed');
  return { ...values, races: whole('races'), seed: whole('seed'), options: Object.fromEntries(pairs) };
}

async function main(): Promise<number> {
  let asked: ReturnType<typeof read>;
  try {
    asked = read();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (asked.list) {
    for (const { name, title, why, remedy } of rows)
      process.stdout.write(`${name.padEnd(11)} ${title}\n            ${why}\n            ${remedy}\n`);
    return 0;
  }
  const isColoured = process.stdout.isTTY === true;
  const file = pathToFileURL(path.resolve(asked.driver!)).href;
  const { default: openShop } = (await import(file)) as { default: OpenShop };
  const { only, races, seed, options, json } = asked;
  const report = await runKit({
    ...{ openShop, only, races, seed, options },
    sandboxUrl: asked.sandbox.replace(/\/+$/, ''),
    onResult: (result) => {
      if (!json) process.stdout.write(`${lineOf(result, isColoured)}\n`);
    },
  });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${summaryOf(report)}\n`);
  return report.results.every(({ ok }) => ok) ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`the kit could not run: ${error.stack ?? error.message}\n`);
    process.exit(2);
  },
);
