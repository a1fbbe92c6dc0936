// Signed notes and checkpoints as the C2SP specifications signed-note and tlog-checkpoint have them: Ed25519, base64.
import { createHash, createPublicKey, type KeyObject, sign as signBytes } from 'node:crypto';

/** A key's name, and the key. */
export interface NoteSigner {
  readonly name: string;
  /** `name+hash+key`: what verifiers are given. */
  readonly verifierKey: string;
  /** Eight hexadecimal digits, of name and public key: which signature is whose. */
  readonly keyHash: string;
  /** The text must end in a line end. */
  sign(text: string): string;
}

const ed25519 = Buffer.of(1);
/** A name is a URL without its scheme, or like one: no spaces, no plus sign. Throws on others. */
export function createNoteSigner(name: string, key: KeyObject): NoteSigner {
  if (!/^[^\s+]{1,200}$/u.test(name)) throw new Error(`"${name}" cannot be the name of a log`);
  const publicKey = Buffer.concat([ed25519, rawPublicKey(key)]);
  const hash = createHash('sha256').update(`${name}\n`).update(publicKey).digest().subarray(0, 4);
  const keyHash = hash.toString('hex');
  return {
    name,
    keyHash,
    verifierKey: `${name}+${keyHash}+${publicKey.toString('base64')}`,
    sign(text) {
      const signature = Buffer.concat([hash, signBytes(null, Buffer.from(text), key)]);
      return `${text}\n— ${name} ${signature.toString('base64')}\n`;
    },
  };
}

const rawPublicKey = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

/** What is signed of a tree. */
export const checkpointText = (origin: string, size: bigint, root: Buffer): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;
