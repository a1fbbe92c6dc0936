-- Every posting that a bank's word may be needed for: on accounts at banks, and on those that a bank's word can name beside
-- them. `since`: entries of the kind below it are from before banks' words were kept.
CREATE VIEW audit_log.bank_posting AS
  SELECT e.id, e.kind, p.account, p.amount, a.kind AS account_kind, coalesce(s.entry_id, 0) AS since
  FROM ledger.entry e CROSS JOIN LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
    JOIN ledger.account a ON a.id = p.account
    LEFT JOIN audit_log.tied_since s ON s.kind = e.kind;
