-- What an account's owner has spent, beside the balance: whoever pays holds that row's lock and writes it anyway, so the
-- limits of wallets cost the money path no statement of their own (docs/decisions/0050). The day and the year are those of
-- Shanghai; a row of another day counts as nothing today.
ALTER TABLE ledger.balance
  -- days since 1970-01-01
  ADD COLUMN spent_day bigint NOT NULL DEFAULT 0,
  ADD COLUMN spent_day_count bigint NOT NULL DEFAULT 0,
  ADD COLUMN spent_day_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN spent_year bigint NOT NULL DEFAULT 0,
  ADD COLUMN spent_year_amount bigint NOT NULL DEFAULT 0,
  ADD COLUMN spent_ever_amount bigint NOT NULL DEFAULT 0;

UPDATE ledger.balance b SET spent_day = s.day, spent_day_count = s.day_count, spent_day_amount = s.day_amount,
  spent_year = s.year, spent_year_amount = s.year_balance, spent_ever_amount = s.ever_balance
FROM payments.spending s JOIN wallet.account a ON a.customer_id = s.payer_id
WHERE b.account_id = a.account_id AND a.account_id % 1000 = s.currency;
DROP TABLE payments.spending;
