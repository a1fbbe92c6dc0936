// Maps that do not fit into memory: the verifier's own. What was used last is in memory, the rest in a file that goes with the
// process, so that memory does not grow with the export.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** How many values each map keeps in memory, if nothing else is said. */
const usuallyInMemory = 10_000;
const perRead = 1_000;
/** What SQLite may keep in memory, in KiB. */
const pageCacheKiB = 32 * 1024;

interface Disk {
  readonly put: StatementSync;
  readonly get: StatementSync;
  readonly remove: StatementSync;
  readonly after: StatementSync;
}

// Amounts are bigints, which JSON has no place for: they are texts behind a mark.
const mark = '\u0001';
const format = (value: unknown): string =>
  JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `${mark}${item}` : item));
const parse = (text: string): unknown =>
  JSON.parse(text, (_key, item) =>
    typeof item === 'string' && item.startsWith(mark) ? BigInt(item.slice(1)) : item,
  );

/** One file for all maps of a run; made when the first map outgrows the memory. */
export class Spill {
  readonly #inMemory: number;
  #file: { folder: string; database: DatabaseSync; disk: Disk } | null = null;
  #maps = 0;

  constructor(inMemory = usuallyInMemory) {
    this.#inMemory = inMemory;
  }

  map<Value>(): SpilledMap<Value> {
    this.#maps += 1;
    return new SpilledMap<Value>(this, this.#maps, this.#inMemory);
  }

  /** @internal */
  get disk(): Disk {
    this.#file ??= open();
    return this.#file.disk;
  }

  close(): void {
    if (this.#file === null) return;
    this.#file.database.close();
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
  }
}

function open(): { folder: string; database: DatabaseSync; disk: Disk } {
  const folder = mkdtempSync(path.join(tmpdir(), 'tongbao-verify-'));
  const database = new DatabaseSync(path.join(folder, 'spilled'));
  // Nobody reads it after this process: nothing needs to survive, so that all of it is one transaction, never ended.
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -${pageCacheKiB};
    BEGIN; CREATE TABLE spilled (map INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (map, key)) WITHOUT ROWID`);
  const disk = {
    put: database.prepare('INSERT OR REPLACE INTO spilled VALUES (?, ?, ?)'),
    get: database.prepare('SELECT value FROM spilled WHERE map = ? AND key = ?'),
    remove: database.prepare('DELETE FROM spilled WHERE map = ? AND key = ?'),
    after: database.prepare(
      `SELECT key, value FROM spilled WHERE map = ? AND key > ? ORDER BY key LIMIT ${perRead}`,
    ),
  };
  return { folder, database, disk };
}

/** As `Map` with texts as keys. A value that was changed in place must be set again; keys are not empty. */
export class SpilledMap<Value> {
  readonly #spill: Spill;
  readonly #number: number;
  readonly #most: number;
  /** `isNew`: not on the disk as it is here. */
  readonly #near = new Map<string, { value: Value; isNew: boolean }>();
  #hasSpilled = false;

  constructor(spill: Spill, number: number, most: number) {
    this.#spill = spill;
    this.#number = number;
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const near = this.#near.get(key);
    if (near !== undefined) return near.value;
    if (!this.#hasSpilled) return undefined;
    const row = this.#spill.disk.get.get(this.#number, key);
    if (row === undefined) return undefined;
    const value = parse(row.value as string) as Value;
    this.#keep(key, { value, isNew: false });
    return value;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.#keep(key, { value, isNew: true });
  }

  delete(key: string): void {
    this.#near.delete(key);
    if (this.#hasSpilled) this.#spill.disk.remove.run(this.#number, key);
  }

  /** In the order in which they were set, or of their keys when some are on the disk. Nothing is set meanwhile. */
  *[Symbol.iterator](): Generator<[string, Value]> {
    if (!this.#hasSpilled) {
      for (const [key, { value }] of this.#near) yield [key, value];
      return;
    }
    this.#flush();
    for (let after = ''; ; ) {
      const rows = this.#spill.disk.after.all(this.#number, after);
      for (const row of rows) yield [row.key as string, parse(row.value as string) as Value];
      if (rows.length < perRead) return;
      after = rows.at(-1)!.key as string;
    }
  }

  *values(): Generator<Value> {
    for (const [, value] of this) yield value;
  }

  #keep(key: string, near: { value: Value; isNew: boolean }): void {
    if (this.#near.size >= this.#most && !this.#near.has(key)) this.#flush();
    this.#near.set(key, near);
  }

  #flush(): void {
    const { put } = this.#spill.disk;
    for (const [key, { value, isNew }] of this.#near) if (isNew) put.run(this.#number, key, format(value));
    this.#near.clear();
    this.#hasSpilled = true;
  }
}

/** Adds to a sum. */
export const add = (map: SpilledMap<bigint>, key: string, value: bigint): void =>
  map.set(key, (map.get(key) ?? 0n) + value);
