// The tree against the published roots of certificate transparency's test leaves, and against RFC 6962's own recursive
// definition; proofs by the verification of RFC 9162, 2.1.3.2.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyRoot,
  GrowingTree,
  inclusionPath,
  leafHash,
  nodeHash,
  type ReadHashes,
  rangeHash,
} from './merkle.ts';

const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** MTH of RFC 6962, 2.1, word for word. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return emptyRoot;
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)));
}

const numbered = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, number) => leafHash(Buffer.from(`leaf ${number}`)));

/** What the database keeps: leaves, and the subtrees that became full. */
function keeperOf(hashes: readonly Buffer[]): ReadHashes {
  const full = new GrowingTree(0n, Buffer.alloc(0)).append(Buffer.concat(hashes));
  return async ({ level, number }, count) =>
    Buffer.concat(
      Array.from({ length: count }, (_, place) =>
        level === 0
          ? hashes[Number(number) + place]!
          : full.find((each) => each.level === level && each.number === number + BigInt(place))!.hash,
      ),
    );
}

function rootFromPath(
  leaf: Buffer,
  { index, size, path }: { index: bigint; size: bigint; path: readonly Buffer[] },
) {
  let [fn, sn, root] = [index, size - 1n, leaf];
  for (const hash of path) {
    if (sn === 0n) return null;
    if ((fn & 1n) === 1n || fn === sn) {
      root = nodeHash(hash, root);
      while ((fn & 1n) === 0n && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else root = nodeHash(root, hash);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n ? root : null;
}

describe('the tree', () => {
  it('has the roots that certificate transparency publishes', () => {
    const tree = new GrowingTree(0n, Buffer.alloc(0));
    expect(tree.root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    for (const [index, leaf] of leaves.entries()) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(tree.root().toString('hex')).toBe(roots[index]);
    }
  });

  it('is the same in whatever pieces it grows, and goes on from its frontier', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 }), (pieces) => {
        const all = numbered(pieces.reduce((sum, piece) => sum + piece, 0));
        let tree = new GrowingTree(0n, Buffer.alloc(0));
        let at = 0;
        for (const piece of pieces) {
          tree = new GrowingTree(tree.size, tree.frontier());
          tree.append(Buffer.concat(all.slice(at, at + piece)));
          at += piece;
        }
        expect(tree.root()).toEqual(treeHash(all));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a frontier that does not belong to its size', () => {
    expect(() => new GrowingTree(3n, Buffer.alloc(32))).toThrow('full subtrees');
  });

  it('proves each leaf, also over whole tiles', async () => {
    const all = numbered(1_300);
    const read = keeperOf(all);
    for (const size of [1, 2, 3, 255, 256, 257, 1_024, 1_300]) {
      expect(await rangeHash(read, 0n, BigInt(size))).toEqual(treeHash(all.slice(0, size)));
      for (const index of [0, 1, 254, 255, 256, 511, 1_023, 1_299].filter((each) => each < size)) {
        const path = await inclusionPath(read, BigInt(index), BigInt(size));
        const proof = { index: BigInt(index), size: BigInt(size), path };
        expect(rootFromPath(all[index]!, proof)).toEqual(treeHash(all.slice(0, size)));
      }
    }
  });
});
