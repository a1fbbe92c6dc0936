// The merchant's client: one method an operation, typed by the protocol, each answer verified before it is believed.
import {
  apiPath,
  type OperationName,
  operations,
  pathFor,
  type RequestOf,
  type ResponseOf,
} from '@tongbao/protocol/ams';
import { GatewayError } from './errors.ts';
import { privateKeyFrom, publicKeyFrom } from './keys.ts';
import { isSigned, signMessage } from './signing.ts';
import { whyNoAnswer, whyNotSigned } from './why.ts';

export interface MerchantClientOptions {
  /** Scheme, host and port: http://localhost:8080, https://open-sea-global.alipay.com. */
  readonly gatewayUrl: string;
  /** Client ids that begin SANDBOX_ are sent to the sandbox paths, as the official SDKs do. */
  readonly clientId: string;
  /** Base64 (PKCS#8 or PKCS#1) or PEM. */
  readonly privateKey: string;
  /** The gateway's: base64 SPKI or PEM. */
  readonly gatewayPublicKey: string;
  readonly keyVersion?: number;
  readonly timeoutMs?: number;
  /** For tests, and for environments with a fetch of their own. */
  readonly fetch?: typeof fetch;
}

export type MerchantClient = {
  /** Resolves with the answer, whatever its result says; rejects with GatewayError when there is none to believe. */
  readonly [Name in OperationName]: (request: RequestOf<Name>) => Promise<ResponseOf<Name>>;
};

const defaultTimeoutMs = 15_000;

export function createMerchantClient(options: MerchantClientOptions): MerchantClient {
  const privateKey = privateKeyFrom(options.privateKey);
  const gatewayKey = publicKeyFrom(options.gatewayPublicKey);
  const origin = options.gatewayUrl.replace(/\/+$/, '');
  const send = options.fetch ?? fetch;

  async function call<Name extends OperationName>(
    name: Name,
    request: RequestOf<Name>,
  ): Promise<ResponseOf<Name>> {
    const path = pathFor(options.clientId, apiPath(operations[name].resource));
    const body = JSON.stringify(request);
    const time = String(Date.now());
    const { clientId, keyVersion } = options;
    let response: Response;
    let text: string;
    try {
      response = await send(`${origin}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=UTF-8',
          'client-id': clientId,
          'request-time': time,
          signature: signMessage(privateKey, { path, clientId, time, keyVersion }, body),
        },
        body,
        signal: AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs),
      });
      text = await response.text();
    } catch (error) {
      const why = whyNoAnswer(error, origin);
      throw new GatewayError('no-answer', `${name}: no answer (${why}); send the same request again`, {
        cause: error,
      });
    }
    const signed = {
      path,
      clientId: response.headers.get('client-id') ?? clientId,
      time: response.headers.get('response-time') ?? '',
    };
    if (!isSigned(gatewayKey, signed, text, response.headers.get('signature') ?? '')) {
      throw new GatewayError('answer-not-signed', `${name}: ${whyNotSigned(response, origin)}`, {
        cause: new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`),
      });
    }
    return read(name, text);
  }

  const names = Object.keys(operations) as OperationName[];
  return Object.fromEntries(
    names.map((name) => [name, (request: never) => call(name, request)]),
  ) as unknown as MerchantClient;
}

function read<Name extends OperationName>(name: Name, text: string): ResponseOf<Name> {
  try {
    return operations[name].response.loose().parse(JSON.parse(text)) as ResponseOf<Name>;
  } catch (error) {
    throw new GatewayError('answer-not-understood', `${name}: the answer is not of the expected form`, {
      cause: error,
    });
  }
}
