// The tree of RFC 6962, section 2: hashes of leaves and nodes, a tree that only grows, and proofs. Pure.
import { hash } from 'node:crypto';

const leafPrefix = Buffer.of(0);
export const hashBytes = 32;
// Written anew for each node: the prefix, and two hashes.
const node = Buffer.alloc(1 + 2 * hashBytes, 1);

const sha256 = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer');
export const leafHash = (text: Buffer): Buffer => sha256(Buffer.concat([leafPrefix, text]));
export const emptyRoot: Buffer = sha256(Buffer.alloc(0));

// Hashes as strings of 32 characters, one a byte: Node makes and reads them in a third of the time of buffers.
type Bytes = string;
const bytesOf = (hashes: Buffer, at: number): Bytes => hashes.toString('latin1', at, at + hashBytes);
const bufferOf = (bytes: Bytes): Buffer => Buffer.from(bytes, 'latin1');
function nodeOf(left: Bytes, right: Bytes): Bytes {
  node.write(left, 1, hashBytes, 'latin1');
  node.write(right, 1 + hashBytes, hashBytes, 'latin1');
  return hash('sha256', node, 'latin1');
}
function pairOf(hashes: Buffer, at: number): Bytes {
  hashes.copy(node, 1, at, at + 2 * hashBytes);
  return hash('sha256', node, 'latin1');
}
export const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  bufferOf(nodeOf(bytesOf(left, 0), bytesOf(right, 0)));

/** A tile holds this many hashes; a full tile's root is one hash of the tile above it. */
export const tileWidth = 256n;
const tileHeight = 8;

/** The hash of a full subtree of 256^level leaves: the `number`-th of its level. */
export interface FullSubtree {
  readonly level: number;
  readonly number: bigint;
  readonly hash: Buffer;
}

/** A tree that only its right edge is kept of: the hashes of its full subtrees, one for each bit of its size. */
export class GrowingTree {
  #size: bigint;
  // By height: the full subtree of 2^height leaves at the right edge, where the size has that bit.
  readonly #edge: (Bytes | undefined)[] = [];

  /** `frontier`: 32 bytes for each bit of the size that is set, the largest subtree first. */
  constructor(size: bigint, frontier: Buffer) {
    this.#size = size;
    const heights = [...size.toString(2)].reverse().flatMap((bit, height) => (bit === '1' ? height : []));
    if (frontier.length !== heights.length * hashBytes)
      throw new Error(`a tree of ${size} leaves has not ${frontier.length / hashBytes} full subtrees`);
    for (const [place, height] of heights.reverse().entries())
      this.#edge[height] = bytesOf(frontier, place * hashBytes);
  }

  get size(): bigint {
    return this.#size;
  }

  /** Takes leaves' hashes, 32 bytes each, and answers the subtrees of whole tiles that became full. */
  append(hashes: Buffer): FullSubtree[] {
    const full: FullSubtree[] = [];
    for (let at = 0; at < hashes.length; ) {
      // Two leaves that stand beside each other go into their node as they are.
      const isPair = this.#edge[0] === undefined && at + 2 * hashBytes <= hashes.length;
      let hash = isPair ? pairOf(hashes, at) : bytesOf(hashes, at);
      let height = isPair ? 1 : 0;
      at += hashBytes << height;
      for (; this.#edge[height] !== undefined; height++) {
        hash = nodeOf(this.#edge[height]!, hash);
        this.#edge[height] = undefined;
        const above = height + 1;
        if (above % tileHeight === 0) {
          const last = this.#size + BigInt(at / hashBytes) - 1n;
          full.push({ level: above / tileHeight, number: last >> BigInt(above), hash: bufferOf(hash) });
        }
      }
      this.#edge[height] = hash;
    }
    this.#size += BigInt(hashes.length / hashBytes);
    return full;
  }

  frontier(): Buffer {
    return bufferOf(this.#edge.toReversed().join(''));
  }

  root(): Buffer {
    let root: Bytes | null = null;
    for (const hash of this.#edge) if (hash !== undefined) root = root === null ? hash : nodeOf(hash, root);
    return root === null ? emptyRoot : bufferOf(root);
  }
}

/** Reads `count` hashes of full subtrees of a level, from a number on. Level 0 are leaves. */
export type ReadHashes = (from: { level: number; number: bigint }, count: number) => Promise<Buffer>;

/** The hash of the leaves from `start` (included) to `end` (excluded), as it stands in any tree that has them. */
export async function rangeHash(read: ReadHashes, start: bigint, end: bigint): Promise<Buffer> {
  const size = end - start;
  const height = size.toString(2).length - 1;
  const whole = 1n << BigInt(height);
  if (whole !== size)
    return nodeHash(await rangeHash(read, start, start + whole), await rangeHash(read, start + whole, end));
  const level = Math.floor(height / tileHeight);
  const count = 1 << (height % tileHeight);
  let hashes = await read({ level, number: start >> BigInt(level * tileHeight) }, count);
  if (hashes.length !== count * hashBytes) throw new Error(`hashes of the log's level ${level} are missing`);
  while (hashes.length > hashBytes) {
    const above: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += 2 * hashBytes)
      above.push(
        nodeHash(hashes.subarray(at, at + hashBytes), hashes.subarray(at + hashBytes, at + 2 * hashBytes)),
      );
    hashes = Buffer.concat(above);
  }
  return hashes;
}

/** The audit path of a leaf in a tree of `size` leaves, from the leaf upwards (RFC 6962, 2.1.1). */
export async function inclusionPath(read: ReadHashes, position: bigint, size: bigint): Promise<Buffer[]> {
  const path: Buffer[] = [];
  let [start, end] = [0n, size];
  while (end - start > 1n) {
    const left = start + (1n << BigInt((end - start - 1n).toString(2).length - 1));
    if (position < left) {
      path.push(await rangeHash(read, left, end));
      end = left;
    } else {
      path.push(await rangeHash(read, start, left));
      start = left;
    }
  }
  return path.reverse();
}
