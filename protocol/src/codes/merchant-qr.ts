// What a merchant shows and a shopper's wallet scans: EMV QRCPS Merchant-Presented Mode 1.1. Everything of the root is
// read and written; what we do not use is kept as it came.
import { currency, currencyByNumeric } from '@tongbao/money';
import { crc16, QrError, readTemplate, readTlv, type Tlv, writeTlv } from './tlv.ts';

export interface MerchantQr {
  /** static: one code for everybody; dynamic: a code of one order (object 01: 11, 12). */
  readonly initiation: 'static' | 'dynamic' | null;
  /** Objects 02–51: who is paid, in each network's words. Templates (26–51) as text. */
  readonly accounts: Tlv;
  /** ISO 18245, object 52. */
  readonly category: string;
  /** ISO 4217, alphabetic. */
  readonly currency: string;
  /** Decimal in major units, as it stands in object 54; null where the shopper types it. */
  readonly amount: string | null;
  /** ISO 3166-1 alpha-2, object 58. */
  readonly country: string;
  readonly name: string;
  readonly city: string;
  /** The merchant's name in another language, template 64. */
  readonly local: { readonly language: string; readonly name: string; readonly city: string | null } | null;
  /** Template 62: bill 01, store 03, reference 05, terminal 07, purpose 08 … */
  readonly additional: Tlv;
  /** Objects 55–57, 61, 65–99. */
  readonly others: Tlv;
}

const initiations = { '11': 'static', '12': 'dynamic' } as const;
/** Of what stands behind the accounts. */
const own = new Set(['52', '53', '54', '58', '59', '60', '62', '63', '64']);

/** Throws QrError: what is no EMVCo code, is damaged, or lacks a mandatory object. */
export function readMerchantQr(text: string): MerchantQr {
  // Objects 00 and 63 stand first and last; the checksum covers everything before its own four characters.
  if (!text.startsWith('000201')) throw new QrError('does not begin with 000201');
  const checksum = /6304([0-9A-Fa-f]{4})$/.exec(text)?.[1];
  if (checksum === undefined) throw new QrError('does not end with a checksum');
  if (crc16(text.slice(0, -4)) !== checksum.toUpperCase()) throw new QrError('the checksum is wrong');
  const objects = readTlv(text);
  const of = new Map(objects);
  const needed = (id: string): string => {
    const value = of.get(id);
    if (value === undefined) throw new QrError(`object ${id} is missing`);
    return value;
  };
  const initiation = of.get('01');
  const local = new Map(readTemplate(of.get('64') ?? ''));
  const amount = of.get('54') ?? null;
  if (amount !== null && !/^\d{1,13}(\.\d{0,12})?$/.test(amount)) throw new QrError('object 54 is no amount');
  if (!/^\d{3}$/.test(needed('53'))) throw new QrError('object 53 is no currency number');
  return {
    initiation: initiations[initiation as keyof typeof initiations] ?? null,
    accounts: objects.filter(([id]) => id >= '02' && id <= '51'),
    category: needed('52'),
    currency: currencyByNumeric(Number.parseInt(needed('53'), 10)).code,
    amount,
    country: needed('58'),
    name: needed('59'),
    city: needed('60'),
    local: local.has('00') && local.has('01') ? localOf(local) : null,
    additional: readTemplate(of.get('62') ?? ''),
    others: objects.filter(([id]) => id > '51' && !own.has(id)),
  };
}

const localOf = (objects: ReadonlyMap<string, string>): MerchantQr['local'] => ({
  language: objects.get('00')!,
  name: objects.get('01')!,
  city: objects.get('02') ?? null,
});

/** Objects in rising order, the checksum last. Throws QrError when something does not fit. */
export function writeMerchantQr(qr: MerchantQr): string {
  const objects: [string, string][] = [['00', '01']];
  if (qr.initiation !== null) objects.push(['01', qr.initiation === 'static' ? '11' : '12']);
  objects.push(
    ...qr.accounts.map(([id, value]): [string, string] => [id, value]),
    ['52', qr.category],
    ['53', String(currency(qr.currency).numeric).padStart(3, '0')],
    ['58', qr.country],
    ['59', qr.name],
    ['60', qr.city],
  );
  if (qr.amount !== null) objects.push(['54', qr.amount]);
  if (qr.additional.length > 0) objects.push(['62', writeTlv(qr.additional)]);
  if (qr.local !== null) {
    const { language, name, city } = qr.local;
    objects.push([
      '64',
      writeTlv([['00', language], ['01', name], ...(city === null ? [] : [['02', city] as const])]),
    ]);
  }
  objects.push(...qr.others.map(([id, value]): [string, string] => [id, value]));
  const text = `${writeTlv(objects.sort(([a], [b]) => (a < b ? -1 : 1)))}6304`;
  return text + crc16(text);
}
