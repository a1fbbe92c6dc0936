-- Whose money a refund is (decision 0063). A merchant's accounts have bounds that the database keeps; what a merchant owes
-- stands on accounts of its own; the money of a refund that waits for a bank is put aside; a contract has a debt limit.

-- Bounds of accounts that many payments share. A floor belongs to an account that a verb locks before it decides; bounds belong
-- to accounts that move behind the gate only, so that nobody waits for a hot merchant's row. owed_since: since when an
-- account that may not stand above zero has stood below it.
ALTER TABLE ledger.balance ADD COLUMN lowest bigint, ADD COLUMN highest bigint, ADD COLUMN owed_since timestamptz;

ALTER TABLE merchants.contract
  -- how much the merchant may owe for refunds beyond what is unsettled, minor units of the settlement currency
  ADD COLUMN debt_limit bigint NOT NULL DEFAULT 0 CHECK (debt_limit >= 0),
  -- whether a refund that finds no funds waits for them instead of being refused (the JSON gateway's; the classic one asks itself)
  ADD COLUMN queues_refunds boolean NOT NULL DEFAULT false;

-- What was agreed about debts, and when; the newest row is the contract's.
CREATE TABLE merchants.debt_limit (
  merchant_id bigint NOT NULL REFERENCES merchants.merchant,
  number integer NOT NULL CHECK (number > 0),
  amount bigint NOT NULL CHECK (amount >= 0),
  agreed_at timestamptz NOT NULL,
  agreed_by text NOT NULL CHECK (length(agreed_by) BETWEEN 1 AND 100),
  PRIMARY KEY (merchant_id, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON merchants.debt_limit
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

ALTER TABLE payments.refund
  -- what of it the merchant had no funds for: fees that its contract keeps, and the rest, which its debt limit allows
  ADD COLUMN owed_fee bigint NOT NULL DEFAULT 0 CHECK (owed_fee >= 0),
  ADD COLUMN owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0),
  -- whether its money was put aside while a bank is asked
  ADD COLUMN put_aside boolean NOT NULL DEFAULT false;

-- A statement that changes rows fails when it did not find each of them.
CREATE FUNCTION system.expect_rows(what text, changed bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF changed <> expected THEN
    RAISE EXCEPTION '%: % rows were changed, % should have been', what, changed, expected
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN true;
END $$;

-- The accounts of merchants who signed up before.
WITH fresh AS (
  INSERT INTO ledger.account (id, code, kind, currency, owner_id, created_at)
  SELECT nextval('ledger.account_number') * 1000 + c.pending_account % 1000,
    k.kind || ':' || c.merchant_id || ':' || c.settlement_currency, k.kind, c.settlement_currency, c.merchant_id,
    clock_timestamp() + coalesce((SELECT offset_ms FROM system.clock), 0) * interval '1 millisecond'
  FROM merchants.contract c
  CROSS JOIN (VALUES ('merchant-refunding'), ('merchant-receivable'), ('merchant-fee-receivable')) AS k(kind)
  ON CONFLICT (code) DO NOTHING RETURNING id
)
INSERT INTO ledger.balance (account_id) SELECT id FROM fresh;

-- What stood below zero before becomes what it is, a debt; and card refunds that a bank is being asked about get their money
-- put aside. Both with entries, like everything that moves.
DO $$
DECLARE
  present CONSTANT timestamptz := clock_timestamp() + coalesce((SELECT offset_ms FROM system.clock), 0) * interval '1 millisecond';
  each record;
  block bigint := 0;
  taken integer := 4096;
  entry_id bigint;
  fund bigint;
BEGIN
  FOR each IN
    SELECT c.merchant_id, c.pending_account, -b.balance AS debt, r.id AS receivable
    FROM merchants.contract c
    JOIN ledger.balance b ON b.account_id = c.pending_account AND b.balance < 0
    JOIN ledger.account r ON r.code = 'merchant-receivable:' || c.merchant_id || ':' || c.settlement_currency
    ORDER BY c.merchant_id
  LOOP
    IF taken >= 4096 THEN block := nextval('system.id_block'); taken := 0; END IF;
    entry_id := block * 4096 + taken; taken := taken + 1;
    INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts) VALUES
      (entry_id, 'debt', 0, each.merchant_id, present, ARRAY[each.pending_account, each.receivable], ARRAY[each.debt, -each.debt]);
    UPDATE ledger.balance SET balance = balance + each.debt WHERE account_id = each.pending_account;
    UPDATE ledger.balance SET balance = balance - each.debt, owed_since = present WHERE account_id = each.receivable;
  END LOOP;
  FOR each IN
    SELECT r.id, r.payment_id, r.payer_id, r.amount - r.fee_returned AS needed, p.events, c.pending_account AS pending,
      a.id AS refunding, d.id AS receivable
    FROM payments.refund r
    JOIN payments.payment p ON p.id = r.payment_id
    JOIN merchants.contract c ON c.merchant_id = r.merchant_id
    JOIN ledger.account a ON a.code = 'merchant-refunding:' || c.merchant_id || ':' || c.settlement_currency
    JOIN ledger.account d ON d.code = 'merchant-receivable:' || c.merchant_id || ':' || c.settlement_currency
    WHERE r.status = 'processing' AND r.amount > r.fee_returned
      AND NOT EXISTS (SELECT 1 FROM payments.refund_queue q WHERE q.refund_id = r.id)
    ORDER BY r.id
  LOOP
    IF taken >= 4096 THEN block := nextval('system.id_block'); taken := 0; END IF;
    entry_id := block * 4096 + taken; taken := taken + 1;
    SELECT least(balance, each.needed) INTO fund FROM ledger.balance WHERE account_id = each.pending;
    INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
      SELECT entry_id, 'refund-funding', each.payer_id, each.payment_id, present, array_agg(m.account), array_agg(m.amount)
      FROM (VALUES (each.pending, -fund), (each.receivable, fund - each.needed), (each.refunding, each.needed))
        AS m(account, amount) WHERE m.amount <> 0;
    UPDATE ledger.balance SET balance = balance - fund WHERE account_id = each.pending;
    UPDATE ledger.balance SET balance = balance + each.needed WHERE account_id = each.refunding;
    IF fund < each.needed THEN
      UPDATE ledger.balance SET balance = balance + fund - each.needed, owed_since = coalesce(owed_since, present)
        WHERE account_id = each.receivable;
    END IF;
    UPDATE payments.refund SET put_aside = true, owed = each.needed - fund WHERE id = each.id;
    INSERT INTO payments.event (payment_id, sequence, kind, occurred_at, entry_id, refund_id)
      SELECT each.payment_id, events + 1, 'refund-funded', present, entry_id, each.id
      FROM payments.payment WHERE id = each.payment_id;
    UPDATE payments.payment SET events = events + 1 WHERE id = each.payment_id;
  END LOOP;
END $$;

-- The bounds. Debts of before are kept as they are: they cannot grow, and netting makes them smaller.
UPDATE ledger.balance b SET lowest = least(b.balance, 0) FROM ledger.account a
  WHERE a.id = b.account_id AND a.kind IN ('merchant-pending', 'merchant-refunding', 'merchant-payable',
    'merchant-in-transit', 'merchant-reserve', 'share-receiver', 'merchant-receivable');
UPDATE ledger.balance b SET highest = 0 FROM ledger.account a
  WHERE a.id = b.account_id AND a.kind IN ('merchant-receivable', 'merchant-fee-receivable');
-- Null is no bound: a comparison with it is not false.
ALTER TABLE ledger.balance ADD CONSTRAINT balance_within_bounds CHECK (balance >= lowest AND balance <= highest);
