// Ids as the outside sees them: the day, two digits for the kind, and the internal id: 30 digits. The internal id can
// be read back; whether it is yours is decided by the merchant it belongs to, never by the id.
import { houseDayOf } from '../system/index.ts';

const kinds = { payment: '10', refund: '20' } as const;

const dayOf = (instant: Date): string => houseDayOf(instant).replaceAll('-', '');

const toWire = (kind: keyof typeof kinds, id: bigint, createdAt: Date): string =>
  `${dayOf(createdAt)}${kinds[kind]}${id.toString().padStart(20, '0')}`;

function fromWire(kind: keyof typeof kinds, text: string): bigint | null {
  const match = /^\d{8}(\d{2})(\d{20})$/.exec(text);
  if (match === null || match[1] !== kinds[kind]) return null;
  const id = BigInt(match[2]!);
  return id < 2n ** 63n ? id : null;
}

export const paymentIdToWire = (payment: { id: bigint; createdAt: Date }): string =>
  toWire('payment', payment.id, payment.createdAt);
export const paymentIdFromWire = (text: string): bigint | null => fromWire('payment', text);
export const refundIdToWire = (refund: { id: bigint; createdAt: Date }): string =>
  toWire('refund', refund.id, refund.createdAt);
export const refundIdFromWire = (text: string): bigint | null => fromWire('refund', text);
