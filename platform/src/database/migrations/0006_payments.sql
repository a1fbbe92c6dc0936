-- Payments, the events that made them what they are, refunds, and the merchants' request ids.
CREATE SCHEMA payments;

CREATE TABLE payments.payment (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  -- 0 until somebody confirms
  payer_id bigint NOT NULL DEFAULT 0,
  status text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  payer_currency text NOT NULL,
  payer_amount bigint NOT NULL CHECK (payer_amount > 0),
  mid_amount bigint NOT NULL CHECK (mid_amount BETWEEN 0 AND payer_amount),
  fee bigint NOT NULL CHECK (fee BETWEEN 0 AND amount),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  paid_at timestamptz,
  closed_at timestamptz,
  -- the bank card that pays; 0 for the balance, or while nobody confirmed
  card_id bigint NOT NULL DEFAULT 0,
  -- the account that the payer's money leaves: a wallet, or a bank's clearing account; 0 while nobody confirmed
  funding_account bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0,
  refunding bigint NOT NULL DEFAULT 0,
  refunded_to_payer bigint NOT NULL DEFAULT 0,
  refunding_to_payer bigint NOT NULL DEFAULT 0,
  -- how many events it has had: the next one's sequence
  events smallint NOT NULL,
  last_refusal text,
  request_id text NOT NULL,
  -- everything else that is fixed at creation: quote, contract terms, the order's words
  terms jsonb NOT NULL,
  CHECK (refunded >= 0 AND refunding >= 0 AND refunded + refunding <= amount),
  CHECK (refunded_to_payer >= 0 AND refunding_to_payer >= 0 AND refunded_to_payer + refunding_to_payer <= payer_amount)
) WITH (fillfactor = 80);
-- Only open payments can expire: the index stays as small as the number of shoppers at the cashier.
CREATE INDEX payment_open ON payments.payment (expires_at) WHERE status = 'created';
CREATE INDEX payment_pending ON payments.payment (id) WHERE status = 'pending';
CREATE INDEX payment_by_payer ON payments.payment (payer_id, id) WHERE payer_id <> 0;

-- The idempotency table: one row for each request id of a merchant. Its unique key settles every race.
CREATE TABLE payments.request (
  merchant_id bigint NOT NULL,
  kind smallint NOT NULL, -- 1 payment, 2 refund
  request_id text NOT NULL,
  subject_id bigint NOT NULL,
  input_hash bytea NOT NULL,
  PRIMARY KEY (merchant_id, request_id, kind)
);

-- What happened, in order; a payment's state is the fold of its events. Never changed, never removed.
CREATE TABLE payments.event (
  payment_id bigint NOT NULL,
  sequence smallint NOT NULL,
  kind text NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- the ledger entry that the event made; 0 for none
  entry_id bigint NOT NULL,
  -- the refund it is about; 0 for none
  refund_id bigint NOT NULL,
  PRIMARY KEY (payment_id, sequence)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.event
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

CREATE TABLE payments.refund (
  id bigint PRIMARY KEY,
  payment_id bigint NOT NULL,
  merchant_id bigint NOT NULL,
  payer_id bigint NOT NULL,
  request_id text NOT NULL,
  status text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  payer_amount bigint NOT NULL CHECK (payer_amount >= 0),
  fee_returned bigint NOT NULL,
  reason text,
  notify_url text,
  metadata text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX refund_by_payment ON payments.refund (payment_id, id);
CREATE INDEX refund_open ON payments.refund (id) WHERE status = 'processing';
CREATE INDEX refund_by_payer ON payments.refund (payer_id, id);
