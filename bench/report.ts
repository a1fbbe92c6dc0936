// The report: its shape for machines (keys that exist stay as they are) and its table for people.
import type { BankFileFigures } from './bank-files.ts';
import type { HttpFigures } from './http.ts';
import type { LogFigures } from './log.ts';
import type { PgbenchFigures } from './pgbench.ts';
import type { PostingFigure } from './posting.ts';
import type { SettlementFigures } from './settlement.ts';

export interface Report {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGib: number };
  readonly versions: Readonly<Record<'node' | 'postgres' | 'tongbao' | 'commit', string>>;
  readonly posting: {
    readonly oneStep: Readonly<Record<'uniform' | 'zipf' | 'hotMerchant' | 'hotShopper', PostingFigure>>;
    readonly twoStep: Readonly<Record<'uniform' | 'hotMerchant', PostingFigure>>;
  };
  readonly latency: Readonly<Record<'tenthOfSaturation' | 'lone', PostingFigure>>;
  readonly bytes: { readonly walPerPayment: number; readonly tablesPerPayment: number };
  readonly pgbench: (PgbenchFigures & { readonly scale: number; readonly clients: number }) | null;
  readonly naive: PostingFigure;
  readonly http: Readonly<Record<'pay' | 'inquiry' | 'refund' | 'journey', PostingFigure>>;
  /** Signed pay ÷ verify and sign alone, in turns. */
  readonly payOfCeiling: HttpFigures['payOfCeiling'];
  readonly crypto: { readonly signPerSecond: number; readonly verifySignPerSecond: number };
  /** One 8 kB write made durable at a time, on the disk under the embedded server. */
  readonly disk: PostingFigure;
  /** Peak resident memory: the posting cases' process, PostgreSQL (own memory and buffers), all processes of `serve`. */
  readonly memory: Readonly<Record<'postingProcessMib' | 'postgresMib' | 'serveMib', number | null>>;
  readonly growth: {
    readonly oneStep: { readonly uniform: PostingFigure };
    readonly wallets: number;
    readonly entries: number;
    readonly loadSeconds: number;
    readonly walPerPayment: number;
    readonly proofsOk: boolean;
  } | null;
  /** One merchant's day; `net` in minor units of won. */
  readonly settlement: (Omit<SettlementFigures, 'net' | 'proved'> & { readonly net: string }) | null;
  /** One-step payments with the audit log and without. */
  readonly log: LogFigures | null;
  /** A bank's statement in each format, read and matched. */
  readonly bankFiles: readonly BankFileFigures[];
  readonly proofsOk: boolean;
}

const show = (figure: PostingFigure): string =>
  `${String(figure.perSecond).padStart(8)} /s   p50 ${String(figure.p50Ms).padStart(6)} ms   p99 ${String(figure.p99Ms).padStart(6)} ms`;
const line = (name: string, figure: PostingFigure, note = '') =>
  `    ${name.padEnd(24)}${show(figure)}   ${note}`;
const between = ([low, high]: readonly [number, number]): string => `${low.toFixed(2)} to ${high.toFixed(2)}`;
const ratio = (left: number, right: number): string => (left / right).toFixed(2);

export function print(report: Report): void {
  const { machine, versions, posting, pgbench, naive, http, payOfCeiling, crypto, bytes, latency, memory } =
    report;
  const { oneStep, twoStep } = posting;
  const base = oneStep.uniform.perSecond;
  const lines = [
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB; Node ${versions.node}, PostgreSQL ${versions.postgres}; fsync and synchronous_commit on`,
    '',
    '  complete payments, in one step (create and authorize in one verb)',
    line('uniform', oneStep.uniform, `${ratio(base, naive.perSecond)} times row at a time`),
    line('Zipf merchants', oneStep.zipf, `${ratio(oneStep.zipf.perSecond, base)} of uniform`),
    line('one hot merchant', oneStep.hotMerchant, `${ratio(oneStep.hotMerchant.perSecond, base)} of uniform`),
    line('one hot shopper', oneStep.hotShopper, `${ratio(oneStep.hotShopper.perSecond, base)} of uniform`),
    line('a tenth of saturation', latency.tenthOfSaturation),
    line('one at a time', latency.lone),
    '  complete payments, in two steps (create, then authorize)',
    line('uniform', twoStep.uniform),
    line(
      'one hot merchant',
      twoStep.hotMerchant,
      `${ratio(twoStep.hotMerchant.perSecond, twoStep.uniform.perSecond)} of uniform`,
    ),
    '  yardsticks, same server',
    pgbench === null
      ? '    pgbench TPC-B-like      skipped: pgbench is not on this machine (Debian: postgresql-contrib)'
      : `    pgbench TPC-B-like      ${String(Math.round(pgbench.tps)).padStart(8)} /s   one-step payments are ${ratio(base, pgbench.tps)} of it, two-step ${ratio(twoStep.uniform.perSecond, pgbench.tps)}`,
    ...(pgbench === null ? [] : [line('pgbench at its tenth', pgbench.tenth)]),
    line('row at a time', naive),
    line('8 kB made durable', report.disk),
    '  over HTTP, signed both ways',
    line(
      'pay',
      http.pay,
      `${payOfCeiling.ratio.toFixed(2)} of verify and sign alone beside it (${between(payOfCeiling.quartiles)})`,
    ),
    line('inquiryPayment', http.inquiry),
    line('refund', http.refund),
    line('journey', http.journey, 'pay, confirm, notification acknowledged'),
    `    verify and sign alone   ${String(crypto.verifySignPerSecond).padStart(8)} /s`,
    `  bytes a one-step payment: ${bytes.walPerPayment} of WAL, ${bytes.tablesPerPayment} in tables and indexes`,
    `  memory at its peak (MiB): posting ${memory.postingProcessMib ?? '?'}, PostgreSQL ${memory.postgresMib ?? '?'}, serve ${memory.serveMib ?? '?'}`,
  ];
  lines.push(...longCases(report));
  lines.push(`  the books               ${report.proofsOk ? 'all proofs hold' : 'A PROOF FAILS'}`, '');
  console.log(lines.join('\n'));
}

/** What only long runs have: large books, a day of settlement. */
function longCases({ growth, settlement, log, bankFiles, posting }: Report): string[] {
  const lines: string[] = [];
  if (growth !== null) {
    lines.push(
      `  grown to ${growth.wallets} wallets and ${growth.entries} entries (loaded in ${growth.loadSeconds} s)`,
      line(
        'one step, uniform',
        growth.oneStep.uniform,
        `${ratio(growth.oneStep.uniform.perSecond, posting.oneStep.uniform.perSecond)} of small; ${growth.walPerPayment} bytes of WAL`,
      ),
    );
  }
  if (settlement !== null)
    lines.push(
      `  settlement: a day of ${settlement.payments} payments closed in ${settlement.closeSeconds} s, its file written in ${settlement.fileSeconds} s, the day's transactions in ${settlement.transactionsSeconds} s (${settlement.peakMebibytes} MiB at most)`,
    );
  if (log !== null)
    lines.push(
      `  audit log: one step with it ${log.on} /s, without ${log.off} /s: ${log.ratio.toFixed(2)} (median of ${log.pairs.length} pairs, middle half ${between(log.quartiles)}); all sealed ${log.sealedAfterMs} ms after the last payment`,
      ...(log.processor === null
        ? []
        : [
            `    processor time a payment, sealing included: ${log.processor.on} µs, without ${log.processor.off} µs: ${log.processor.ratio.toFixed(2)} (${between(log.processor.quartiles)})`,
          ]),
    );
  for (const file of bankFiles)
    lines.push(
      `  bank statement, ${file.format}: ${file.lines} lines (${file.megabytes} MB) read and matched in ${file.seconds} s, again in ${file.againSeconds} s (${file.peakMebibytes} MiB at most, ${file.restMebibytes} before; nobody waited longer than ${file.longestPauseMs} ms)`,
    );
  return lines;
}
