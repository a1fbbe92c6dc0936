-- How long a rate stays locked for an order, whatever time the order itself has: afterwards the price is quoted anew.
ALTER TABLE merchants.contract
  ADD COLUMN quote_life_s integer NOT NULL DEFAULT 3600 CHECK (quote_life_s BETWEEN 60 AND 86400);

-- Open orders that were priced in the payer's currency keep the payer's amount when they are quoted anew.
UPDATE payments.payment
SET order_facts = (order_facts::jsonb || '{"pricedIn": "payer"}')::json
WHERE status = 'created' AND order_facts->'channelData'->>'pricedIn' = 'payer';
