// `npm run audit`: known weaknesses of what we depend on, as the registry's own service knows them. A registry without that
// service is told and passed over, as nothing can be said there; a weakness that is high or critical fails.
import { spawnSync } from 'node:child_process';
import { root } from './setup.mjs';

const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { cwd: root, encoding: 'utf8' });
let report = null;
try {
  report = JSON.parse(stdout);
} catch {
  // No answer at all: said below.
}
if (report?.metadata?.vulnerabilities === undefined) {
  console.log(`SKIPPED: this registry does not audit (${report?.statusCode ?? 'no answer'})`);
  process.exit(0);
}
const { high, critical, ...milder } = report.metadata.vulnerabilities;
for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {}))
  console.log(`${severity}: ${name} ${range}`);
console.log(`high ${high}, critical ${critical}, others ${milder.total - high - critical}`);
process.exit(high + critical === 0 ? 0 : 1);
