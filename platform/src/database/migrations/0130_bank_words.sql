-- Every entry that moves money at a bank has the bank's word behind it, whatever its kind is: card movements that nobody wanted
-- and their return, reversals, the house's own money, conversions and payouts as well. Which word a kind needs is a table
-- in the code (audit/bank-ties.ts); what stands behind entries, and what banks said, is here.
DROP VIEW audit_log.bank_entry;
DROP VIEW audit_log.bank_claim;
DROP VIEW audit_log.bank_approval;

-- From which entry on a kind is tied. A kind that is not here is tied from the first entry on: rows are only there where an
-- older release has written entries without a bank's word. Sealed, so that nobody can move it afterwards.
CREATE TABLE audit_log.tied_since (
  id smallint PRIMARY KEY,
  kind text NOT NULL UNIQUE,
  entry_id bigint NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log.tied_since
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER arrives AFTER INSERT ON audit_log.tied_since REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('tied-since');
CREATE VIEW audit_log.tied_since_leaf AS
  SELECT id::bigint AS id, 0::smallint AS sequence,
    '["tied-since/1",' || id || ',' || audit_log.quoted(kind) || ',' || entry_id || ']' AS text
  FROM audit_log.tied_since;

-- What was tied before this migration stays tied; the others from here on.
INSERT INTO audit_log.tied_since (id, kind, entry_id)
  SELECT k.place, k.kind,
    CASE WHEN k.kind IN ('house-funding', 'fx-conversion') THEN (SELECT max(id) + 1 FROM ledger.entry) ELSE f.entry_id END
  FROM audit_log.tied_from f, unnest(ARRAY['opening', 'top-up', 'withdrawal', 'payment', 'payment-reversal', 'refund',
    'debit-unwanted', 'debit-returned', 'payout-paid', 'payout-rejected', 'reconciliation', 'house-funding', 'fx-conversion'])
    WITH ORDINALITY AS k(kind, place)
  WHERE EXISTS (SELECT FROM ledger.entry)
    AND (k.kind IN ('house-funding', 'fx-conversion') OR f.entry_id > 0);
DROP TABLE audit_log.tied_from;

-- What stands behind an entry: the reference that a bank knows, what moved for it on which account, and the word that it
-- leans on. `open`: the bank has been told and need not have answered yet.
CREATE VIEW audit_log.bank_claim AS
  -- Top-ups and withdrawals: the wallet's side and the bank's.
  SELECT t.entry_id, CASE t.kind WHEN 'top-up' THEN 'TOPUP-' ELSE 'WITHDRAWAL-' END || t.id AS reference, side.account,
    CASE t.kind WHEN 'top-up' THEN side.amount ELSE -side.amount END AS amount, 'approved' AS word, false AS open
  FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id
    LEFT JOIN ledger.account b ON b.code = 'card-clearing:' || c.bank || ':' || t.currency,
    LATERAL (VALUES (t.account_id, t.amount), (b.id, -t.amount)) AS side(account, amount)
  WHERE t.entry_id <> 0 AND t.kind IN ('top-up', 'withdrawal')
  UNION ALL
  -- What a bank keeps for somebody (an opening balance), or has received from the house.
  SELECT d.entry_id, d.reference, side.account, side.amount, 'approved', false
  FROM wallet.deposit d LEFT JOIN ledger.account a ON a.id = d.account_id
    LEFT JOIN ledger.account b
      ON b.code = CASE a.kind WHEN 'house-funds' THEN 'settlement-bank:' ELSE 'safeguarding-bank:' END || d.currency,
    LATERAL (VALUES (d.account_id, d.amount), (b.id, -d.amount)) AS side(account, amount)
  UNION ALL
  SELECT e.entry_id, q.reference, q.clearing_account, -q.amount, 'approved', false
  FROM payments.bank_question q JOIN payments.event e ON e.payment_id = q.payment_id AND e.kind = 'paid'
  WHERE q.task = 'debit-card' AND q.outcome = 'approved'
  UNION ALL
  SELECT e.entry_id, q.reference, q.clearing_account, q.amount, 'approved', false
  FROM payments.bank_question q
    JOIN payments.event e ON e.payment_id = q.payment_id AND e.kind = 'refunded' AND e.refund_id = q.refund_id
  WHERE q.task = 'refund-card' AND q.outcome = 'approved'
  UNION ALL
  -- A reversal is booked when the bank is told; it is told until it has answered.
  SELECT e.entry_id, q.reference, q.clearing_account, q.amount, 'asked', q.outcome IS NULL
  FROM payments.bank_question q JOIN payments.event e ON e.payment_id = q.payment_id AND e.kind = 'reversed'
  WHERE q.task = 'reverse-card'
  UNION ALL
  -- Taken from a card for nothing: under the reference of the debit; and given back, under the transfer's own.
  SELECT e.id, t.request_id, b.id, -t.amount, 'took', false
  FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id
    JOIN ledger.account b ON b.code = 'card-clearing:' || c.bank || ':' || t.currency
    JOIN ledger.entry e ON e.payer_id = t.customer_id AND e.subject_id = t.id AND e.kind = 'debit-unwanted'
  WHERE t.kind = 'return'
  UNION ALL
  SELECT t.entry_id, 'RETURN-' || t.id || CASE WHEN t.round > 1 THEN '.' || t.round ELSE '' END, b.id, t.amount, 'approved', false
  FROM wallet.card_transfer t JOIN wallet.card c ON c.id = t.card_id
    JOIN ledger.account b ON b.code = 'card-clearing:' || c.bank || ':' || t.currency
  WHERE t.kind = 'return' AND t.entry_id <> 0
  UNION ALL
  -- A payout: paid from our account, or refused and owed again.
  SELECT p.answered_by_entry, p.batch_id || '-' || p.attempt, a.id, CASE p.status WHEN 'paid' THEN p.amount ELSE -p.amount END,
    CASE p.status WHEN 'paid' THEN 'approved' ELSE 'refused' END, false
  FROM settlement.payout p JOIN settlement.batch s ON s.id = p.batch_id
    JOIN ledger.account a ON a.code = CASE p.status WHEN 'paid' THEN 'settlement-bank:' || p.currency
      ELSE 'merchant-in-transit:' || s.merchant_id || ':' || p.currency END
  WHERE p.answered_by_entry <> 0
  UNION ALL
  -- A conversion moves money at both banks.
  SELECT d.entry_id, 'FX' || d.id, a.id, side.amount, 'approved', false
  FROM settlement.deal d,
    LATERAL (VALUES ('settlement-bank:' || d.currency, -d.bought), ('safeguarding-bank:' || d.home, d.cost)) AS side(code, amount)
    JOIN ledger.account a ON a.code = side.code
  WHERE d.entry_id <> 0
  UNION ALL
  -- What two people accepted of a bank's statement.
  SELECT t.entry_id, 'STATEMENT-' || b.statement_id || '-BREAK-' || b.id, p.account, -b.difference, 'statement', false
  FROM reconciliation.act t JOIN reconciliation.break b ON b.id = t.break_id JOIN ledger.entry e ON e.id = t.entry_id,
    LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
    JOIN ledger.account a ON a.id = p.account AND a.kind IN ('settlement-bank', 'safeguarding-bank', 'card-clearing')
  WHERE t.kind = 'approve' AND t.entry_id <> 0;

-- What banks said, by reference. `asked`: any first answer, for what is booked before one.
CREATE VIEW audit_log.bank_word AS
  SELECT reference, CASE WHEN effect = 'stale' THEN 'took' WHEN outcome = 'approved' THEN 'approved' ELSE 'refused' END AS word
  FROM wallet.bank_answer WHERE effect = 'applied' OR (effect = 'stale' AND outcome = 'approved')
  UNION ALL
  SELECT reference, 'asked' FROM wallet.bank_answer WHERE effect = 'applied'
  UNION ALL
  SELECT 'STATEMENT-' || b.statement_id || '-BREAK-' || b.id, 'statement'
  FROM reconciliation.break b JOIN reconciliation.statement s ON s.id = b.statement_id
    JOIN reconciliation.act t ON t.break_id = b.id AND t.kind = 'approve' AND t.entry_id <> 0;
