// The red and green table for a terminal.
import type { Report, Result } from './kit.ts';

const paint = (code: number, text: string, isColoured: boolean) =>
  isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;

export function lineOf(result: Result, isColoured: boolean): string {
  const mark = result.ok ? paint(32, '✔ pass', isColoured) : paint(31, '✘ FAIL', isColoured);
  const head = `  ${mark}  ${result.name.padEnd(11)} ${result.title} (${result.seconds.toFixed(1)} s)\n          ${result.said}`;
  return result.ok ? head : `${head}\n          why     ${result.why}\n          remedy  ${result.remedy}`;
}

/** Ends with "N passed, N failed". */
export function summaryOf({ shop, results }: Report): string {
  const failed = results.filter(({ ok }) => !ok);
  const which = failed.length === 0 ? '' : ` (${failed.map(({ name }) => name).join(', ')})`;
  return `\n${shop}${which === '' ? '' : `: red${which}`}\n${results.length - failed.length} passed, ${failed.length} failed`;
}
