-- Whom a merchant's orders name as receivers of shares. Each is an account that stays for ever, so that their number has an end.
CREATE TABLE payments.share_receiver (
  merchant_id bigint NOT NULL,
  receiver text NOT NULL CHECK (length(receiver) BETWEEN 1 AND 100),
  currency text NOT NULL CHECK (length(currency) = 3),
  account_id bigint NOT NULL,
  PRIMARY KEY (merchant_id, receiver, currency)
);
INSERT INTO payments.share_receiver (merchant_id, receiver, currency, account_id)
  SELECT DISTINCT ON (1, 2, 3) p.merchant_id, part->>'receiver', p.payer_currency, (part->>'account')::bigint
  FROM payments.payment p, LATERAL json_array_elements(p.order_facts->'shares'->'parts') AS part
  ORDER BY 1, 2, 3
  ON CONFLICT DO NOTHING;
