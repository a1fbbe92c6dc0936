// The settings of one provider entry in medusa-config, and the client that they make.
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';

export interface TongbaoOptions {
  /** http://localhost:8080 for the sandbox; https://open-sea-global.alipay.com for Antom in Asia. */
  readonly host: string;
  readonly mode: 'sandbox' | 'live';
  /** SANDBOX_… in the sandbox. */
  readonly clientId: string;
  /** Base64 (PKCS#8 or PKCS#1) or PEM. */
  readonly privateKey: string;
  /** The gateway's: base64 SPKI or PEM. */
  readonly gatewayPublicKey: string;
  /** This Medusa server as seen from outside, without a trailing slash. */
  readonly serverUrl: string;
  /** Where the shopper lands; {cart} and {order} stand for their ids, {order} is empty while there is none. */
  readonly returnUrl: string;
  /** ALIPAY_CN when absent. */
  readonly paymentMethodType?: string;
  /** What the cashier shows the shopper; "Order" when absent. At most 256 characters. */
  readonly orderDescription?: string;
  /** The real seller, where the shop sells for somebody else. */
  readonly seller?: { readonly id: string; readonly name: string };
  /** A payment younger than this is left to its notification. Seconds; 60 when absent. */
  readonly reconcileAfterSeconds?: number;
}

const required = [
  'host',
  'mode',
  'clientId',
  'privateKey',
  'gatewayPublicKey',
  'serverUrl',
  'returnUrl',
] as const;

/** Throws an error that whoever wrote the configuration can act on. */
export function readOptions(given: object | undefined): TongbaoOptions {
  const values = (given ?? {}) as Partial<TongbaoOptions>;
  for (const name of required)
    if (typeof values[name] !== 'string' || values[name] === '')
      throw new Error(`tongbao: ${name} is missing`);
  const options = values as TongbaoOptions;
  const { host, mode, clientId, serverUrl, returnUrl } = options;
  if (!/^https?:\/\/[^/]+\/?$/.test(host))
    throw new Error(`tongbao: host: "${host}" is not like https://gateway.example`);
  if (mode !== 'sandbox' && mode !== 'live')
    throw new Error(`tongbao: mode: "${String(mode)}" is neither sandbox nor live`);
  // The gateway tells its two environments apart by the client id: a mix-up is found before a shopper finds it.
  if ((mode === 'sandbox') !== clientId.startsWith('SANDBOX_'))
    throw new Error(
      `tongbao: mode is ${mode}, but the client id ${clientId} belongs to the other environment`,
    );
  if (mode === 'live' && !host.startsWith('https:'))
    throw new Error('tongbao: host: live payments need https');
  if (!/^https?:\/\/.*[^/]$/.test(serverUrl))
    throw new Error(`tongbao: serverUrl: "${serverUrl}" is not a URL without a trailing slash`);
  if (!/^https?:\/\//.test(returnUrl)) throw new Error(`tongbao: returnUrl: "${returnUrl}" is not a URL`);
  return options;
}

export const methodOf = (options: TongbaoOptions): string => options.paymentMethodType ?? 'ALIPAY_CN';

export const notifyUrl = (options: TongbaoOptions): string => `${options.serverUrl}/hooks/tongbao`;

const clients = new Map<string, MerchantClient>();
const maxClients = 64;

/** One client for the same settings: parsing keys costs more than a call. Throws when a key is none. */
export function clientFor(options: TongbaoOptions): MerchantClient {
  const { host, clientId, privateKey, gatewayPublicKey } = options;
  const key = JSON.stringify([host, clientId, privateKey, gatewayPublicKey]);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const made = createMerchantClient({ gatewayUrl: host, clientId, privateKey, gatewayPublicKey });
  if (clients.size >= maxClients) clients.clear();
  clients.set(key, made);
  return made;
}
