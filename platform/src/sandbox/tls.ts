// A self-signed certificate for localhost and 127.0.0.1, made once for a data folder and renewed before it ends.
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const dayMs = 24 * 3600 * 1000;

/** Certificates live by the machine's clock, not by the sandbox's: `machineNow` is the machine's. */
export async function localCertificate(folder: string, machineNow: Date): Promise<Certificate> {
  const file = path.join(folder, 'localhost-tls.json');
  const stored = await readFile(file, 'utf8').catch(() => null);
  if (stored !== null) {
    const certificate = JSON.parse(stored) as Certificate;
    const ends = new Date(new X509Certificate(certificate.cert).validTo).getTime();
    if (ends - machineNow.getTime() > 30 * dayMs) return certificate;
  }
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(machineNow.getTime() - dayMs),
    notAfterDate: new Date(machineNow.getTime() + 700 * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const certificate = { key: made.private, cert: made.cert };
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(certificate), { mode: 0o600 });
  return certificate;
}
