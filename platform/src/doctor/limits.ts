// Between us and PostgreSQL: sessions must be kept (no pooler by transaction), and have the limits that we set.
import { type Database, limitsInForce, servingLimits } from '../database/index.ts';
import { type Check, type Finding, fail, fine, warn } from './finding.ts';
import { readConnections, sessionQuery } from './postgres-store.ts';

const rounds = 3;
const sessions = 3;
const perProcess = 16;

interface Session {
  readonly pid: number;
  readonly settings: Readonly<Record<string, string>>;
}

export const checkLimits: Check = {
  name: 'limits',
  needsDatabase: true,
  async run({ database, config }) {
    const { most, taken } = await readConnections(database);
    const wanted = (config.processes + 1) * perProcess;
    return [
      ...sessionFindings(await look(database), limitsInForce(servingLimits)),
      most >= wanted
        ? fine('limits.connections', `${most}, ${taken} taken`)
        : warn(
            'limits.connections',
            `${most} are allowed, ${taken} taken`,
            `serve with ${config.processes} HTTP processes opens up to ${wanted}: raise max_connections`,
          ),
    ];
  },
};

/** Some connections at a time, each asked several times in turn: a pooler by transaction mixes them up. */
async function look({ pool }: Database): Promise<Session[][]> {
  const clients = await Promise.all(Array.from({ length: sessions }, () => pool.connect()));
  try {
    const seen: Session[][] = clients.map(() => []);
    for (let round = 0; round < rounds; round++)
      await Promise.all(
        clients.map(async (client, place) => {
          const { rows } = await client.query<Session>(sessionQuery.text, [
            Object.keys(limitsInForce(servingLimits)),
          ]);
          seen[place]!.push(rows[0]!);
        }),
      );
    return seen;
  } finally {
    for (const client of clients) client.release();
  }
}

/** Pure. `expected`: settings by their names, as PostgreSQL shows them. A server that does not know one has none. */
export function sessionFindings(
  seen: readonly (readonly Session[])[],
  expected: Readonly<Record<string, string>>,
): Finding[] {
  const isMixed =
    seen.some((answers) => new Set(answers.map(({ pid }) => pid)).size > 1) ||
    new Set(seen.map((answers) => answers[0]?.pid)).size < seen.length;
  const wrong = new Set(
    seen.flat().flatMap(({ settings }) =>
      Object.entries(expected)
        .filter(([name, value]) => settings[name] !== undefined && settings[name] !== value)
        .map(([name]) => `${name} is ${settings[name]} ms, not ${expected[name]}`),
    ),
  );
  return [
    isMixed
      ? fail(
          'limits.sessions',
          'sessions are mixed up',
          'a pooler is between: it must keep sessions (pool_mode = session)',
        )
      : fine('limits.sessions', 'kept'),
    wrong.size > 0
      ? fail(
          'limits.timeouts',
          [...wrong].join('; '),
          'something between overrides what serve sets: take that out',
        )
      : fine('limits.timeouts', 'as serve sets them'),
  ];
}
