// Whole batches by COPY in the binary format: no array to unpack, no text to parse, and PostgreSQL writes the rows of
// a page together. Several tables go in one round trip: the statements and all their rows are sent at once, and the
// server takes them in turn.
import type pg from 'pg';
import type { Statement } from './statement.ts';

/** What a column's values are, and what PostgreSQL's binary format makes of them. */
interface ColumnTypes {
  readonly int2: number;
  readonly int4: number;
  readonly int8: bigint;
  /** No NUL characters: PostgreSQL has none. */
  readonly text: string;
  readonly json: unknown;
  readonly timestamptz: Date;
  readonly bytea: Buffer;
  readonly bool: boolean;
  readonly 'int8[]': readonly bigint[];
}
type ColumnType = keyof ColumnTypes;

/** A column by its name: its type, and what it takes from a row; null is NULL. */
type Columns<Row> = {
  readonly [name: string]: {
    [Type in ColumnType]: readonly [type: Type, value: (row: Row) => ColumnTypes[Type] | null];
  }[ColumnType];
};

/** Rows on their way into a table. */
export interface RowsToCopy {
  readonly statement: string;
  /** As they go over the wire: one CopyData message and the CopyDone behind it. Empty where there are no rows. */
  readonly messages: Buffer;
  /** To be told once the server has them: the memory is then written anew. Never told: it is collected. */
  readonly release: () => void;
}

/** Makes batches of rows for a table. Built only in `store.ts` files; names are written as they stand. */
export function copyInto<Row>(table: string, columns: Columns<Row>): (rows: readonly Row[]) => RowsToCopy {
  const statement = `COPY ${table} (${Object.keys(columns).join(', ')}) FROM STDIN (FORMAT binary)`;
  const fields = Object.values(columns).map(([type, value]) => ({
    write: writers[type] as (to: Scratch, value: unknown) => void,
    value,
  }));
  return (rows) => {
    if (rows.length === 0) return { statement, messages: nothing, release: () => undefined };
    const scratch = spare.pop() ?? new Scratch();
    scratch.bytes(copyData);
    scratch.bytes(signature);
    for (const row of rows) {
      scratch.int2(fields.length);
      for (const { write, value } of fields) {
        const found = value(row);
        if (found === null) scratch.int4(-1);
        else write(scratch, found);
      }
    }
    scratch.int2(-1);
    scratch.closeMessage();
    scratch.bytes(copyDone);
    return { statement, messages: scratch.taken(), release: () => putBack(scratch) };
  };
}

// "Binary Format" in PostgreSQL's documentation of COPY: signature, flags, length of the header's extension.
const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

// "Message Formats" there: a letter, and the length of what follows, itself included.
const copyData = Buffer.from('d\0\0\0\0', 'latin1');
const copyDone = Buffer.from('c\0\0\0\x04', 'latin1');
const nothing = Buffer.alloc(0);
const yes = Buffer.from([1]);
const no = Buffer.from([0]);

// Memory of batches that were sent, for those that follow: a batch's is large enough to make the collector run.
const spare: Scratch[] = [];
const mostSpare = 32;
const largestSpare = 1024 * 1024;

function putBack(scratch: Scratch): void {
  if (spare.length < mostSpare && scratch.size <= largestSpare) spare.push(scratch.emptied());
}

/** Grows as it is written; one batch is a few hundred kilobytes at most. */
class Scratch {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  // Numbers go through the view: the engine writes them in place, where Buffer's own methods call a function.
  #view = new DataView(this.#buffer.buffer);
  #at = 0;

  #room(length: number): number {
    const at = this.#at;
    if (at + length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, at + length));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#at = at + length;
    return at;
  }
  int2(value: number): void {
    const at = this.#room(2);
    this.#view.setInt16(at, value);
  }
  int4(value: number): void {
    const at = this.#room(4);
    this.#view.setInt32(at, value);
  }
  int8(value: bigint): void {
    const at = this.#room(8);
    this.#view.setBigInt64(at, value);
  }
  bytes(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#buffer.set(value, at);
  }
  /** Its length, and its bytes in UTF-8. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    const at = this.#room(4 + length);
    this.#view.setInt32(at, length);
    this.#buffer.write(value, at + 4, length, 'utf8');
  }
  /** Everything so far was one message; now its length is known. */
  closeMessage(): void {
    this.#view.setInt32(1, this.#at - 1);
  }
  taken(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }
  get size(): number {
    return this.#buffer.length;
  }
  emptied(): this {
    this.#at = 0;
    return this;
  }
}

/** Milliseconds from 1970 to 2000, where PostgreSQL's instants begin; it counts microseconds. */
const epochMs = 946_684_800_000n;
const int8Type = 20;

// A batch has few distinct instants.
let lastMs = Number.NaN;
let lastMicroseconds = 0n;
function microsecondsOf(ms: number): bigint {
  if (ms !== lastMs) {
    lastMs = ms;
    lastMicroseconds = (BigInt(ms) - epochMs) * 1000n;
  }
  return lastMicroseconds;
}

const writers: { readonly [Type in ColumnType]: (to: Scratch, value: ColumnTypes[Type]) => void } = {
  int2(to, value) {
    to.int4(2);
    to.int2(value);
  },
  int4(to, value) {
    to.int4(4);
    to.int4(value);
  },
  int8(to, value) {
    to.int4(8);
    to.int8(value);
  },
  text: (to, value) => to.text(value),
  json: (to, value) => to.text(JSON.stringify(value)),
  timestamptz(to, value) {
    to.int4(8);
    to.int8(microsecondsOf(value.getTime()));
  },
  bytea(to, value) {
    to.int4(value.length);
    to.bytes(value);
  },
  bool(to, value) {
    to.int4(1);
    to.bytes(value ? yes : no);
  },
  'int8[]'(to, values) {
    // One dimension, no nulls, from subscript 1. An empty array has no dimension at all.
    const dimensions = values.length === 0 ? 0 : 1;
    to.int4(12 + dimensions * 8 + values.length * 12);
    to.int4(dimensions);
    to.int4(0);
    to.int4(int8Type);
    if (dimensions === 0) return;
    to.int4(values.length);
    to.int4(1);
    for (const value of values) {
      to.int4(8);
      to.int8(value);
    }
  },
};

/** The parts of pg's connection that we write to directly. */
interface Wire {
  readonly stream: {
    readonly writable: boolean;
    cork?(): void;
    uncork?(): void;
    write(messages: Buffer): boolean;
  };
  query(text: string): void;
}

/** What is sent in one round trip, in this order. */
export interface Pipeline {
  readonly batches: readonly RowsToCopy[];
  readonly executions: readonly Execution[];
}

/** A statement whose parameters are all arrays of integers. */
export interface Execution {
  readonly statement: Statement;
  /** Array literals, made by `integers`. */
  readonly values: readonly string[];
}

// Under which name a connection has prepared a statement for EXECUTE. Each attempt takes a new name: after an error it
// is not known whether the one before stands.
const prepared = new WeakMap<pg.ClientBase, Map<string, string>>();
let attempts = 0;
const integersOnly = /^\{[-0-9,]*\}$/;

function executed(
  { statement, values }: Execution,
  known: Map<string, string>,
  newlyPrepared: Map<string, string>,
): string[] {
  for (const value of values)
    if (!integersOnly.test(value)) throw new Error(`${statement.name} takes arrays of integers only`);
  const parameters = `(${values.map((value) => `'${value}'`).join(', ')})`;
  const name = known.get(statement.name) ?? newlyPrepared.get(statement.name);
  if (name !== undefined) return [`EXECUTE "${name}"${parameters}`];
  const fresh = `${statement.name}.${++attempts}`;
  newlyPrepared.set(statement.name, fresh);
  const types = values.map(() => 'bigint[]').join(', ');
  return [`PREPARE "${fresh}"(${types}) AS ${statement.text}`, `EXECUTE "${fresh}"${parameters}`];
}

/**
 * Sends all of it in one round trip: the server takes the statements in turn. Resolves when it has; an error of any
 * leaves what follows undone and the transaction failed, as always.
 */
export function sendPipeline(
  client: pg.ClientBase,
  pipeline: Pipeline,
  { begin, commit }: { begin: boolean; commit: boolean },
): Promise<void> {
  const filled = pipeline.batches.filter((batch) => batch.messages.length > 0);
  const known = prepared.get(client) ?? new Map<string, string>();
  prepared.set(client, known);
  const newlyPrepared = new Map<string, string>();
  const text = [
    ...(begin ? ['BEGIN'] : []),
    ...filled.map((batch) => batch.statement),
    ...pipeline.executions.flatMap((execution) => executed(execution, known, newlyPrepared)),
    ...(commit ? ['COMMIT'] : []),
  ];
  if (text.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const conversation = {
      submit(wire: Wire) {
        wire.stream.cork?.();
        wire.query(text.join(';'));
        // Not through the driver, which would copy them once more.
        if (wire.stream.writable) for (const batch of filled) wire.stream.write(batch.messages);
        wire.stream.uncork?.();
      },
      // Nothing to wait for: the rows were sent with the statement. After an error the server drops what follows.
      handleCopyInResponse() {},
      handleRowDescription() {},
      handleDataRow() {},
      handleCommandComplete() {},
      // The driver ends a conversation with its error; what is sent next waits until the server is ready again.
      handleError: reject,
      handleReadyForQuery() {
        for (const [name, fresh] of newlyPrepared) known.set(name, fresh);
        for (const batch of filled) batch.release();
        resolve();
      },
    };
    client.query(conversation as unknown as pg.Submittable);
  });
}
