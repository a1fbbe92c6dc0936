-- The double-entry ledger. An account's id carries its currency: id % 1000 is the ISO 4217 numeric code, so that
-- "every entry sums to zero per currency" can be checked from the entry alone, at the price of a remainder.
CREATE SCHEMA ledger;

CREATE SEQUENCE ledger.account_number AS bigint START WITH 1000;

CREATE TABLE ledger.account (
  id bigint PRIMARY KEY,
  -- e.g. customer:4097:wallet:CNY, merchant:12:pending:KRW, fx:position:CNY
  code text NOT NULL UNIQUE,
  kind text NOT NULL,
  currency text NOT NULL,
  owner_id bigint,
  created_at timestamptz NOT NULL,
  CHECK (length(currency) = 3)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- Narrow and half-filled, so that updates of a hot row stay on its page. Credits are positive.
-- Deliberately no foreign key to account: this is the hottest table there is, and openAccount writes both rows.
CREATE TABLE ledger.balance (
  account_id bigint PRIMARY KEY,
  balance bigint NOT NULL DEFAULT 0,
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  -- null: the account may go to any side of zero
  floor bigint,
  CONSTRAINT balance_above_floor CHECK (balance - held >= floor)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- One row an entry, its postings in parallel arrays: a third of the WAL of one row a posting.
CREATE TABLE ledger.entry (
  id bigint PRIMARY KEY,
  kind text NOT NULL,
  -- whose money it is about: the payer's id, or 0 where there is none
  payer_id bigint NOT NULL,
  -- the payment, refund, top-up … that it belongs to
  subject_id bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  accounts bigint[] NOT NULL,
  amounts bigint[] NOT NULL,
  CHECK (cardinality(accounts) = cardinality(amounts) AND cardinality(accounts) BETWEEN 2 AND 64)
);
CREATE INDEX entry_by_payer ON ledger.entry (payer_id, id) WHERE payer_id <> 0;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- The second guard (the first is in ledger/entry.ts): no unbalanced entry can be stored by anybody.
CREATE FUNCTION ledger.assert_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  SELECT e.id, p.account % 1000 AS currency_number, sum(p.amount) AS off INTO wrong
    FROM added e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
    GROUP BY e.id, p.account % 1000
    HAVING sum(p.amount) <> 0 OR bool_or(p.amount IS NULL OR p.amount = 0)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % is off by % in currency %', wrong.id, wrong.off, wrong.currency_number
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON ledger.entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.assert_balanced();

-- Money that is promised away but has not left: it counts against the floor until it is settled or released.
CREATE TABLE ledger.hold (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  subject_id bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('held', 'settled', 'released')),
  placed_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX hold_open ON ledger.hold (account_id) WHERE status = 'held';
