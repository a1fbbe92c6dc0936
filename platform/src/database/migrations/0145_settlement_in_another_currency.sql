-- Prices in one currency, settlement in another (decision 0088). Where both are the same, nothing new is written.

ALTER TABLE merchants.contract
  -- when the rate between an order's currency and the settlement currency is fixed
  ADD COLUMN rate_rule text NOT NULL DEFAULT 'locked-at-payment' CHECK (rate_rule = 'locked-at-payment'),
  -- what the house keeps of an order that is converted for its merchant, hundredths of a per cent of the middle rate
  ADD COLUMN settlement_spread_bps integer NOT NULL DEFAULT 0 CHECK (settlement_spread_bps BETWEEN 0 AND 1000),
  ADD CONSTRAINT contract_has_payment_currencies CHECK (cardinality(payment_currencies) BETWEEN 1 AND 50);

ALTER TABLE payments.payment
  -- what the merchant gets before fees, where it is paid in another currency than the order's; null: the amount
  ADD COLUMN settlement_currency text,
  ADD COLUMN settlement_amount bigint,
  ADD CONSTRAINT payment_settlement_whole CHECK ((settlement_currency IS NULL) = (settlement_amount IS NULL)),
  ADD CONSTRAINT payment_settlement_other CHECK (settlement_currency <> currency),
  ADD CONSTRAINT payment_settlement_something CHECK (settlement_amount > 0);

-- The fee is part of what the merchant gets.
DO $$
DECLARE
  former text;
BEGIN
  SELECT conname INTO STRICT former FROM pg_constraint
    WHERE conrelid = 'payments.payment'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%(fee >= 0)%';
  EXECUTE format('ALTER TABLE payments.payment DROP CONSTRAINT %I', former);
END $$;
ALTER TABLE payments.payment
  ADD CONSTRAINT payment_fee_of_settlement CHECK (fee BETWEEN 0 AND coalesce(settlement_amount, amount));

-- What a refund takes from a merchant that is paid in another currency; null: its amount. It can be nothing: a refund of one
-- won of a payment in dollars.
ALTER TABLE payments.refund ADD COLUMN settlement_amount bigint CHECK (settlement_amount >= 0);

-- A new rate changes what the merchant gets, too (0101 says why this is a function of the owner's).
DROP FUNCTION payments.requote(bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], timestamptz[]);
CREATE FUNCTION payments.requote(ids bigint[], amounts bigint[], payer_amounts bigint[], mid_amounts bigint[], fees bigint[],
  conditions bigint[], locked timestamptz[], settlement_amounts bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH quoted AS (
    UPDATE payments.payment AS p SET amount = u.amount, payer_amount = u.payer_amount, mid_amount = u.mid_amount, fee = u.fee,
      conditions_id = u.conditions_id, quote_id = 0, locked_at = u.locked_at, settlement_amount = u.settlement_amount
    FROM unnest(ids, amounts, payer_amounts, mid_amounts, fees, conditions, locked, settlement_amounts)
      AS u(id, amount, payer_amount, mid_amount, fee, conditions_id, locked_at, settlement_amount)
    WHERE p.id = u.id AND p.status = 'created'
    RETURNING 1)
  SELECT count(*) FROM quoted
$$;

-- What moves a merchant's money, in what the merchant is paid in; behind it what the order said.
CREATE OR REPLACE VIEW settlement.item AS
  SELECT e.payment_id, e.sequence, e.occurred_at, e.refund_id, e.entry_id, p.merchant_id,
    coalesce(p.settlement_currency, p.currency) AS currency,
    p.created_at AS payment_created_at, p.request_id AS payment_request_id, p.paid_at,
    r.created_at AS refund_created_at, r.request_id AS refund_request_id, r.reason AS refund_reason,
    CASE e.kind WHEN 'paid' THEN 'PAYMENT' WHEN 'reversed' THEN 'CANCEL' ELSE 'REFUND' END AS kind,
    CASE e.kind WHEN 'paid' THEN coalesce(p.settlement_amount, p.amount)
      WHEN 'reversed' THEN -coalesce(p.settlement_amount, p.amount)
      ELSE -coalesce(r.settlement_amount, r.amount) END AS gross,
    CASE e.kind WHEN 'paid' THEN -p.fee WHEN 'reversed' THEN p.fee ELSE r.fee_returned END AS fee,
    CASE e.kind
      WHEN 'paid' THEN -settlement.shares_of(p.order_facts, p.amount, p.payer_amount)
      WHEN 'reversed' THEN settlement.shares_of(p.order_facts, p.amount, p.payer_amount)
      ELSE coalesce((SELECT sum((share->>'amount')::bigint) FROM json_array_elements(r.shares::json) AS share), 0)::bigint
    END AS shares,
    p.currency AS price_currency,
    CASE e.kind WHEN 'paid' THEN p.amount WHEN 'reversed' THEN -p.amount ELSE -r.amount END AS price_amount,
    CASE WHEN p.settlement_currency IS NOT NULL
      THEN (SELECT c.content->'settlement'->'price' FROM payments.conditions c WHERE c.id = p.conditions_id) END
      AS settlement_price
  FROM payments.event e
  JOIN payments.payment p ON p.id = e.payment_id
  LEFT JOIN payments.refund r ON e.kind = 'refunded' AND r.id = e.refund_id
  WHERE e.kind IN ('paid', 'refunded', 'reversed');

CREATE OR REPLACE VIEW settlement.payment_origin AS
  SELECT id AS payment_id, created_at AS payment_created_at, request_id AS payment_request_id, paid_at,
    currency AS price_currency, amount AS price_amount,
    CASE WHEN settlement_currency IS NOT NULL
      THEN (SELECT c.content->'settlement'->'price' FROM payments.conditions c WHERE c.id = conditions_id) END
      AS settlement_price
  FROM payments.payment;
CREATE OR REPLACE VIEW settlement.refund_origin AS
  SELECT id AS refund_id, created_at AS refund_created_at, request_id AS refund_request_id, amount AS price_amount
  FROM payments.refund;
