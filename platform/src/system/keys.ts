// The installation's secrets, and what is done with them: sealing what must be readable again inside the database,
// and keying the hashes of what must not. The secrets themselves are kept outside the database (key-file.ts), so that
// whoever copies the database alone can sign nothing, open nothing and guess nothing.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  generateKeyPair,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type Clock, machineClock } from './clock.ts';
import { machineRandomness, type Randomness } from './randomness.ts';
import { generateRsaKeys, privateKeyOf, publicTextOf } from './rsa.ts';

/**
 * What a key is for. `master` seals values inside the database; `pepper` keys PINs', passwords' and one-time codes'
 * hashes; `cashier` authenticates links, payment codes and notify ids; `identity` keys the hashes of resident numbers;
 * `gateway` (RSA) signs what merchants get; `log` (Ed25519) signs the audit log's checkpoints.
 */
export const keyPurposes = ['master', 'pepper', 'cashier', 'identity', 'gateway', 'log'] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

/** One key. Several of a purpose have ids of their own; the highest one is used, the others still open and verify. */
export interface KeyRecord {
  readonly purpose: KeyPurpose;
  readonly id: number;
  /** 32 random bytes, or a private key as PKCS#8; bare base64. */
  readonly secret: string;
  /** ISO 8601. Until then it opens and verifies, and makes nothing: every process knows it before the first one uses it. */
  readonly from?: string;
}

/** A secret that what is outside is authenticated with, and those before and after it, which still count. */
export interface Secrets {
  readonly present: Buffer;
  /** Every one that verifies, the present one among them. */
  readonly known: readonly Buffer[];
}

/** The key that signs for the gateway; merchants name its version. */
interface GatewayKeyPair {
  readonly version: number;
  readonly privateKey: KeyObject;
  /** SPKI, bare base64. */
  readonly publicKey: string;
}

/** What is in use may change at any moment (a rotation): whoever keeps an object of these reads its fields when it needs them. */
export interface Keys {
  readonly gateway: GatewayKeyPair;
  /** The audit log's own keys (Ed25519): the one that signs, and all that have signed before it. */
  readonly log: { readonly present: KeyObject; readonly known: readonly KeyObject[] };
  readonly cashier: Secrets;
  readonly identity: Secrets;
  /** The pepper that new hashes are made with, and all that there are, the newest first. */
  readonly pepperId: number;
  readonly pepperIds: readonly number[];
  /** HMAC-SHA256 under a pepper. Throws when the installation has no pepper of that id. */
  pepper(id: number, ...parts: readonly (Buffer | string)[]): Buffer;
  /** Encrypts a text (AES-256-GCM). `about` says which row and column it is for: elsewhere it does not open. */
  seal(text: string, about: string): string;
  /** Throws when the text was not sealed by this installation, or not for this place. */
  open(sealed: string, about: string): string;
  /** A value for each key, `purpose/id`, that tells it from any other key and gives nothing of it away. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

const secretBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Makes a key of each purpose that `known` does not have. */
export async function completeKeys(
  randomness: Randomness,
  known: readonly KeyRecord[] = [],
): Promise<KeyRecord[]> {
  const made: KeyRecord[] = [];
  for (const purpose of keyPurposes) {
    if (known.some((key) => key.purpose === purpose)) continue;
    made.push({ purpose, id: 1, secret: await newSecret(purpose, randomness) });
  }
  return [...known, ...made];
}

/** A further key of a purpose, used from an instant on. */
export async function nextKey(
  randomness: Randomness,
  records: readonly KeyRecord[],
  { purpose, from }: { purpose: KeyPurpose; from: Date },
): Promise<KeyRecord> {
  const ids = records.flatMap((key) => (key.purpose === purpose ? key.id : []));
  const secret = await newSecret(purpose, randomness);
  return { purpose, id: Math.max(0, ...ids) + 1, secret, from: from.toISOString() };
}

async function newSecret(purpose: KeyPurpose, randomness: Randomness): Promise<string> {
  if (purpose === 'gateway') return (await generateRsaKeys()).privateKey;
  if (purpose !== 'log') return randomness.bytes(secretBytes).toString('base64');
  const { privateKey } = await promisify(generateKeyPair)('ed25519');
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}

/** The keys of one reading of the file. */
interface Book {
  readonly bytes: Readonly<Record<'master' | 'pepper' | 'cashier' | 'identity', readonly Known<Buffer>[]>>;
  readonly gateway: readonly Known<KeyObject>[];
  readonly log: readonly Known<KeyObject>[];
  readonly fingerprints: ReadonlyMap<string, string>;
}
interface Known<Of> {
  readonly id: number;
  readonly key: Of;
  /** Milliseconds since 1970. */
  readonly from: number;
}

function bookOf(records: readonly KeyRecord[]): Book {
  const of = <Of>(purpose: KeyPurpose, read: (id: number, secret: string) => Of): Known<Of>[] => {
    const found = records
      .filter((key) => key.purpose === purpose)
      .map(({ id, secret, from }) => ({
        ...{ id, key: read(id, secret) },
        from: from === undefined ? 0 : Date.parse(from),
      }));
    if (found.length === 0) throw new Error(`there is no ${purpose} key`);
    return found.sort((left, right) => right.id - left.id);
  };
  const bytes = (purpose: KeyPurpose) => of(purpose, (id, secret) => bytesOf(purpose, id, secret));
  return {
    bytes: {
      ...{ master: bytes('master'), pepper: bytes('pepper') },
      ...{ cashier: bytes('cashier'), identity: bytes('identity') },
    },
    gateway: of('gateway', (id, secret) => privateKey('gateway', id, secret, 'rsa')),
    log: of('log', (id, secret) => privateKey('log', id, secret, 'ed25519')),
    fingerprints: new Map(records.map((key) => [`${key.purpose}/${key.id}`, fingerprintOf(key)])),
  };
}

/** Keys that a running process can be given anew. */
export interface KeyRing extends Keys {
  /** Throws, and changes nothing, when a purpose has no key, or a key is none. */
  renew(records: readonly KeyRecord[]): void;
}

/** Throws when a purpose has no key, or a key is none. */
export function keysOf(records: readonly KeyRecord[], clock: Clock = machineClock): KeyRing {
  let book = bookOf(records);
  /** The newest whose time has come; the oldest of all when none's has. */
  const present = <Of>(known: readonly Known<Of>[]): Known<Of> => {
    const now = clock.now().getTime();
    return known.find(({ from }) => from <= now) ?? known.at(-1)!;
  };
  const secrets = (purpose: 'cashier' | 'identity'): Secrets => ({
    get present() {
      return present(book.bytes[purpose]).key;
    },
    get known() {
      return book.bytes[purpose].map(({ key }) => key);
    },
  });
  return {
    gateway: {
      get version() {
        return present(book.gateway).id;
      },
      get privateKey() {
        return present(book.gateway).key;
      },
      get publicKey() {
        return publicTextOf(present(book.gateway).key);
      },
    },
    log: {
      get present() {
        return present(book.log).key;
      },
      get known() {
        const now = clock.now().getTime();
        return book.log.filter(({ from }) => from <= now).map(({ key }) => key);
      },
    },
    cashier: secrets('cashier'),
    identity: secrets('identity'),
    get pepperId() {
      return present(book.bytes.pepper).id;
    },
    get pepperIds() {
      return book.bytes.pepper.map(({ id }) => id);
    },
    pepper: (id, ...parts) => pepperedBy(book.bytes.pepper, id, parts),
    seal: (text, about) => seal(present(book.bytes.master), text, about),
    open: (sealed, about) => open(new Map(book.bytes.master.map(({ id, key }) => [id, key])), sealed, about),
    get fingerprints() {
      return book.fingerprints;
    },
    renew(next) {
      book = bookOf(next);
    },
  };
}

function pepperedBy(
  peppers: readonly Known<Buffer>[],
  id: number,
  parts: readonly (Buffer | string)[],
): Buffer {
  const key = peppers.find((pepper) => pepper.id === id)?.key;
  if (key === undefined) throw new Error(`the installation has no pepper key ${id}`);
  // Each part with its length before it, so that no two lists of parts run into the same bytes.
  const mac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    mac.update(length).update(bytes);
  }
  return mac.digest();
}

function bytesOf(purpose: KeyPurpose, id: number, secret: string): Buffer {
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.length !== secretBytes)
    throw new Error(`the ${purpose} key ${id} is not of ${secretBytes} bytes`);
  return bytes;
}

function privateKey(purpose: KeyPurpose, id: number, secret: string, type: 'rsa' | 'ed25519'): KeyObject {
  const key = privateKeyOf(secret);
  if (key.asymmetricKeyType !== type) throw new Error(`the ${purpose} key ${id} is no ${type} key`);
  return key;
}

/** A one-way value of the key's own (HKDF, then cut): 256 random bits cannot be found by trying. */
const fingerprintOf = ({ purpose, id, secret }: KeyRecord): string =>
  Buffer.from(
    hkdfSync('sha256', Buffer.from(secret, 'base64'), '', `tongbao fingerprint ${purpose} ${id}`, 8),
  ).toString('hex');

/** The nonce is random: one master key seals far fewer texts than the 2^32 that NIST SP 800-38D allows for that. */
function seal(master: { id: number; key: Buffer }, text: string, about: string): string {
  const nonce = machineRandomness.bytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', master.key, nonce);
  cipher.setAAD(Buffer.from(`${master.id}:${about}`));
  const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `sealed.${master.id}.${body.toString('base64url')}`;
}

function open(masters: ReadonlyMap<number, Buffer>, sealed: string, about: string): string {
  const [, number, base64] = /^sealed\.(\d{1,6})\.([\w-]+)$/.exec(sealed) ?? [];
  if (number === undefined || base64 === undefined) throw new Error(`${about} is not sealed`);
  const id = Number.parseInt(number, 10);
  const key = masters.get(id);
  if (key === undefined) throw new Error(`${about} was sealed with the master key ${id}, which is not here`);
  const body = Buffer.from(base64, 'base64url');
  if (body.length < nonceBytes + tagBytes) throw new Error(`${about} cannot be opened`);
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes));
  decipher.setAAD(Buffer.from(`${id}:${about}`));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    const text = [decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()];
    return Buffer.concat(text).toString('utf8');
  } catch (error) {
    throw new Error(`${about} cannot be opened: another installation sealed it, or it was moved`, {
      cause: error,
    });
  }
}

/** Whether a text has the form of a sealed one. */
export const isSealed = (text: string): boolean => /^sealed\.\d{1,6}\.[\w-]+$/.test(text);
