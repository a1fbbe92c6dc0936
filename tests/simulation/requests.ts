// Requests as they are really sent: commands with everything worked out that depends on what happened before.
import type { Action } from './commands.ts';

export type Request =
  | {
      readonly kind: 'pay';
      readonly payment: string;
      readonly shop: number;
      readonly requestId: string;
      readonly amount: bigint;
      readonly currency: string;
      readonly channel: 'ams-pay' | 'ams-session';
      readonly askedAt: number;
      readonly expiresAt: number | null;
      readonly told: boolean;
      readonly how: 'well' | 'wrong-signature' | 'former-key';
    }
  | {
      readonly kind: 'announce';
      readonly payment: string;
      readonly shop: number;
      readonly requestId: string;
      readonly amount: bigint;
      readonly inYuan: boolean;
      readonly told: boolean;
      readonly wrongSignature: boolean;
    }
  | {
      readonly kind: 'look';
      readonly payment: string;
      readonly url: string;
      readonly shopper: number | null;
    }
  | {
      readonly kind: 'confirm';
      readonly payment: string;
      readonly url: string;
      readonly shopper: number;
      readonly card: number | null;
      readonly pin: string;
      readonly isRightPin: boolean;
      /** What the page says that it costs, fen; null: it does not say. */
      readonly shown: bigint | null;
    }
  | { readonly kind: 'decline'; readonly payment: string; readonly url: string; readonly shopper: number }
  | {
      readonly kind: 'cancel' | 'inquire';
      readonly payment: string;
      readonly requestId: string;
      readonly shop: number;
      readonly isOwn: boolean;
    }
  | {
      readonly kind: 'refund';
      readonly refund: string;
      readonly payment: string;
      readonly requestId: string;
      readonly refundRequestId: string;
      readonly wireId: string;
      readonly shop: number;
      readonly isOwn: boolean;
      readonly currency: string;
      /** Minor units of the shop's currency; fen for an order in yuan. */
      readonly amount: bigint;
      readonly by: 'ams' | 'gateway';
      readonly inYuan: boolean;
    }
  | {
      readonly kind: 'inquire-refund';
      readonly refund: string;
      readonly refundRequestId: string;
      readonly shop: number;
    }
  | {
      readonly kind: 'top-up';
      readonly topUp: string;
      readonly requestId: string;
      readonly shopper: number;
      readonly card: number;
      readonly amount: bigint;
      readonly pin: string;
    }
  | { readonly kind: 'view-top-up'; readonly topUp: string; readonly shopper: number; readonly id: string }
  | { readonly kind: 'wallet'; readonly shopper: number };

/** Actions that are a request to a public API. */
export type Asking = Extract<
  Action,
  {
    kind:
      | 'pay'
      | 'announce'
      | 'look'
      | 'confirm'
      | 'decline'
      | 'cancel'
      | 'refund'
      | 'inquire'
      | 'inquire-refund'
      | 'top-up';
  }
>;
