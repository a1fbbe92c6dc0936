// A bank card in the wallet: the bank's token and what a shopper recognises it by; the number is never known here.

export interface Card {
  readonly id: bigint;
  readonly customerId: bigint;
  /** The bank's code: names its clearing account and whom the gateway asks. */
  readonly bank: string;
  readonly bankName: { readonly zh: string; readonly en: string };
  readonly last4: string;
  readonly kind: 'debit' | 'credit';
  readonly currency: string;
  readonly token: string;
  /** locked: shown, but not to be paid with; removed: kept for the bills that name it. */
  readonly status: 'active' | 'locked' | 'removed';
  /** The card that is offered first. */
  readonly isDefault: boolean;
  readonly addedAt: Date;
}

/** Cards that one wallet may have at a time. House policy. */
export const cardsAtMost = 10;
