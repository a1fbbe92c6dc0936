// The noun of the room: a person who pays. Phone numbers are E.164; what others see of a person is masked here.

import type { DatedCaps } from './caps.ts';

export type KycClass = 0 | 1 | 2 | 3;

/** What a shopper allows himself, in minor units of the wallet's currency; null: no limit of his own. */
export interface OwnLimits {
  readonly payment: bigint | null;
  readonly day: bigint | null;
}

export interface Customer {
  readonly id: bigint;
  /** E.164: +8613800000001. */
  readonly phone: string;
  /** Empty until the real-name check has found it. */
  readonly name: string;
  /** ISO 3166-1 alpha-2: where the wallet was opened. */
  readonly region: string;
  /** BCP 47: zh-CN, en … */
  readonly language: string;
  readonly status: 'active' | 'blocked';
  /** PBOC class of the payment account, by how well the identity was verified; 0: not yet. */
  readonly kycClass: KycClass;
  readonly ownLimits: OwnLimits;
  /** What operators set for them, in the order in which it begins; absent: nothing. */
  readonly caps?: readonly DatedCaps[];
  readonly createdAt: Date;
}

/**
 * A phone number as people type it, to E.164; null when it cannot be one. Eleven digits that begin with 1 are a
 * mainland mobile number, with or without 86 in front; any other number needs its plus sign.
 */
export function phoneOf(typed: string): string | null {
  const digits = typed.replace(/[\s-]/g, '');
  const mainland = /^(?:\+?86)?(1[3-9]\d{9})$/.exec(digits);
  if (mainland !== null) return `+86${mainland[1]}`;
  return /^\+(?!86)[1-9]\d{5,14}$/.test(digits) ? digits : null;
}

/** Whether a number (E.164) can open a wallet: those of the mainland's mobile networks, which are issued to a name. */
export const isMainlandMobile = (phone: string): boolean => /^\+861[3-9]\d{9}$/.test(phone);

/** What may be shown of a phone number: `+86 138****0001`; elsewhere its first three and last two digits. */
export function maskPhone(phone: string): string {
  const mainland = /^\+86(\d{3})\d{4}(\d{4})$/.exec(phone);
  if (mainland !== null) return `+86 ${mainland[1]}****${mainland[2]}`;
  return `${phone.slice(0, 4)}****${phone.slice(-2)}`;
}

/** What a screen that others may see shows of a name: 李伟 → 李*, Li Wei → L* W**. */
export function maskName(name: string): string {
  return name
    .split(' ')
    .map((word) => {
      const [first = '', ...rest] = [...word];
      return first + '*'.repeat(rest.length);
    })
    .join(' ');
}

/** What the payments room and the risk rules need to know of a customer who pays. */
export const payerOf = ({ id, kycClass, status, ownLimits, caps = [] }: Customer) => ({
  customerId: id,
  kycClass,
  status,
  ownLimits,
  caps,
});
