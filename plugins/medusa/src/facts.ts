// What this plugin keeps with Medusa's own rows: as a payment session's data and as a refund's metadata. No table of ours, so
// installing the plugin needs no migration. A storefront sees the data of its session; nothing in it is secret.

export interface SessionFacts {
  /** Ours: the gateway answers the same for the same id. The session's id, with "-2" … after its amount was changed. */
  readonly requestId: string;
  /** The gateway's. */
  readonly paymentId: string;
  /** ISO 4217, upper case. */
  readonly currency: string;
  /** Minor units of the currency, as they were sent. */
  readonly wire: string;
  /** Where the storefront sends the shopper's browser. */
  readonly redirectUrl: string;
}

export function sessionFacts(data: unknown): SessionFacts | null {
  const facts = data as Partial<SessionFacts> | null | undefined;
  return typeof facts?.requestId === 'string' &&
    typeof facts.paymentId === 'string' &&
    typeof facts.currency === 'string' &&
    typeof facts.wire === 'string'
    ? (facts as SessionFacts)
    : null;
}

/** What Medusa asked to refund and what was sent for it, by the refund's id; kept in the payment's data. */
export type KeptRefunds = Readonly<Record<string, { readonly asked: string; readonly wire: string }>>;

export function keptRefunds(data: unknown): KeptRefunds {
  const kept = (data as { refunds?: unknown } | null | undefined)?.refunds;
  return typeof kept === 'object' && kept !== null ? (kept as KeptRefunds) : {};
}

/** The session that a request id was made for. */
export const sessionOf = (requestId: string): string => requestId.replace(/-\d{1,3}$/, '');

/** As a refund's metadata has it; absent until the gateway's decision is known. */
export interface RefundWord {
  readonly status: 'SUCCESS' | 'FAIL';
  readonly refundId?: string;
}

export function refundWord(metadata: unknown): RefundWord | null {
  const word = (metadata as { tongbao?: RefundWord } | null | undefined)?.tongbao;
  return word?.status === 'SUCCESS' || word?.status === 'FAIL' ? word : null;
}
