// What the classic gateway is made of, and the choices we made where its documents contradict each other.
import type { KeyObject } from 'node:crypto';
import type { Charset, GatewayError, Leaves, ReceivedParameter, SignType } from '@tongbao/protocol/gateway';
import type { Customers } from '../../customers/index.ts';
import type { Database } from '../../database/index.ts';
import type { Fx } from '../../fx/index.ts';
import type { MerchantAccess, Merchants } from '../../merchants/index.ts';
import type { Notifications } from '../../notifications/index.ts';
import type { PayByCode, PaymentsRoom } from '../../payments/index.ts';
import type { Clock } from '../../system/index.ts';
import type { NotifyIds } from './notify-id.ts';

/**
 * Where the classic gateway's documents contradict each other (reference, section 11), and what was chosen; each can be
 * set otherwise (docs/guides/classic-gateway.md).
 */
export interface GatewayChoices {
  /** Question 2, TONGBAO_CLASSIC_QUERIED_FEE: `total_fee` of single_trade_query in the shopper's yuan (as a live sample has it) or the order's currency. */
  readonly queriedFee: 'payer' | 'order';
  /** Question 5, TONGBAO_CLASSIC_RATE_BAR: a bar at the end of each rate line, as in 2016. */
  readonly barAtLineEnd: boolean;
  /** Section 1.8, TONGBAO_CLASSIC_NOTIFY_ID_SECONDS: how long after an attempt began its notify_id is answered with true. */
  readonly notifyIdMs: number;
  /** Section 3.1, TONGBAO_CLASSIC_RATE_FILES. */
  readonly rateFilesPerDay: number;
  /** Section 2.6, TONGBAO_CLASSIC_REFUND_PAUSE_SECONDS: the least time between two refunds of a trade; merchants were told to wait 3 s. 0: none. */
  readonly refundPauseMs: number;
  /** Question 1, TONGBAO_CLASSIC_RETRY_MINUTES: the waits before the second and later attempts of a notification. */
  readonly retryGapsMs: readonly number[];
}

export interface GatewayParts {
  readonly payments: PaymentsRoom;
  /** A shopper's code was scanned in a shop. */
  readonly payByCode: PayByCode;
  readonly merchants: Merchants;
  readonly customers: Pick<Customers, 'find'>;
  readonly fx: Fx;
  readonly notifications: Pick<Notifications, 'told'>;
  readonly clock: Clock;
  readonly snapshot: Database['snapshot'];
  readonly gatewayKey: { readonly privateKey: KeyObject };
  readonly notifyIds: NotifyIds;
  /** Where a shopper pays the payment or checkout with this wire id. */
  readonly cashierUrl: (wirePaymentId: string) => string;
  /** Whether notifications may be sent to a URL, by its host alone. */
  readonly mayNotify: (url: string) => boolean;
  /** In a sandbox a wrong signature is explained. */
  readonly explain: boolean;
  readonly choices: GatewayChoices;
}

/** An authenticated request. */
export interface GatewayCall {
  readonly access: MerchantAccess;
  readonly charset: Charset;
  readonly signType: SignType;
  readonly parameters: ReadonlyMap<string, ReceivedParameter>;
  /** The one file of a multipart request. */
  readonly file: Uint8Array | null;
  readonly now: Date;
}

export type GatewayAnswer =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'xml'; readonly wrapper?: 'trade' | 'alipay'; readonly leaves?: Leaves }
  | { readonly kind: 'text'; readonly text: string };

/** A refusal in this protocol's words; `why` is for people. */
export class GatewayRefusal extends Error {
  readonly code: GatewayError;
  /** Where it stands: in the envelope, or as the result of an accepted request (the acquire family). */
  constructor(code: GatewayError, why = '') {
    super(why);
    this.name = 'GatewayRefusal';
    this.code = code;
  }
}
