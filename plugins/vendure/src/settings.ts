// The settings of one payment method, as an administrator types them, and the client that they make.
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';
import { LanguageCode } from '@vendure/core';

const en = (value: string) => [{ languageCode: LanguageCode.en, value }];

export const settingArgs = {
  host: {
    type: 'string',
    label: en('Gateway host'),
    description: en(
      'http://localhost:8080 for the sandbox; https://open-sea-global.alipay.com for Antom in Asia',
    ),
  },
  mode: {
    type: 'string',
    label: en('Mode'),
    defaultValue: 'sandbox',
    ui: { component: 'select-form-input', options: [{ value: 'sandbox' }, { value: 'live' }] },
  },
  clientId: { type: 'string', label: en('Client id') },
  privateKey: {
    type: 'string',
    label: en('Your private key'),
    description: en('Base64 or PEM; or env:NAME, to keep it out of the database'),
    ui: { component: 'password-form-input' },
  },
  gatewayPublicKey: {
    type: 'string',
    label: en('The gateway’s public key'),
    description: en('Base64 or PEM; or env:NAME'),
  },
  storefrontUrl: {
    type: 'string',
    label: en('Where the shopper returns to'),
    description: en('{code} stands for the order’s code: https://shop.example/orders/{code}'),
  },
  paymentMethodType: { type: 'string', label: en('Wallet'), required: false, defaultValue: 'ALIPAY_CN' },
} as const;

export type SettingValues = { readonly [Name in keyof typeof settingArgs]: string };

export interface Settings {
  readonly host: string;
  readonly mode: 'sandbox' | 'live';
  readonly clientId: string;
  readonly privateKey: string;
  readonly gatewayPublicKey: string;
  readonly storefrontUrl: string;
  readonly paymentMethodType: string;
}

/** Throws an error that an administrator can act on. */
export function readSettings(values: SettingValues, environment = process.env): Settings {
  const secret = (name: string, text: string): string => {
    if (!text.startsWith('env:')) return text.trim();
    const value = environment[text.slice(4)];
    if (value === undefined) throw new Error(`${name}: the environment has no ${text.slice(4)}`);
    return value.trim();
  };
  const { host, mode, clientId, storefrontUrl } = values;
  if (!/^https?:\/\/[^/]+\/?$/.test(host))
    throw new Error(`host: "${host}" is not like https://gateway.example`);
  if (mode !== 'sandbox' && mode !== 'live') throw new Error(`mode: "${mode}" is neither sandbox nor live`);
  // The gateway tells its two environments apart by the client id: a mix-up is found before a shopper finds it.
  if ((mode === 'sandbox') !== clientId.startsWith('SANDBOX_')) {
    throw new Error(`mode is ${mode}, but the client id ${clientId} belongs to the other environment`);
  }
  if (mode === 'live' && !host.startsWith('https:')) throw new Error('host: live payments need https');
  if (!/^https?:\/\//.test(storefrontUrl)) throw new Error(`storefrontUrl: "${storefrontUrl}" is not a URL`);
  return {
    host,
    mode,
    clientId,
    storefrontUrl,
    privateKey: secret('privateKey', values.privateKey),
    gatewayPublicKey: secret('gatewayPublicKey', values.gatewayPublicKey),
    paymentMethodType: values.paymentMethodType || 'ALIPAY_CN',
  };
}

const clients = new Map<string, MerchantClient>();
const maxClients = 64;

/** One client for the same settings: parsing keys costs more than a call. Throws when a key is none. */
export function clientFor(settings: Settings): MerchantClient {
  const key = JSON.stringify([
    settings.host,
    settings.clientId,
    settings.privateKey,
    settings.gatewayPublicKey,
  ]);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const made = createMerchantClient({
    gatewayUrl: settings.host,
    clientId: settings.clientId,
    privateKey: settings.privateKey,
    gatewayPublicKey: settings.gatewayPublicKey,
  });
  if (clients.size >= maxClients) clients.clear();
  clients.set(key, made);
  return made;
}
