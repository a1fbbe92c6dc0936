// PostgreSQL: its version, and the settings that durability and speed depend on.
import { type Check, type Finding, fail, fine, warn } from './finding.ts';
import { readServer, readServerSettings, type ServerFacts } from './postgres-store.ts';

const oldest = 160_000;
/** What a release has in MiB or seconds, as serve.md says it was measured to matter. */
const walMib = 8_192;
const checkpointSeconds = 1_200;
const usualBuffers = 16_384;

type Settings = ReadonlyMap<string, { setting: string }>;

export const checkPostgres: Check = {
  name: 'postgres',
  needsDatabase: true,
  async run({ database }) {
    const server = await readServer(database);
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'max_wal_size', 'checkpoint_timeout'];
    const more = ['shared_buffers', 'wal_compression', 'data_checksums', 'autovacuum'];
    const settings = await readServerSettings(database, [...names, ...more]);
    return [...serverFindings(server), ...durability(settings), ...speed(settings)];
  },
};

/** Pure. */
export function serverFindings(server: ServerFacts): Finding[] {
  return [
    server.number >= oldest
      ? fine('postgres.version', server.version)
      : fail('postgres.version', server.version, 'PostgreSQL 16 or newer is needed'),
    server.recovers
      ? fail(
          'postgres.primary',
          'a standby',
          'DATABASE_URL leads to a server that takes no changes: name the primary',
        )
      : fine('postgres.primary', 'takes changes'),
    server.replicas > 0
      ? fine('postgres.replica', `${server.replicas} connected`)
      : warn(
          'postgres.replica',
          'none is connected',
          'run a replica, and try regularly to restore a backup: what is lost with this server’s disk is lost',
        ),
    server.here || server.encrypted
      ? fine('postgres.encryption', server.encrypted ? 'TLS' : 'on this machine')
      : warn(
          'postgres.encryption',
          'the connection is not encrypted',
          'add ?sslmode=verify-full to DATABASE_URL unless the network between is yours alone',
        ),
  ];
}

const off =
  'set it to on in postgresql.conf: without it a crash of the machine can lose or tear what was paid';

/** Pure. */
export function durability(settings: Settings): Finding[] {
  const isOn = (name: string): Finding => {
    const value = settings.get(name)?.setting ?? 'unknown';
    return value === 'on' ? fine(`postgres.${name}`, value) : fail(`postgres.${name}`, value, off);
  };
  const commit = settings.get('synchronous_commit')?.setting ?? 'unknown';
  const checksums = settings.get('data_checksums')?.setting;
  return [
    isOn('fsync'),
    ['on', 'local', 'remote_write', 'remote_apply'].includes(commit)
      ? fine('postgres.synchronous_commit', commit)
      : fail('postgres.synchronous_commit', commit, off),
    isOn('full_page_writes'),
    isOn('autovacuum'),
    checksums === 'on'
      ? fine('postgres.data_checksums', 'on')
      : warn(
          'postgres.data_checksums',
          checksums ?? 'unknown',
          'stop the server and run pg_checksums --enable: a disk that forgets is then noticed',
        ),
  ];
}

/** Pure. */
export function speed(settings: Settings): Finding[] {
  const number = (name: string): number => Number.parseInt(settings.get(name)?.setting ?? '0', 10);
  const wal = number('max_wal_size');
  const checkpoint = number('checkpoint_timeout');
  const buffers = number('shared_buffers');
  const compression = settings.get('wal_compression')?.setting ?? 'off';
  return [
    wal >= walMib
      ? fine('postgres.max_wal_size', `${wal} MB`)
      : warn('postgres.max_wal_size', `${wal} MB`, 'max_wal_size = 8GB where many payments are expected'),
    checkpoint >= checkpointSeconds
      ? fine('postgres.checkpoint_timeout', `${checkpoint} s`)
      : warn('postgres.checkpoint_timeout', `${checkpoint} s`, 'checkpoint_timeout = 20min'),
    buffers > usualBuffers
      ? fine('postgres.shared_buffers', `${Math.round(buffers / 128)} MB`)
      : warn(
          'postgres.shared_buffers',
          `${Math.round(buffers / 128)} MB`,
          'a quarter of the machine’s memory',
        ),
    compression === 'pglz' || compression === 'on'
      ? warn('postgres.wal_compression', compression, 'lz4 where the build has it, or off; never pglz')
      : fine('postgres.wal_compression', compression),
  ];
}
