// The registry of people and cards of a production server, when it is one that is asked by HTTP.
import { readFile } from 'node:fs/promises';
import { createHttpRegistry, type HttpRegistry } from '@tongbao/connector-identity';
import type { RegistryConfig } from '../registry-config.ts';

/** A shopper waits for the answer; a little less than their page does. */
const timeoutMs = 10_000;

const text = (file: string, setting: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`${setting} cannot be read: ${error.message}`);
  });

/** Throws a one-line error when a file is missing or the token's form is none. */
export async function openRegistry({ url, tokenFile, caFile }: RegistryConfig): Promise<HttpRegistry> {
  const token = async (): Promise<string> => {
    const read = (await text(tokenFile, 'TONGBAO_REGISTRY_TOKEN_FILE')).trim();
    if (!/^[\x21-\x7e]{16,4096}$/.test(read))
      throw new Error('TONGBAO_REGISTRY_TOKEN_FILE must hold one token of at least 16 characters');
    return read;
  };
  await token();
  const ca = caFile === null ? undefined : await text(caFile, 'TONGBAO_REGISTRY_CA_FILE');
  return createHttpRegistry({ url, ca, token, timeoutMs });
}
