// What merchants paste as their key: every form that is one is read as the same, everything else is refused with its reason.
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPublicKey } from './index.ts';

const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
const { publicKey, privateKey } = rsa(2048);
const pem = (type: 'spki' | 'pkcs1', key = publicKey) => key.export({ type, format: 'pem' }).toString();
const base64 = (type: 'spki' | 'pkcs1') => publicKey.export({ type, format: 'der' }).toString('base64');
const refusal = (text: string): string => {
  try {
    readPublicKey(text);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

it('takes PEM and base64, SPKI and PKCS#1, with whatever line ends', () => {
  const forms = [
    pem('spki'),
    pem('pkcs1'),
    base64('spki'),
    base64('pkcs1'),
    pem('spki').replaceAll('\n', '\r\n'),
  ];
  for (const form of [...forms, `  ${base64('spki')}\n`]) {
    const read = readPublicKey(form);
    expect(read).toEqual({
      spki: base64('spki'),
      bits: 2048,
      fingerprint: readPublicKey(forms[0]!).fingerprint,
    });
  }
});

it('refuses a private key loudly, in every form, and repeats nothing of it', () => {
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const forms = [
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    pkcs8,
    privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
  ];
  for (const form of forms) {
    const said = refusal(form);
    expect(said).toMatch(/^this is a PRIVATE key: it was not kept/);
    expect(said).not.toContain(pkcs8.slice(40, 60));
  }
});

it('says what else it is', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const edwards = generateKeyPairSync('ed25519').publicKey;
  expect(refusal(pem('spki', ec))).toMatch(/key of EC: signatures here are RSA/);
  expect(refusal(pem('spki', edwards))).toMatch(/key of ED25519/);
  expect(refusal(pem('spki', rsa(1024).publicKey))).toBe('the key has 1024 bits: it must have at least 2048');
  expect(refusal('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----')).toMatch(/certificate/);
  expect(refusal('ssh-rsa AAAAB3Nza me@host')).toMatch(/SSH/);
  expect(refusal('')).toBe('no key was sent');
  expect(refusal('not a key!')).toMatch(/neither PEM nor base64/);
  expect(refusal(base64('spki').slice(0, 200))).toMatch(/cannot be read as a public key/);
});

it('never throws anything but a refusal, and never takes a cut key', () => {
  const whole = base64('spki');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 4 }), fc.string(), (cut, noise) => {
      for (const text of [
        whole.slice(0, cut),
        `${whole.slice(0, cut)}${noise}${whole.slice(cut + 1)}`,
        noise,
      ]) {
        const said = refusal(text);
        if (said === 'taken') expect(readPublicKey(text).bits).toBeGreaterThanOrEqual(2048);
        else expect(said).toMatch(/^(this|no key|the key)/);
      }
    }),
  );
});
