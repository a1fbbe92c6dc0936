-- Every entry that moves money at a bank is tied to what the bank said. Client money that a bank reports for somebody (an
-- opening balance) is kept as the bank's own statement about it, as transfers and questions are.
CREATE TABLE wallet.deposit (
  id bigint PRIMARY KEY,
  bank text NOT NULL,
  -- the bank's own name of the movement
  reference text NOT NULL UNIQUE,
  account_id bigint NOT NULL,
  currency text NOT NULL CHECK (length(currency) = 3),
  amount bigint NOT NULL CHECK (amount > 0),
  entry_id bigint NOT NULL,
  told_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet.deposit
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER arrives AFTER INSERT ON wallet.deposit REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('deposit');

CREATE VIEW audit_log.deposit_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["deposit/1",' || id || ',' || audit_log.quoted(bank) || ',' || audit_log.quoted(reference) || ',' || account_id || ','
      || audit_log.quoted(currency) || ',' || amount || ',' || entry_id || ',' || audit_log.micros(told_at) || ']' AS text
  FROM wallet.deposit;

-- What stands behind an entry: the reference that a bank answered under, and what moved on which account for it.
CREATE VIEW audit_log.bank_claim AS
  SELECT entry_id, CASE kind WHEN 'top-up' THEN 'TOPUP-' ELSE 'WITHDRAWAL-' END || id AS reference, account_id AS account,
    CASE kind WHEN 'top-up' THEN amount ELSE -amount END AS amount
  FROM wallet.card_transfer WHERE entry_id <> 0 AND kind IN ('top-up', 'withdrawal')
  UNION ALL
  SELECT entry_id, reference, account_id, amount FROM wallet.deposit
  UNION ALL
  SELECT e.entry_id, q.reference, q.clearing_account, -q.amount
  FROM payments.bank_question q JOIN payments.event e ON e.payment_id = q.payment_id AND e.kind = 'paid'
  WHERE q.task = 'debit-card' AND q.outcome = 'approved'
  UNION ALL
  SELECT e.entry_id, q.reference, q.clearing_account, q.amount
  FROM payments.bank_question q
    JOIN payments.event e ON e.payment_id = q.payment_id AND e.kind = 'refunded' AND e.refund_id = q.refund_id
  WHERE q.task = 'refund-card' AND q.outcome = 'approved';

-- Entries that need a claim, with the posting that it has to name: what a wallet got or gave, or a card's bank owes.
CREATE VIEW audit_log.bank_entry AS
  SELECT e.id, e.kind, p.account, p.amount
  FROM ledger.entry e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
    JOIN ledger.account a ON a.id = p.account
  WHERE e.kind IN ('top-up', 'withdrawal', 'opening') AND a.kind = 'customer-wallet'
    OR e.kind IN ('payment', 'refund') AND a.kind = 'card-clearing';

CREATE VIEW audit_log.bank_approval AS
  SELECT reference FROM wallet.bank_answer WHERE outcome = 'approved' AND effect = 'applied';

-- Entries from before banks' answers were kept have none: those below this id.
CREATE TABLE audit_log.tied_from (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  entry_id bigint NOT NULL
);
INSERT INTO audit_log.tied_from (entry_id) SELECT coalesce(max(id) + 1, 0) FROM ledger.entry;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log.tied_from
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
