-- A debt limit that is lowered below what is owed (decision 0063): the debt stays, and as it is paid back the bound follows the
-- balance up to what is agreed. null: nothing was agreed, the bound is the account's own.
ALTER TABLE ledger.balance ADD COLUMN agreed_lowest bigint;
UPDATE ledger.balance b SET agreed_lowest = -c.debt_limit
  FROM merchants.contract c
  JOIN ledger.account a ON a.code = 'merchant-receivable:' || c.merchant_id || ':' || c.settlement_currency
  WHERE b.account_id = a.id;
