-- What payers' sums must be, worked out from their payments: the one look into the ledger's balances. A payment counts when it
-- is confirmed (a card payment when its bank is asked), on that day of Shanghai; one that the bank refused does not count. Sums
-- of a former day or year stay until the next confirmation, be it one that was refused.
CREATE VIEW payments.wrong_spending AS
  WITH counted AS (
    SELECT p.payer_id, p.payer_currency AS currency, p.payer_amount AS amount, p.card_id = 0 AS from_balance,
      (e.occurred_at + interval '8 hours') AT TIME ZONE 'UTC' AS at
    FROM payments.payment p JOIN LATERAL (
      SELECT occurred_at FROM payments.event
      WHERE payment_id = p.id AND kind = CASE WHEN p.card_id = 0 THEN 'paid' ELSE 'debit-requested' END
      ORDER BY sequence DESC LIMIT 1) e ON true
    WHERE p.payer_id <> 0 AND (p.paid_at IS NOT NULL OR p.status = 'pending')
  ), kept AS (
    SELECT w.customer_id AS payer_id, w.currency, b.account_id, b.spent_day, b.spent_day_count, b.spent_day_amount,
      b.spent_year, b.spent_year_amount, b.spent_ever_amount
    FROM wallet.account w JOIN ledger.balance b ON b.account_id = w.account_id
  ), summed AS (
    SELECT k.account_id,
      count(c.amount) FILTER (WHERE c.at::date - DATE '1970-01-01' = k.spent_day) AS day_count,
      coalesce(sum(c.amount) FILTER (WHERE c.at::date - DATE '1970-01-01' = k.spent_day), 0) AS day_amount,
      coalesce(sum(c.amount) FILTER (WHERE c.from_balance AND extract(year FROM c.at) = k.spent_year), 0) AS year_amount,
      coalesce(sum(c.amount) FILTER (WHERE c.from_balance), 0) AS ever_amount,
      max(c.at::date - DATE '1970-01-01') AS last_day, max(extract(year FROM c.at)) AS last_year
    FROM kept k LEFT JOIN counted c ON c.payer_id = k.payer_id AND c.currency = k.currency GROUP BY k.account_id
  )
  SELECT k.account_id AS account, k.spent_day_count || ' payments of ' || k.spent_day_amount || ' on a day, '
      || k.spent_year_amount || ' in a year, ' || k.spent_ever_amount || ' ever' AS kept,
    s.day_count || ' payments of ' || s.day_amount || ' on a day, ' || s.year_amount || ' in a year, ' || s.ever_amount
      || ' ever' AS paid
  FROM kept k JOIN summed s ON s.account_id = k.account_id
  WHERE (k.spent_day_count, k.spent_day_amount, k.spent_year_amount, k.spent_ever_amount)
      IS DISTINCT FROM (s.day_count, s.day_amount, s.year_amount, s.ever_amount)
    OR s.last_day > k.spent_day OR s.last_year > k.spent_year;
