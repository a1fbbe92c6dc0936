-- Conditions that thousands of payments share (the contract's terms and the rate of the day) are kept once and named
-- by a number that is made from their content; a payment's own row becomes a fifth of what it was.
CREATE TABLE payments.conditions (
  id bigint PRIMARY KEY,
  content json NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.conditions
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

ALTER TABLE payments.payment
  ADD COLUMN conditions_id bigint,
  -- the quote that the merchant was given before; 0 where the rate was locked with the payment
  ADD COLUMN quote_id bigint,
  ADD COLUMN locked_at timestamptz,
  -- the order's words as the merchant gave them
  ADD COLUMN order_facts json;

CREATE TEMPORARY TABLE former ON COMMIT DROP AS
  SELECT id, json_build_object('contract', terms->'contract', 'rate', json_build_object(
      'mid', terms->'quote'->'mid', 'price', terms->'quote'->'price', 'spreadBps', terms->'quote'->'spreadBps',
      'rateDate', terms->'quote'->'rateDate', 'source', terms->'quote'->'source')) AS content
  FROM payments.payment;
INSERT INTO payments.conditions (id, content)
  SELECT DISTINCT ON (hashtextextended(content::text, 0)) hashtextextended(content::text, 0), content FROM former;
UPDATE payments.payment p SET conditions_id = hashtextextended(f.content::text, 0),
    quote_id = CASE WHEN p.terms->'quote'->>'id' = p.id::text THEN 0 ELSE (p.terms->'quote'->>'id')::bigint END,
    locked_at = (p.terms->'quote'->>'lockedAt')::timestamptz, order_facts = (p.terms->'order')::json
  FROM former f WHERE f.id = p.id;

ALTER TABLE payments.payment
  ALTER COLUMN conditions_id SET NOT NULL,
  ALTER COLUMN quote_id SET NOT NULL,
  ALTER COLUMN locked_at SET NOT NULL,
  ALTER COLUMN order_facts SET NOT NULL,
  DROP COLUMN terms;
