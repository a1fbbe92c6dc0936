// The cores' own limit: RSA-2048 signatures, and verify-and-sign as each signed request needs it, with nothing else.

import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { cpus } from 'node:os';

const body = Buffer.alloc(1024, 'x');

export async function cryptoCeiling(
  seconds: number,
): Promise<{ signPerSecond: number; verifySignPerSecond: number }> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey);
  const signature = await signed(privateKey);
  const rate = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    const ends = began + (seconds * 1000) / 2;
    let done = 0;
    // More in flight than there are cores, so that the thread pool never waits for us.
    await Promise.all(
      Array.from({ length: cpus().length * 4 }, async () => {
        while (performance.now() < ends) {
          await work();
          done += 1;
        }
      }),
    );
    return Math.round((done * 1000) / (performance.now() - began));
  };
  return {
    signPerSecond: await rate(() => signed(privateKey)),
    verifySignPerSecond: await rate(async () => {
      await verified(publicKey, signature);
      await signed(privateKey);
    }),
  };
}

const signed = (key: KeyObject): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    sign('RSA-SHA256', body, key, (error, made) => (error === null ? resolve(made) : reject(error))),
  );

const verified = (key: KeyObject, signature: Buffer): Promise<boolean> =>
  new Promise((resolve, reject) =>
    verify('RSA-SHA256', body, key, signature, (error, valid) =>
      error === null ? resolve(valid) : reject(error),
    ),
  );
