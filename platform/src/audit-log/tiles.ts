// Tiles as the C2SP specification tlog-tiles has them: paths, hashes, bundles of entries.
import type { Connection } from '../database/index.ts';
import { hashBytes, leafHash, type ReadHashes, tileWidth } from './merkle.ts';
import { type LeafKey, readLeafHashes, readLeafKeys, readSubtreeHashes, readTexts } from './store.ts';

export interface TileName {
  /** 0 to 6, or the entries themselves. */
  readonly level: number | 'entries';
  readonly number: bigint;
  /** 1 to 255 for a partial tile, else 256. */
  readonly width: number;
}

/** `0/x001/067`, `entries/003.p/12`: what follows `tile/`. Null for what is no name of a tile. */
export function tileNameOf(path: string): TileName | null {
  const match = /^(entries|[0-6])\/((?:x\d{3}\/){0,6}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (match === null) return null;
  const digits = match[2]!.replace(/[x/]/g, '');
  const width = match[3] === undefined ? 256 : Number.parseInt(match[3], 10);
  // A number has one name: no leading groups of zeros.
  if (width > 255 !== (match[3] === undefined) || (digits.length > 3 && digits.startsWith('000')))
    return null;
  const level = match[1] === 'entries' ? 'entries' : Number.parseInt(match[1]!, 10);
  return { level, number: BigInt(digits), width };
}

/** Hashes of full subtrees, from the database. */
export const hashesFrom =
  (connection: Connection): ReadHashes =>
  ({ level, number }, count) => {
    const end = number + BigInt(count);
    return level === 0
      ? readLeafHashes(connection, number, end)
      : readSubtreeHashes(connection, level, { start: number, end });
  };

/** A tile's hashes; null when the log has not grown so far. */
export async function readTile(
  connection: Connection,
  tile: { level: number; number: bigint; width: number },
): Promise<Buffer | null> {
  const from = { level: tile.level, number: tile.number * tileWidth };
  const hashes = await hashesFrom(connection)(from, tile.width);
  return hashes.length === tile.width * hashBytes ? hashes : null;
}

/** A leaf whose row does not say any more what was sealed. */
export class LeafChanged extends Error {
  readonly key: LeafKey;
  readonly position: bigint;

  constructor(key: LeafKey, position: bigint) {
    super(`leaf ${position} was sealed as another text: ${nameOf(key)} was changed or removed`);
    this.key = key;
    this.position = position;
  }
}

/** `entry 12`, `event 7/2`; of a leaf of several events, which of them it may be. */
export const nameOf = ({ source, id, sequence, events }: LeafKey): string =>
  source === 'event'
    ? Array.from({ length: events }, (_, place) => `event ${id}/${sequence - events + 1 + place}`).join(
        ' or ',
      )
    : `${source} ${id}`;

/** The texts of leaves from a position on; throws LeafChanged where a row is not what was sealed. */
export async function readLeafTexts(connection: Connection, start: bigint, end: bigint): Promise<Buffer[]> {
  const keys = await readLeafKeys(connection, start, end);
  const hashes = await readLeafHashes(connection, start, end);
  const texts = new Map<LeafKey, string | null>();
  for (const source of new Set(keys.map((key) => key.source))) {
    const own = keys.filter((key) => key.source === source);
    for (const [place, text] of (await readTexts(connection, source, own)).entries())
      texts.set(own[place]!, text);
  }
  return keys.map((key, place) => {
    const text = Buffer.from(texts.get(key) ?? '');
    if (!leafHash(text).equals(hashes.subarray(place * hashBytes, (place + 1) * hashBytes)))
      throw new LeafChanged(key, key.position);
    return text;
  });
}

/** A bundle of entries: each behind its length in two bytes. Null when the log has not grown so far. */
export async function readBundle(
  connection: Connection,
  { number, width }: { number: bigint; width: number },
): Promise<Buffer | null> {
  const start = number * tileWidth;
  const texts = await readLeafTexts(connection, start, start + BigInt(width));
  if (texts.length < width) return null;
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(text.length);
      return [length, text];
    }),
  );
}
