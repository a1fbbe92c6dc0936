// The settings of a registry of people and cards, out of the environment's texts (config.ts reads them).
import path from 'node:path';
import { urlFault } from '@tongbao/connector-identity';

export interface RegistryConfig {
  readonly url: string;
  /** What stands in it goes behind `Bearer`; read anew for each request. */
  readonly tokenFile: string;
  /** PEM of who signs the registry's certificate; null: the public ones. */
  readonly caFile: string | null;
}

/** Null when no registry is named. Throws a one-line error when a setting makes no sense or one is missing. */
export function registryConfig(
  environment: Readonly<Record<string, string | undefined>>,
): RegistryConfig | null {
  const {
    TONGBAO_REGISTRY_URL: url,
    TONGBAO_REGISTRY_TOKEN_FILE: tokenFile,
    TONGBAO_REGISTRY_CA_FILE: caFile,
  } = environment;
  if (url === undefined) return null;
  const fault = urlFault(url);
  if (fault !== null) throw new Error(`TONGBAO_REGISTRY_URL cannot be used: ${fault}`);
  if (tokenFile === undefined)
    throw new Error(
      'TONGBAO_REGISTRY_TOKEN_FILE is missing: the file with the token that the registry is shown',
    );
  return {
    url,
    tokenFile: path.resolve(tokenFile),
    caFile: caFile === undefined ? null : path.resolve(caFile),
  };
}
