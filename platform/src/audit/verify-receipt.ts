// `npm run verify -- --receipt FILE --vkey KEY`: checks a payment's receipt offline. Works the root out from each leaf and its
// path (RFC 6962), and holds it against the checkpoint that the proof brings along and the log's key has signed.
import { hash } from 'node:crypto';
import { type Head, readCheckpointNote } from './verify-log.ts';

const sha256 = (data: Buffer): Buffer => hash('sha256', data, 'buffer');
const above = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.of(1), left, right]));
const mostPath = 63;
const mostParts = 10_000;

/** Throws in words where the file is no receipt. `kept`: a checkpoint that somebody kept, of the same log. */
export function verifyReceipt(
  file: string,
  { verifierKey, kept }: { verifierKey: string; kept: Head | null },
): { findings: string[]; facts: string[] } {
  const { format, paymentId, parts } = JSON.parse(file) as Record<string, unknown>;
  if (format !== 'tongbao-receipt/1') throw new Error('this is not a receipt');
  const number = /^\d{8}10(\d{20})$/.exec(String(paymentId))?.[1];
  if (number === undefined || !Array.isArray(parts) || parts.length > mostParts)
    throw new Error('the receipt names no payment');
  const [findings, facts] = [[] as string[], [] as string[]];
  if (parts.length === 0) findings.push('the receipt says of nothing that moved money');
  for (const [place, part] of parts.entries()) {
    const { kind, at, proof } = (part ?? {}) as Record<string, unknown>;
    const name = `part ${place + 1} (${String(kind)})`;
    try {
      if (typeof proof !== 'string') throw new Error('is not sealed yet: ask for the receipt again');
      const { text, position, head } = readProof(proof, verifierKey);
      assertAbout(text, { payment: BigInt(number), kind, at });
      assertSame(head, kept);
      facts.push(`${text} is leaf ${position} of ${head.size} of ${head.origin}`);
    } catch (error) {
      findings.push(`${name} ${(error as Error).message}`);
    }
  }
  return { findings, facts };
}

interface Proven {
  readonly text: string;
  readonly position: bigint;
  readonly head: Head;
}

/** A C2SP tlog-proof. Throws in words when it is none, or proves nothing. */
function readProof(proof: string, verifierKey: string): Proven {
  const end = proof.indexOf('\n\n');
  const [title, extra = '', index = '', ...path] = proof.slice(0, Math.max(end, 0)).split('\n');
  const text = /^extra ([A-Za-z0-9+/]+=*)$/.exec(extra)?.[1];
  const position = /^index (\d{1,15})$/.exec(index)?.[1];
  if (title !== 'c2sp.org/tlog-proof@v1' || text === undefined || position === undefined)
    throw new Error('has no proof');
  const head = readCheckpointNote(proof.slice(end + 2), verifierKey);
  const leaf = Buffer.from(text, 'base64');
  const hashes = path.map((line) => Buffer.from(line, 'base64'));
  const of = { position: BigInt(position), size: head.size };
  const root = rootOf(sha256(Buffer.concat([Buffer.of(0), leaf])), hashes, of);
  if (root === null || !root.equals(head.root))
    throw new Error('is not in the log that its checkpoint is of');
  return { text: leaf.toString('utf8'), position: of.position, head };
}

/** RFC 9162, 2.1.3.2. Null when the path has another length than a tree of that size asks for. */
function rootOf(
  leaf: Buffer,
  path: readonly Buffer[],
  { position, size }: { position: bigint; size: bigint },
): Buffer | null {
  if (position >= size || path.length > mostPath) return null;
  let [node, place, last] = [leaf, position, size - 1n];
  for (const other of path) {
    if (last === 0n || other.length !== 32) return null;
    if ((place & 1n) === 1n || place === last) {
      node = above(other, node);
      while ((place & 1n) === 0n && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else node = above(node, other);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n ? node : null;
}

// The numbers of a leaf may be longer than a double: they are read from its text.
const entryLeaf = /^\["entry\/1",\d+,"[a-z-]+",\d+,(?<payment>\d+),(?<micros>\d+),/;
const eventLeaf = /^\["event\/1",(?<payment>\d+),(?<event>[^[\]]*)\]$/;
const eventsLeaf = /^\["events\/1",(?<payment>\d+),(?<events>\[[^[\]]*\](?:,\[[^[\]]*\])*)\]$/;
const oneEvent = /^\d+,"(?<kind>[a-z-]+)",(?<micros>\d+),\d+,\d+$/;

/** The leaf is about this payment, and says what the receipt says. */
function assertAbout(text: string, said: { payment: bigint; kind: unknown; at: unknown }): void {
  const millis = String(Date.parse(String(said.at)));
  const entry = entryLeaf.exec(text)?.groups;
  const { payment, event, events } = {
    ...entry,
    ...eventLeaf.exec(text)?.groups,
    ...eventsLeaf.exec(text)?.groups,
  } as Record<string, string | undefined>;
  const saysSo =
    entry === undefined
      ? (events?.slice(1, -1).split('],[') ?? [event ?? '']).some((words) => {
          const { kind, micros } = oneEvent.exec(words)?.groups ?? {};
          return kind === said.kind && isAt(micros, millis);
        })
      : isAt(entry.micros, millis);
  if (payment === undefined || BigInt(payment) !== said.payment || !saysSo)
    throw new Error(`is about something else: ${text.slice(0, 200)}`);
}
const isAt = (micros: string | undefined, millis: string): boolean => micros?.slice(0, -3) === millis;

/** Two checkpoints of one log and one size have one root. Of another size, only an export shows that the log grew. */
function assertSame(head: Head, kept: Head | null): void {
  if (kept === null) return;
  if (kept.origin !== head.origin)
    throw new Error(`is of ${head.origin}, the kept checkpoint of ${kept.origin}`);
  if (kept.size === head.size && !kept.root.equals(head.root))
    throw new Error(
      'is in another log than the kept checkpoint, though both have one size: two stories are told',
    );
}
