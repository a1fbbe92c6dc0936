// The verifier's part about the audit log: works every leaf out again from the exported rows, the tree from the leaves, and
// holds both against the checkpoint that the auditor kept. Nothing here is the server's code; hashes lie in a file, so that
// memory does not grow with the log.
import { createPublicKey, hash, verify } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Json } from './verify.ts';

const bytes = 32;
const sha256 = (data: Buffer): Buffer => hash('sha256', data, 'buffer');
const leafOf = (text: string): Buffer => sha256(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
const above = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.of(1), left, right]));
const text = (value: unknown): string => String(value);

/** A signed tree head. */
export interface Head {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
}

/** Reads a checkpoint; with a verifier key, its signature has to be that key's. Throws in words where it is not. */
export function readCheckpointNote(note: string, verifierKey: string | null): Head {
  const end = note.indexOf('\n\n');
  const [origin, size, root] = note.slice(0, Math.max(end, 0)).split('\n');
  if (
    end < 0 ||
    origin === undefined ||
    !/^\d+$/.test(size ?? '') ||
    !/^[A-Za-z0-9+/]{43}=$/.test(root ?? '')
  )
    throw new Error('this is not a checkpoint');
  if (verifierKey !== null) assertSigned(note.slice(0, end + 1), note.slice(end + 2), verifierKey);
  return { origin, size: BigInt(size!), root: Buffer.from(root!, 'base64') };
}

function assertSigned(signed: string, signatures: string, verifierKey: string): void {
  const [, name, keyHash, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(verifierKey.trim()) ?? [];
  const key = Buffer.from(base64 ?? '', 'base64');
  if (name === undefined || key.length !== bytes + 1 || key[0] !== 1)
    throw new Error('this is not the verifier key of an Ed25519 log');
  if (sha256(Buffer.concat([Buffer.from(`${name}\n`), key])).toString('hex', 0, 4) !== keyHash)
    throw new Error('the verifier key’s hash is not its own');
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const good = signatures.split('\n').some((line) => {
    const [, by, signature] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const data = Buffer.from(signature ?? '', 'base64');
    return (
      by === name &&
      data.toString('hex', 0, 4) === keyHash &&
      verify(null, Buffer.from(signed), publicKey, data.subarray(4))
    );
  });
  if (!good) throw new Error(`the checkpoint is not signed by ${name}`);
}

/** The tree's right edge: the full subtrees, by height. */
class Tree {
  size = 0n;
  readonly #edge: (Buffer | undefined)[] = [];

  add(leaf: Buffer): void {
    let [node, height] = [leaf, 0];
    for (; this.#edge[height] !== undefined; height++) {
      node = above(this.#edge[height]!, node);
      this.#edge[height] = undefined;
    }
    this.#edge[height] = node;
    this.size += 1n;
  }
  root(): Buffer {
    let root: Buffer | undefined;
    for (const node of this.#edge)
      if (node !== undefined) root = root === undefined ? node : above(node, root);
    return root ?? sha256(Buffer.alloc(0));
  }
}

/** What a leaf's rows make, and which of them were there: a bit for each of an event's sequence. */
interface Made {
  readonly hash: Buffer;
  readonly seen: bigint;
}
const width = bytes + 8;
const bitOf = (sequence: number): bigint => 1n << BigInt(sequence % 64);

/** Leaves' hashes by position, in a file that goes with the process. Runs of neighbours are written together. */
class HashFile {
  readonly #file: string;
  readonly #handle: number;
  #start = 0;
  #run: Buffer[] = [];

  constructor() {
    this.#file = path.join(tmpdir(), `tongbao-verify-${process.pid}-${process.hrtime.bigint()}`);
    this.#handle = openSync(this.#file, 'wx+', 0o600);
    rmSync(this.#file);
  }
  put(position: number, { hash: leaf, seen }: Made): void {
    if (position !== this.#start + this.#run.length || this.#run.length >= 4096) {
      this.#flush();
      this.#start = position;
    }
    const record = Buffer.alloc(width);
    leaf.copy(record);
    record.writeBigUInt64BE(seen, bytes);
    this.#run.push(record);
  }
  #flush(): void {
    if (this.#run.length > 0)
      writeSync(this.#handle, Buffer.concat(this.#run), 0, undefined, this.#start * width);
    this.#run = [];
  }
  /** Zeros where nothing was put. */
  read(position: number, count: number): Made[] {
    this.#flush();
    const found = Buffer.alloc(count * width);
    readSync(this.#handle, found, 0, found.length, position * width);
    return Array.from({ length: count }, (_, place) => ({
      hash: found.subarray(place * width, place * width + bytes),
      seen: found.readBigUInt64BE(place * width + bytes),
    }));
  }
  close(): void {
    ftruncateSync(this.#handle);
    closeSync(this.#handle);
  }
}

const mostLeaves = 2 ** 40;
/** How much earlier than the kept checkpoint's newest row a later leaf may be before it is called late. */
const lateMicros = 600_000_000n;
const mostLate = 20;

export interface LogOptions {
  /** The checkpoint that the auditor kept; null without one. */
  readonly kept: Head | null;
  /** What its signatures are verified with; null: what the export says, which proves less. */
  readonly verifierKey: string | null;
}

/** What one leaf is made of: a row, or events that follow each other. */
interface Row {
  readonly name: string;
  readonly words: string;
  readonly leaf: unknown;
  /** When it says it was; null where that is not compared. */
  readonly micros: bigint | null;
  readonly sequences?: readonly number[];
}

export class SealedBooks {
  readonly #say: (finding: string) => void;
  readonly #kept: Head | null;
  readonly #verifierKey: string | null;
  readonly #hashes = new HashFile();
  readonly #tree = new Tree();
  readonly #late: { name: string; micros: bigint; position: number }[] = [];
  /** Of one payment and one leaf, so far. */
  #events: { payment: unknown; leaf: unknown; rows: readonly Json[] } = {
    payment: null,
    leaf: null,
    rows: [],
  };
  #newest = 0n;
  #rows = 0;
  #waiting = 0;
  #unsaid = 0;
  #next = 0;
  #broken = false;
  #current: Head | null = null;

  constructor(say: (finding: string) => void, { kept, verifierKey }: LogOptions) {
    this.#say = say;
    this.#kept = kept;
    this.#verifierKey = verifierKey;
  }

  read(record: Json): void {
    if (record.type !== 'event') this.#endLeaf();
    switch (record.type) {
      case 'entry':
        this.#entry(record);
        return;
      case 'event':
        this.#event(record);
        return;
      case 'logged':
        this.#take({
          ...{ name: `${text(record.source)} ${text(record.id)}`, words: text(record.text) },
          ...{ leaf: record.leaf, micros: null },
        });
        return;
      case 'leaves':
        this.#leaves(record);
        return;
      case 'checkpoint':
        this.#current = readCheckpointNote(text(record.note), this.#verifierKey ?? text(record.verifierKey));
    }
  }

  #entry(record: Json): void {
    const postings = record.postings as Json[];
    const list = (field: string) => `"{${postings.map((posting) => text(posting[field])).join(',')}}"`;
    const micros = microsOf(record.occurredAt);
    const words = `["entry/1",${text(record.id)},"${text(record.kind)}",${text(record.payerId)},${text(record.subjectId)},${micros},${list('account')},${list('amount')}]`;
    this.#take({ name: `entry ${text(record.id)}`, words, leaf: record.leaf, micros });
  }

  #event(record: Json): void {
    const { leaf, paymentId: payment } = record;
    if (this.#events.leaf !== leaf || this.#events.payment !== payment) this.#endLeaf();
    this.#events = { payment, leaf, rows: [...this.#events.rows, record] };
    // What has no place in the log is looked at one by one.
    if (leaf === undefined || leaf === null || leaf === 'waiting') this.#endLeaf();
  }

  /** The events that one leaf is about follow each other. */
  #endLeaf(): void {
    const { payment, leaf, rows } = this.#events;
    this.#events = { payment: null, leaf: null, rows: [] };
    const [first] = rows;
    if (first === undefined) return;
    const words = rows.map((row) => {
      const [at, of] = [microsOf(row.occurredAt), `${text(row.entryId)},${text(row.refundId)}`];
      return `${text(row.sequence)},"${text(row.kind)}",${at},${of}`;
    });
    const all =
      rows.length === 1
        ? `["event/1",${text(payment)},${words[0]}]`
        : `["events/1",${text(payment)},${words.map((one) => `[${one}]`).join(',')}]`;
    const name = rows.map((row) => `event ${text(payment)}/${text(row.sequence)}`).join(' or ');
    const sequences = rows.map((row) => Number.parseInt(text(row.sequence), 10));
    this.#take({ name, words: all, leaf, micros: microsOf(first.occurredAt), sequences });
  }

  #take({ name, words, leaf, micros, sequences = [0] }: Row): void {
    this.#rows += sequences.length;
    if (leaf === undefined) {
      this.#unsaid += 1;
      return;
    }
    if (leaf === 'waiting') {
      this.#waiting += 1;
      return;
    }
    const position = Number.parseInt(text(leaf), 10);
    if (leaf === null || !Number.isSafeInteger(position) || position < 0 || position > mostLeaves) {
      this.#say(`${name} was written past the log`);
      return;
    }
    const seen = sequences.reduce((bits, sequence) => bits | bitOf(sequence), 0n);
    this.#hashes.put(position, { hash: leafOf(words), seen });
    if (micros === null || this.#kept === null) return;
    if (BigInt(position) < this.#kept.size) this.#newest = micros > this.#newest ? micros : this.#newest;
    else this.#remember({ name, micros, position });
  }

  /** The earliest of what was sealed after the kept checkpoint. */
  #remember(row: { name: string; micros: bigint; position: number }): void {
    if (this.#late.length >= mostLate && row.micros >= this.#late.at(-1)!.micros) return;
    this.#late.push(row);
    this.#late.sort((left, right) => (left.micros < right.micros ? -1 : 1));
    this.#late.splice(mostLate);
  }

  #leaves(record: Json): void {
    const first = Number.parseInt(text(record.first), 10);
    const sealed = Buffer.from(text(record.hashes), 'base64');
    const [ids, sequences] = [text(record.ids).split(','), text(record.sequences).split(',')];
    if (first !== this.#next && !this.#broken) {
      this.#broken = true;
      this.#say(`leaves ${this.#next} to ${first - 1} of the log are missing`);
    }
    const found = this.#hashes.read(first, ids.length);
    for (const [place, id] of ids.entries()) {
      const leaf = sealed.subarray(place * bytes, (place + 1) * bytes);
      const made = found[place]!;
      if (!made.hash.equals(leaf)) {
        const sealed = `after it was sealed (leaf ${first + place})`;
        const rows = rowsOf(record, { id, last: Number.parseInt(sequences[place]!, 10) });
        const gone = rows.filter(({ sequence }) => (made.seen & bitOf(sequence)) === 0n);
        for (const { name } of gone) this.#say(`${name} was removed ${sealed}`);
        if (gone.length === 0)
          this.#say(`${rows.map(({ name }) => name).join(' or ')} was changed ${sealed}`);
      }
      this.#tree.add(leaf);
      this.#compare(this.#kept, 'that was kept');
      this.#compare(this.#current, 'that is signed');
    }
    this.#next = first + ids.length;
  }

  #compare(head: Head | null, which: string): void {
    if (head === null || head.size !== this.#tree.size || head.root.equals(this.#tree.root())) return;
    this.#say(`the log was rewritten: its first ${head.size} leaves do not make the checkpoint ${which}`);
  }

  /** What the log proves, in a few words; null where the export has none. */
  judge(): { summary: string; late: string[] } | null {
    this.#hashes.close();
    const [kept, current] = [this.#kept, this.#current];
    if (this.#next === 0 && kept === null) return null;
    if (kept !== null && kept.size > this.#tree.size)
      this.#say(`the log has ${this.#tree.size} leaves, the checkpoint that was kept has ${kept.size}`);
    if (kept !== null && current === null) this.#say('the export has no signed checkpoint');
    if (current !== null && current.size > this.#tree.size)
      this.#say(`the log has ${this.#tree.size} leaves, its checkpoint has ${current.size}`);
    if (this.#unsaid > 0 && this.#next > 0)
      this.#say(`${this.#unsaid} rows do not say where they are in the log`);
    if (kept !== null && current !== null && kept.origin !== current.origin)
      this.#say(`the checkpoint that was kept is of ${kept.origin}, the export of ${current.origin}`);
    const late = this.#late.flatMap(({ name, micros, position }) =>
      micros + lateMicros < this.#newest
        ? `${name} says ${new Date(Number.parseInt(String(micros / 1000n), 10)).toISOString()} and was sealed after the checkpoint (leaf ${position})`
        : [],
    );
    const extends_ =
      kept === null ? '' : `, of which the first ${kept.size} are those of the checkpoint that was kept`;
    return {
      summary: `${this.#rows} rows and ${this.#tree.size} leaves of the audit log${extends_}; ${this.#waiting} rows wait to be sealed`,
      late,
    };
  }
}

/** The rows that a leaf is of: several events where its batch says so. */
function rowsOf(
  { source, events = 1 }: Json,
  { id, last }: { id: string; last: number },
): { name: string; sequence: number }[] {
  if (source !== 'event') return [{ name: `${text(source)} ${id}`, sequence: 0 }];
  const count = Math.min(Number.parseInt(text(events), 10), 64);
  return Array.from({ length: count }, (_, place) => {
    const sequence = last - count + 1 + place;
    return { name: `event ${id}/${sequence}`, sequence };
  });
}

/** `2014-11-11T02:00:00.000123Z` in microseconds since 1970; whole milliseconds where it says no more. */
function microsOf(instant: unknown): bigint {
  const [, digits = ''] = /\.\d{3}(\d{3})Z$/.exec(text(instant)) ?? [];
  return BigInt(Date.parse(text(instant))) * 1000n + BigInt(digits === '' ? 0 : digits);
}
