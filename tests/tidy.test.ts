// STYLE.md and the map of the rooms, as a test: who may import whom, where SQL, time, randomness and the environment
// may stand, how long files and functions get. ARCHITECTURE.md prints the same table.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const sources = listed
  .split('\n')
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && existsSync(path.join(root, file)))
  .map((file) => ({
    file,
    text: readFileSync(path.join(root, file), 'utf8'),
    isTest: /\.test\.ts$|^tests\/|\/testing\//.test(file),
  }));

/** Each room and what it may import, downwards only. `http/*` stands for every adapter. */
const roomMap: Readonly<Record<string, readonly string[]>> = {
  system: [],
  database: ['system'],
  ledger: ['database', 'system'],
  fx: ['ledger', 'database', 'system'],
  merchants: ['fx', 'ledger', 'database', 'system'],
  customers: ['fx', 'ledger', 'database', 'system'],
  risk: ['customers', 'merchants', 'fx', 'ledger', 'database', 'system'],
  notifications: ['risk', 'customers', 'merchants', 'fx', 'ledger', 'database', 'system'],
  wallet: ['notifications', 'risk', 'customers', 'merchants', 'fx', 'ledger', 'database', 'system'],
  payments: [
    'wallet',
    'notifications',
    'risk',
    'customers',
    'merchants',
    'fx',
    'ledger',
    'database',
    'system',
  ],
  settlement: [
    'payments',
    'wallet',
    'notifications',
    'risk',
    'customers',
    'merchants',
    'fx',
    'ledger',
    'database',
    'system',
  ],
  reconciliation: [
    'settlement',
    'payments',
    'wallet',
    'notifications',
    'risk',
    'customers',
    'merchants',
    'fx',
    'ledger',
    'database',
    'system',
  ],
  onboarding: [
    'settlement',
    'payments',
    'wallet',
    'notifications',
    'risk',
    'customers',
    'merchants',
    'fx',
    'ledger',
    'database',
    'system',
  ],
  audit: [
    'audit-log',
    'reconciliation',
    'settlement',
    'payments',
    'wallet',
    'notifications',
    'risk',
    'customers',
    'merchants',
    'fx',
    'ledger',
    'database',
    'system',
  ],
  'audit-log': ['database', 'system'],
  mail: ['database', 'system'],
  sms: ['database', 'system'],
  staff: ['customers', 'database', 'system'],
  jobs: ['database', 'system'],
};
const domainRooms = Object.keys(roomMap);
/** What adapters share, and may all import; it imports no adapter. */
const sharedByAdapters = [
  'operators',
  'http/shopper',
  'http/reports',
  'http/contract-limits.ts',
  'http/payment-ids.ts',
  'http/classic-file.ts',
  'http/order-code.ts',
  'http/signature-doctor',
  'http/framing.ts',
];

const platform = sources.filter(({ file }) => file.startsWith('platform/src/'));
const code = platform.filter(({ isTest }) => !isTest);

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/g)].map(
    (match) => match[1] ?? match[2]!,
  );

/** `payments` for platform/src/payments/refund.ts; `http/ams` for an adapter; the file's name at the top. */
function roomOf(file: string): string {
  const [first, second] = file.replace('platform/src/', '').split('/') as [string, string | undefined];
  if (first === 'http' && second !== undefined) return `http/${second}`;
  return first;
}

function targetOf(file: string, specifier: string): string | null {
  return specifier.startsWith('.')
    ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
    : null;
}

function findings(check: (source: (typeof sources)[number]) => string[], of = code): string[] {
  return of.flatMap((source) => check(source).map((finding) => `${source.file}: ${finding}`));
}

/** Without comments and string contents where only code counts. */
const bare = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''");

/** Without comments. */
const bareOfComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

describe('who may import whom', () => {
  test('rooms import only rooms below them, through their doors', () => {
    const wrong = findings(({ file, text }) => {
      const room = roomOf(file);
      const allowed = roomMap[room];
      if (allowed === undefined) return [];
      return importsOf(text).flatMap((specifier) => {
        const target = targetOf(file, specifier);
        if (target === null) {
          return /^(fastify|@fastify\/|@tongbao\/(protocol|sdk))/.test(specifier)
            ? [`a domain room imports ${specifier}`]
            : [];
        }
        const other = roomOf(target);
        if (other === room || other === 'rejection.ts') return [];
        if (!allowed.includes(other)) return [`${room} imports ${other}`];
        return target.endsWith('/index.ts') ? [] : [`imports ${target}, not the door of ${other}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('adapters import domain rooms and what adapters share, never each other', () => {
    const wrong = findings(({ file, text }) => {
      const room = roomOf(file);
      if (!room.startsWith('http/') || sharedByAdapters.includes(room)) return [];
      return importsOf(text).flatMap((specifier) => {
        const target = targetOf(file, specifier);
        if (target === null) return [];
        const other = roomOf(target);
        if (
          other === room ||
          domainRooms.includes(other) ||
          other === 'rejection.ts' ||
          sharedByAdapters.includes(other)
        )
          return [];
        return [`${room} imports ${other}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('connectors know the interface, never the platform; the interface knows money alone', () => {
    const wrong = sources
      .filter(({ isTest, file }) => !isTest && file.startsWith('connectors/'))
      .flatMap(({ file, text }) =>
        importsOf(text)
          .filter((specifier) =>
            file.startsWith('connectors/interface/')
              ? !/^\.\/|^@tongbao\/money$/.test(specifier)
              : /platform|^\.\.\/\.\.|^@tongbao\/(?!connector-interface$|money$)/.test(specifier),
          )
          .map((specifier) => `${file} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  test('money depends on nothing, protocol on money and zod, the sdk on both, web and sdk never on the platform', () => {
    const allowed: Readonly<Record<string, RegExp>> = {
      money: /^\.|^node:/,
      protocol: /^\.|^@tongbao\/money$|^zod$/,
      sdk: /^\.|^@tongbao\/(money|protocol\/ams)$|^node:/,
      web: /^(?!.*platform)/,
    };
    const wrong = sources
      .filter(
        ({ isTest, file }) => !isTest && /^(money|protocol|sdk|web)\//.test(file) && !file.endsWith('.mjs'),
      )
      .flatMap(({ file, text }) =>
        importsOf(text)
          .filter((specifier) => !allowed[file.split('/')[0]!]!.test(specifier))
          .map((specifier) => `${file} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  test('ARCHITECTURE.md prints this table', () => {
    const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
    for (const [room, below] of Object.entries(roomMap)) {
      expect(text).toContain(
        `| \`${room}\` | ${below.length === 0 ? 'nothing' : below.map((other) => `\`${other}\``).join(', ')} |`,
      );
    }
  });
});

describe('tests', () => {
  const tests = sources.filter(({ file }) => file.endsWith('.test.ts') && file !== 'tests/tidy.test.ts');

  test('wait for what happens (testing/until.ts), never for a time that should be enough', () => {
    const sleeps = /new Promise[^;]{0,80}setTimeout\(|timers\/promises/;
    expect(findings(({ text }) => (sleeps.test(text) ? ['sleeps'] : []), tests)).toEqual([]);
  });

  test('are never skipped, but for browser suites where there is no browser (CI counts those as failed)', () => {
    const skips = /\b(?:test|it|describe)\.(?:skip|todo|fails|only|runIf)\b|\bskipIf\((?!isSkipped\))/;
    expect(findings(({ text }) => (skips.test(text) ? ['skips'] : []), tests)).toEqual([]);
  });
});

describe('only here', () => {
  test('SQL stands in store files and migrations', () => {
    const sql =
      /\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+\.\w+|DELETE FROM|CREATE TABLE|DROP (TABLE|SCHEMA|DATABASE))\b/;
    const free = /(^|\/|-)store\.ts$|^platform\/src\/(database\/migrate|sandbox\/postgres)\.ts$/;
    expect(
      findings(({ file, text }) =>
        sql.test(text.replace(/\/\/.*$/gm, '')) && !free.test(file) ? ['has SQL'] : [],
      ),
    ).toEqual([]);
  });

  test('days and times of a zone are reckoned in system/local-time.ts; the verifier shares no code with the server', () => {
    const reckons =
      /OffsetMs\b|\b8 \* (3_?600_?000|60 \* minuteMs|hourMs)|Intl\.DateTimeFormat|'Asia\/Shanghai'/;
    // Merchants of the sandbox name their own zones; the doctor tries the offsets that other people mistook.
    const free = /^platform\/src\/(system\/local-time|audit\/verify-standing)\.ts$/;
    expect(
      findings(({ file, text }) =>
        reckons.test(bareOfComments(text)) && !free.test(file) ? ['reckons'] : [],
      ),
    ).toEqual([]);
  });

  test('a room’s SQL names its own schema (the audit reads through the rooms’ doors)', () => {
    const schemas = [
      'ledger',
      'fx',
      'merchants',
      'customers',
      'wallet',
      'notifications',
      'payments',
      'settlement',
      'reconciliation',
      'staff',
      'mail',
      'onboarding',
      'sms',
      'sandbox_bank',
      'audit_log',
    ];
    const wrong = findings(({ file, text }) => {
      if (!file.endsWith('store.ts')) return [];
      const own = file.includes('sandbox/bank/') ? 'sandbox_bank' : roomOf(file).replace('-', '_');
      return schemas
        .filter(
          (schema) => schema !== own && new RegExp(`\\b(FROM|JOIN|INTO|UPDATE)\\s+${schema}\\.`).test(text),
        )
        .map((schema) => `reads or writes ${schema}`);
    });
    expect(wrong).toEqual([]);
  });

  test('rows are removed only from tables that the serving role may remove from (database/roles-store.ts)', () => {
    const list = sources.find(({ file }) => file.endsWith('database/roles-store.ts'))!.text;
    const removable = [.../removable = new Set\(\[([^\]]*)\]/.exec(list)![1]!.matchAll(/'([^']+)'/g)].map(
      (m) => m[1]!,
    );
    const removed = sources
      .filter(({ file, isTest }) => !isTest && /^platform\/src\/.*store\.ts$/.test(file))
      .flatMap(({ text }) => [...text.matchAll(/DELETE FROM\s+(\w+\.\w+)/g)].map((m) => m[1]!));
    expect([...new Set(removed)].sort()).toEqual(removable.sort());
  });

  test('the environment is read in config.ts', () => {
    const free = /^platform\/src\/(config|sandbox\/postgres)\.ts$/;
    expect(
      findings(({ file, text }) =>
        /process\.env/.test(bare(text)) && !free.test(file) ? ['reads the environment'] : [],
      ),
    ).toEqual([]);
  });

  test('time, randomness and the network stand in system/', () => {
    const forbidden =
      /Date\.now\(|new Date\(\)|Math\.random|randomBytes|randomInt|randomUUID|\bfetch\(|https?\.request\(/;
    const wrong = findings(({ file, text }) =>
      forbidden.test(bare(text)) && roomOf(file) !== 'system' ? [forbidden.exec(bare(text))![0]] : [],
    );
    expect(wrong).toEqual([]);
  });

  test('no floats in money paths', () => {
    const rooms = [
      'ledger',
      'fx',
      'payments',
      'wallet',
      'settlement',
      'reconciliation',
      'audit',
      'risk',
      'merchants',
    ];
    const paths = sources.filter(
      ({ file, isTest }) => !isTest && (file.startsWith('money/src') || rooms.includes(roomOf(file))),
    );
    const forbidden = /\bNumber\(|parseFloat|\.toFixed\(|(?<![\w.'"`$-])\d+\.\d+(?![\w.]*['"`])/;
    expect(
      findings(({ text }) => (forbidden.test(bare(text)) ? [forbidden.exec(bare(text))![0]] : []), paths),
    ).toEqual([]);
  });
});

describe('how it reads', () => {
  const written = sources.filter(({ file }) => !file.endsWith('iso-4217.ts'));

  test('no file is longer than 500 lines', () => {
    expect(
      findings(
        ({ text }) => (text.split('\n').length > 500 ? [`${text.split('\n').length} lines`] : []),
        written,
      ),
    ).toEqual([]);
  });

  // A factory that only puts an object together may be as long as the object's list of verbs.
  test('no function is longer than 60 lines, no factory than 85', () => {
    const wrong = findings(
      ({ file, text }) => {
        if (/\.tsx$|^web\//.test(file)) return [];
        const lines = text.split('\n');
        const found: string[] = [];
        for (const [start, line] of lines.entries()) {
          if (!/^(export )?(async )?function \w|^(export )?const \w+ = (async )?\(.*=>\s*\{$/.test(line))
            continue;
          const end = lines.findIndex((other, index) => index > start && /^(\}|\);)/.test(other));
          const limit = /function create[A-Z]\w*/.test(line) ? 85 : 60;
          if (end - start > limit) found.push(`${line.trim().slice(0, 50)} has ${end - start} lines`);
        }
        return found;
      },
      written.filter(({ isTest }) => !isTest),
    );
    expect(wrong).toEqual([]);
  });

  test('a file opens with what it is for', () => {
    const opens = /^(#!.*\n)?(\/\/|\/\*)/;
    expect(findings(({ text }) => (opens.test(text) ? [] : ['has no opening comment']), written)).toEqual([]);
  });

  test('no names that say nothing, no TODO', () => {
    const names = /\b(class|function|const|interface|type)\s+\w*(Manager|Helper|Util|Handler|Processor)s?\b/;
    const wrong = findings(({ file, text }) => {
      const found: string[] = [];
      if (names.test(text)) found.push(names.exec(text)![0]);
      if (/\b(TODO|FIXME)\b/.test(text) && !file.endsWith('tidy.test.ts')) found.push('has a TODO');
      if (/(^|\/)(common|shared|utils?|core|lib|helpers?)\//.test(file))
        found.push('is in a folder whose name says nothing');
      return found;
    }, written);
    expect(wrong.filter((finding) => !finding.startsWith('tests/tidy.test.ts'))).toEqual([]);
  });
});
