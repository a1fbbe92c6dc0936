-- The stand-in for card banks, and its own books: nothing else reads or writes this schema, as nothing reads a real
-- bank's. Only the sandbox uses it; elsewhere it stays empty.
CREATE SCHEMA sandbox_bank;

CREATE TABLE sandbox_bank.bank (
  code text PRIMARY KEY,
  name_zh text NOT NULL,
  name_en text NOT NULL,
  -- normal; slow (answers late); down (does nothing, fails); decline; answer-lost (does it, then fails)
  behaviour text NOT NULL CHECK (behaviour IN ('normal', 'slow', 'down', 'decline', 'answer-lost')),
  slow_ms integer NOT NULL CHECK (slow_ms BETWEEN 0 AND 60000)
);

CREATE TABLE sandbox_bank.card (
  token text PRIMARY KEY,
  bank text NOT NULL REFERENCES sandbox_bank.bank,
  currency text NOT NULL,
  -- what the holder has; below zero is credit, down to the limit
  balance bigint NOT NULL,
  credit_limit bigint NOT NULL CHECK (credit_limit >= 0),
  blocked boolean NOT NULL,
  CHECK (balance >= -credit_limit)
);

-- One row for each reference that the bank decided; the same reference again answers this row.
CREATE TABLE sandbox_bank.operation (
  bank text NOT NULL REFERENCES sandbox_bank.bank,
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  kind text NOT NULL CHECK (kind IN ('debit', 'credit')),
  token text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  -- null: approved
  declined text,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (bank, reference)
);

-- Tongbao's accounts at the bank, as the bank sees them: what it owes from cards (clearing) and the client money
-- that it keeps (safeguarding). A positive balance is what the bank owes Tongbao.
CREATE TABLE sandbox_bank.account (
  bank text NOT NULL REFERENCES sandbox_bank.bank,
  name text NOT NULL CHECK (name IN ('clearing', 'safeguarding')),
  currency text NOT NULL,
  balance bigint NOT NULL,
  lines integer NOT NULL,
  PRIMARY KEY (bank, name, currency)
);

CREATE TABLE sandbox_bank.statement_line (
  bank text NOT NULL,
  name text NOT NULL,
  currency text NOT NULL,
  line integer NOT NULL,
  reference text NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  balance_after bigint NOT NULL,
  booked_at timestamptz NOT NULL,
  PRIMARY KEY (bank, name, currency, line),
  UNIQUE (bank, name, currency, reference),
  FOREIGN KEY (bank, name, currency) REFERENCES sandbox_bank.account
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sandbox_bank.statement_line
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
