-- What each payer has paid, counted as the limits of wallets count it: one small row a payer and currency, changed by
-- the batch that pays. The day and the year are those of Shanghai; a row of another day counts as nothing today.
CREATE TABLE payments.spending (
  payer_id bigint NOT NULL,
  -- ISO 4217 number
  currency integer NOT NULL,
  -- days since 1970-01-01
  day integer NOT NULL,
  day_count bigint NOT NULL,
  day_amount bigint NOT NULL,
  year integer NOT NULL,
  year_balance bigint NOT NULL,
  ever_balance bigint NOT NULL,
  PRIMARY KEY (payer_id, currency)
) WITH (fillfactor = 50);

-- What wallets paid before the sums were kept. An account's number ends in its currency's.
WITH paid AS (
  SELECT payer_id, (funding_account % 1000)::integer AS currency, payer_amount, card_id,
    (paid_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01' AS day,
    extract(year FROM paid_at AT TIME ZONE 'Asia/Shanghai')::integer AS year
  FROM payments.payment WHERE payer_id <> 0 AND paid_at IS NOT NULL
), latest AS (
  SELECT payer_id, currency, max(day) AS day, max(year) AS year FROM paid GROUP BY payer_id, currency
)
INSERT INTO payments.spending
SELECT p.payer_id, p.currency, l.day, count(*) FILTER (WHERE p.day = l.day),
  coalesce(sum(p.payer_amount) FILTER (WHERE p.day = l.day), 0), l.year,
  coalesce(sum(p.payer_amount) FILTER (WHERE p.year = l.year AND p.card_id = 0), 0),
  coalesce(sum(p.payer_amount) FILTER (WHERE p.card_id = 0), 0)
FROM paid p JOIN latest l ON l.payer_id = p.payer_id AND l.currency = p.currency
GROUP BY p.payer_id, p.currency, l.day, l.year;
