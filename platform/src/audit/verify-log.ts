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
  put(position: number, leaf: Buffer): void {
    if (position !== this.#start + this.#run.length || this.#run.length >= 4096) {
      this.#flush();
      this.#start = position;
    }
    this.#run.push(leaf);
  }
  #flush(): void {
    if (this.#run.length > 0)
      writeSync(this.#handle, Buffer.concat(this.#run), 0, undefined, this.#start * bytes);
    this.#run = [];
  }
  /** Zeros where nothing was put. */
  read(position: number, count: number): Buffer {
    this.#flush();
    const found = Buffer.alloc(count * bytes);
    readSync(this.#handle, found, 0, found.length, position * bytes);
    return found;
  }
  close(): void {
    ftruncateSync(this.#handle);
    closeSync(this.#handle);
  }
}

const nothing = Buffer.alloc(bytes);
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

export class SealedBooks {
  readonly #say: (finding: string) => void;
  readonly #kept: Head | null;
  readonly #verifierKey: string | null;
  readonly #hashes = new HashFile();
  readonly #tree = new Tree();
  readonly #late: { name: string; micros: bigint; position: number }[] = [];
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
    switch (record.type) {
      case 'entry':
        this.#entry(record);
        return;
      case 'event':
        this.#event(record);
        return;
      case 'logged':
        this.#take(`${text(record.source)} ${text(record.id)}`, text(record.text), record.leaf);
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
    this.#take(`entry ${text(record.id)}`, words, record.leaf, micros);
  }

  #event(record: Json): void {
    const micros = microsOf(record.occurredAt);
    const [payment, sequence] = [text(record.paymentId), text(record.sequence)];
    const words = `["event/1",${payment},${sequence},"${text(record.kind)}",${micros},${text(record.entryId)},${text(record.refundId)}]`;
    this.#take(`event ${payment}/${sequence}`, words, record.leaf, micros);
  }

  #take(name: string, words: string, leaf: unknown, micros: bigint | null = null): void {
    this.#rows += 1;
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
    this.#hashes.put(position, leafOf(words));
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
      const now = found.subarray(place * bytes, (place + 1) * bytes);
      if (!now.equals(leaf)) {
        const source = text(record.source);
        const name = source === 'event' ? `event ${id}/${sequences[place]}` : `${source} ${id}`;
        const what = now.equals(nothing) ? 'removed' : 'changed';
        this.#say(`${name} was ${what} after it was sealed (leaf ${first + place})`);
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

/** `2014-11-11T02:00:00.000123Z` in microseconds since 1970; whole milliseconds where it says no more. */
function microsOf(instant: unknown): bigint {
  const [, digits = ''] = /\.\d{3}(\d{3})Z$/.exec(text(instant)) ?? [];
  return BigInt(Date.parse(text(instant))) * 1000n + BigInt(digits === '' ? 0 : digits);
}
