-- Wallets that had cards before there was a default: the oldest is offered first.
UPDATE wallet.card SET is_default = true WHERE id IN (
  SELECT min(id) FROM wallet.card WHERE status <> 'removed' GROUP BY customer_id HAVING NOT bool_or(is_default));
