// `npm run bench:charts -- REPORT.json FOLDER`: the bar charts of docs/guides/performance.md, from a report of the bench.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from './report.ts';

interface Bar {
  readonly name: string;
  readonly value: number;
  /** A yardstick stands apart from what is measured. */
  readonly yardstick?: boolean;
}

const [reportFile, folder] = process.argv.slice(2);
if (reportFile === undefined || folder === undefined)
  throw new Error('usage: bench:charts -- REPORT.json FOLDER');
const report = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
const { posting, pgbench, naive, http, crypto } = report;

await writeFile(
  path.join(folder, 'performance-posting.svg'),
  chart('Complete payments a second, committed with fsync', [
    { name: 'one step, uniform', value: posting.oneStep.uniform.perSecond },
    { name: 'one step, Zipf merchants', value: posting.oneStep.zipf.perSecond },
    { name: 'one step, one hot merchant', value: posting.oneStep.hotMerchant.perSecond },
    { name: 'one step, one hot shopper', value: posting.oneStep.hotShopper.perSecond },
    { name: 'two steps, uniform', value: posting.twoStep.uniform.perSecond },
    { name: 'two steps, one hot merchant', value: posting.twoStep.hotMerchant.perSecond },
    ...(pgbench === null ? [] : [{ name: 'pgbench TPC-B-like', value: pgbench.tps, yardstick: true }]),
    { name: 'the same payment, row at a time', value: naive.perSecond, yardstick: true },
  ]),
);
await writeFile(
  path.join(folder, 'performance-http.svg'),
  chart('Signed requests a second over HTTP', [
    { name: 'verify and sign alone', value: crypto.verifySignPerSecond, yardstick: true },
    { name: 'pay', value: http.pay.perSecond },
    { name: 'inquiryPayment', value: http.inquiry.perSecond },
    { name: 'refund', value: http.refund.perSecond },
    { name: 'whole journey', value: http.journey.perSecond },
  ]),
);

function chart(title: string, bars: readonly Bar[]): string {
  const [left, wide, step] = [240, 420, 30];
  const most = Math.max(...bars.map((bar) => bar.value));
  const height = 60 + bars.length * step;
  const rows = bars.map((bar, place) => {
    const y = 52 + place * step;
    const length = Math.max(1, (bar.value / most) * wide);
    const colour = bar.yardstick === true ? '#9aa7a4' : '#0f5f55';
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${bar.name}</text>
<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="19" rx="3" fill="${colour}"/>
<text x="${(left + length + 8).toFixed(1)}" y="${y + 14}" fill="#15202b">${Math.round(bar.value).toLocaleString('en')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#51605d" role="img" aria-label="${title}">
<rect width="760" height="${height}" fill="#fff"/>
<text x="20" y="28" font-size="15" font-weight="600" fill="#15202b">${title}</text>
${rows.join('\n')}
</svg>
`;
}
