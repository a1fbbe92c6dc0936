-- Settlement and what merchants owe (decision 0063), and a tax that takes nothing of other people's shares (core 4).

-- A batch pays no more than stands on the merchant's pending account. What refunds have taken of it since its cut-off, or what
-- is put aside for refunds that a bank is asked about, is carried into the next batch: a line less here, a line more there.
CREATE TABLE settlement.carry_over (
  id bigint PRIMARY KEY,
  batch_id bigint NOT NULL UNIQUE REFERENCES settlement.batch,
  into_batch_id bigint NOT NULL REFERENCES settlement.batch,
  amount bigint NOT NULL CHECK (amount > 0),
  CHECK (into_batch_id <> batch_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.carry_over
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

ALTER TABLE settlement.line DROP CONSTRAINT line_kind_check;
ALTER TABLE settlement.line ADD CONSTRAINT line_kind_check CHECK (kind IN
  ('PAYMENT', 'REFUND', 'CANCEL', 'RESERVE', 'RESERVE_RELEASED', 'CARRIED_OVER', 'CARRIED_IN')) NOT VALID;

-- a * b / c, to the nearest unit, ties to the even neighbour; for amounts that are not negative.
CREATE FUNCTION settlement.proportion(a bigint, b bigint, c bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (q + CASE WHEN r * 2 > c THEN 1 WHEN r * 2 = c THEN q % 2 ELSE 0 END)::bigint
  FROM (SELECT div(a::numeric * b, c) AS q, a::numeric * b - div(a::numeric * b, c) * c AS r) AS divided
$$;

-- What of an order's amount its merchant named as other people's, in the order's currency (payments/shares.ts).
CREATE FUNCTION settlement.shares_of(order_facts json, amount bigint, payer_amount bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(CASE order_facts->'shares'->>'pricedIn'
    WHEN 'payer' THEN settlement.proportion((part->>'amount')::bigint, amount, payer_amount)
    ELSE (part->>'amount')::bigint END), 0)::bigint
  FROM json_array_elements(order_facts->'shares'->'parts') AS part
$$;

-- As before, with what of the fee column is not the house's fee: shares, signed like the fee.
CREATE OR REPLACE VIEW settlement.item AS
  SELECT e.payment_id, e.sequence, e.occurred_at, e.refund_id, e.entry_id, p.merchant_id, p.currency,
    p.created_at AS payment_created_at, p.request_id AS payment_request_id, p.paid_at,
    r.created_at AS refund_created_at, r.request_id AS refund_request_id, r.reason AS refund_reason,
    CASE e.kind WHEN 'paid' THEN 'PAYMENT' WHEN 'reversed' THEN 'CANCEL' ELSE 'REFUND' END AS kind,
    CASE e.kind WHEN 'paid' THEN p.amount WHEN 'reversed' THEN -p.amount ELSE -r.amount END AS gross,
    CASE e.kind WHEN 'paid' THEN -p.fee WHEN 'reversed' THEN p.fee ELSE r.fee_returned END AS fee,
    CASE e.kind
      WHEN 'paid' THEN -settlement.shares_of(p.order_facts, p.amount, p.payer_amount)
      WHEN 'reversed' THEN settlement.shares_of(p.order_facts, p.amount, p.payer_amount)
      ELSE coalesce((SELECT sum((share->>'amount')::bigint) FROM json_array_elements(r.shares::json) AS share), 0)::bigint
    END AS shares
  FROM payments.event e
  JOIN payments.payment p ON p.id = e.payment_id
  LEFT JOIN payments.refund r ON e.kind = 'refunded' AND r.id = e.refund_id
  WHERE e.kind IN ('paid', 'refunded', 'reversed');
