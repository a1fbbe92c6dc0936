// `tongbao doctor`: is this installation as it should be? It reads, and changes nothing; nobody has to sign in.
import type { Command } from 'commander';
import { doctorConfig } from '../config.ts';
import { examineFromOutside, type Finding, verdictOf } from '../doctor/index.ts';
import { CommandRefused } from './run.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly smsTo?: string;
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'looks at the database, the settings, the proxy, the keys and what waits: each row ok, warn or fail, with what to do',
    )
    .option('--sms-to <phone>', 'sends a test message there: +8613800138000')
    .option('--json', 'the rows as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ npm run tongbao -- doctor --json > doctor.json || mail -s "Tongbao: a failure" ops@example.com\n\nExit code 0: no row failed; 1: one did. Needs the settings of serve and nobody’s password; changes nothing.',
    )
    .action(doctor);
}

async function doctor({ json, smsTo }: DoctorOptions): Promise<void> {
  if (smsTo !== undefined && !/^\+\d{6,15}$/.test(smsTo))
    throw new CommandRefused(2, `--sms-to must be a number like +8613800138000, not "${smsTo}"`);
  const read = doctorConfig();
  const findings =
    'fault' in read ? [unread(read.fault)] : await examineFromOutside({ ...read, smsTo: smsTo ?? null });
  const verdict = verdictOf(findings);
  console.log(json === true ? JSON.stringify({ verdict, findings }, null, 2) : words(findings).join('\n'));
  process.exitCode = verdict === 'fail' ? 1 : 0;
}

const unread = (fault: string): Finding => ({
  ...{ check: 'settings.read', verdict: 'fail', found: fault },
  todo: 'set what the words say; docs/guides/serve.md lists the settings. Nothing else was looked at',
});

function words(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const count = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict).length;
  return [
    ...findings.flatMap(({ check, verdict, found, todo }) => [
      `${verdict.padEnd(4)}  ${check.padEnd(width)}  ${found}`,
      ...(todo === null ? [] : [`${' '.repeat(width + 8)}→ ${todo}`]),
    ]),
    '',
    `${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`,
  ];
}
