// What this plugin keeps with Vendure's own rows: on the payment and on the refund, as their metadata. No table of ours,
// so installing the plugin needs no migration.

export interface PaymentFacts {
  /** Ours: the gateway answers the same for the same id. */
  readonly requestId: string;
  readonly currency: string;
  /** Minor units of the currency, as they were sent. */
  readonly wire: string;
  /** What the shopper's browser needs. */
  readonly public: { readonly redirectUrl: string };
  /** Money that came when the order could no longer take it, and went back. */
  readonly returned?: string;
}

export interface RefundFacts {
  readonly requestId: string;
  readonly currency: string;
  readonly wire: string;
  readonly paymentId: string;
  readonly result?: string;
}

export function paymentFacts(metadata: unknown): PaymentFacts | null {
  const facts = metadata as Partial<PaymentFacts> | null;
  return typeof facts?.requestId === 'string' &&
    typeof facts.wire === 'string' &&
    typeof facts.currency === 'string'
    ? (facts as PaymentFacts)
    : null;
}

export function refundFacts(metadata: unknown): RefundFacts | null {
  const facts = metadata as Partial<RefundFacts> | null;
  return typeof facts?.requestId === 'string' &&
    typeof facts.wire === 'string' &&
    typeof facts.paymentId === 'string'
    ? (facts as RefundFacts)
    : null;
}
