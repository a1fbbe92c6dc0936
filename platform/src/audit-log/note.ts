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
/**
 * A name is a URL without its scheme, or like one: no spaces, no plus sign. Throws on others. The present key's signature is
 * the first one; those of former keys follow, so that whoever has one of theirs still verifies. `keys` may change.
 */
export function createNoteSigner(
  name: string,
  keys: { readonly present: KeyObject; readonly known: readonly KeyObject[] },
): NoteSigner {
  if (!/^[^\s+]{1,200}$/u.test(name)) throw new Error(`"${name}" cannot be the name of a log`);
  return {
    name,
    get keyHash() {
      return identityOf(name, keys.present).hash.toString('hex');
    },
    get verifierKey() {
      const { hash, publicKey } = identityOf(name, keys.present);
      return `${name}+${hash.toString('hex')}+${publicKey.toString('base64')}`;
    },
    sign(text) {
      const { present } = keys;
      const lines = [present, ...keys.known.filter((key) => key !== present)].map((key) => {
        const signature = signBytes(null, Buffer.from(text), key);
        return `— ${name} ${Buffer.concat([identityOf(name, key).hash, signature]).toString('base64')}\n`;
      });
      return `${text}\n${lines.join('')}`;
    },
  };
}

/** Four bytes of a hash of name and public key say whose a signature is. */
function identityOf(name: string, key: KeyObject): { hash: Buffer; publicKey: Buffer } {
  const publicKey = Buffer.concat([ed25519, rawPublicKey(key)]);
  return {
    publicKey,
    hash: createHash('sha256').update(`${name}\n`).update(publicKey).digest().subarray(0, 4),
  };
}

const rawPublicKey = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

/** What is signed of a tree. */
export const checkpointText = (origin: string, size: bigint, root: Buffer): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;
