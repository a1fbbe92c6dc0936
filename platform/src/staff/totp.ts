// One-time codes of an authenticator app: RFC 6238 with what every such app assumes, SHA-1, six digits, steps of thirty seconds.
// Pure: over a secret and an instant.
import { createHmac, timingSafeEqual } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;
/** How far an app's clock may be off, in steps. */
const tolerance = 1n;

/** RFC 4648, as apps take a secret that is typed. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

export const stepAt = (at: Date): bigint => BigInt(Math.floor(at.getTime() / stepMs));

/** RFC 4226, section 5.3. */
export function codeOfStep(secret: Buffer, step: bigint): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(step);
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.at(-1)! & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return (number % 10 ** digits).toString().padStart(digits, '0');
}

/**
 * The step that a code belongs to, of the present one and those beside it; null when there is none, or a code of it or of a later
 * one was used: each counts once (RFC 6238, section 5.2).
 */
export function stepOfCode(
  secret: Buffer,
  typed: string,
  { now, lastStep }: { readonly now: Date; readonly lastStep: bigint },
): bigint | null {
  const code = Buffer.from(typed.normalize('NFKC').replace(/\s/g, ''));
  if (code.length !== digits) return null;
  const present = stepAt(now);
  for (let step = present - tolerance; step <= present + tolerance; step++) {
    const isEqual = timingSafeEqual(Buffer.from(codeOfStep(secret, step)), code);
    if (isEqual && step > lastStep) return step;
  }
  return null;
}

/** What an app reads from a QR code (Key Uri Format). */
export const totpUri = (secret: string, { issuer, username }: { issuer: string; username: string }): string =>
  `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(username)}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
