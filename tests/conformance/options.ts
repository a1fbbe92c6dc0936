// The command line of `npm run conformance`.
import { parseArgs } from 'node:util';

export interface Options {
  /** Suites to run, by lower-case name; all of them when empty. */
  readonly only: readonly string[];
  /** A sandbox that runs already; null: one is started, and stopped at the end. */
  readonly running: { readonly http: string; readonly https: string } | null;
  readonly deadlineMs: number;
  readonly verbose: boolean;
  /** Interleavings that the plugins' kit plays; null: as many as each engine is given in CI. */
  readonly races: number | null;
  /** Only the plugins, each broken on purpose: the kit must see it. */
  readonly broken: boolean;
}

export const usage = `npm run conformance [-- OPTIONS]

  --only NAME       java, python, go, demos, assistants, log, classic, banks, schemas, switch, calendars or a plugin's engine (vendure, medusa); may be repeated. All of them when absent.
  --http URL        a sandbox that runs already, for example http://127.0.0.1:8080; needs --https as well
  --https URL       the same sandbox over TLS, for example https://localhost:8443
  --deadline SECS   everything must have ended by then (2400)
  --races N         interleavings of the plugins' kit (1000; when CI=true 200, 50 for Medusa)
  --broken          only the plugins, each broken on purpose: every row must see its broken copy
  --verbose         show every check, not only those that failed
`;

/** Throws an Error with a readable line for what cannot be understood. */
export function readOptions(args: readonly string[], suites: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      http: { type: 'string' },
      https: { type: 'string' },
      deadline: { type: 'string', default: '2400' },
      verbose: { type: 'boolean', default: false },
      races: { type: 'string', default: process.env.CI === 'true' ? '' : '1000' },
      broken: { type: 'boolean', default: false },
    },
  });
  const only = values.only.map((name) => name.toLowerCase());
  const unknown = only.find((name) => !suites.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${suites.join(', ')}`);
  if (!/^[1-9]\d{0,5}$/.test(values.deadline))
    throw new Error(`--deadline ${values.deadline}: a number of seconds is needed`);
  if (values.races !== '' && !/^[1-9]\d{0,5}$/.test(values.races))
    throw new Error(`--races ${values.races}: a number is needed`);
  return {
    only,
    running: runningAt(values),
    deadlineMs: Number(values.deadline) * 1000,
    verbose: values.verbose,
    races: values.races === '' ? null : Number(values.races),
    broken: values.broken,
  };
}

function runningAt({ http, https }: { http?: string; https?: string }): Options['running'] {
  if (http === undefined && https === undefined) return null;
  if (http === undefined || https === undefined)
    throw new Error('--http and --https belong together: both of the running sandbox');
  return { http: originOf(http, 'http:'), https: originOf(https, 'https:') };
}

function originOf(text: string, protocol: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.protocol !== protocol)
    throw new Error(`${text}: an ${protocol}// address is needed`);
  return url.origin;
}
