-- Reconciliation: what banks say beside what the books say. A statement is imported once; each difference is a break
-- that names a field and both values, and is closed by two people with a reason and, where money moved, an entry.
CREATE SCHEMA reconciliation;

CREATE TABLE reconciliation.statement (
  id bigint PRIMARY KEY,
  -- the bank's own name of it: the same statement again changes nothing
  account text NOT NULL,
  statement_id text NOT NULL,
  currency text NOT NULL,
  from_day date NOT NULL,
  to_day date NOT NULL,
  -- null where the bank's format states none
  closing bigint,
  lines integer NOT NULL,
  matched integer NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text NOT NULL,
  source bytea NOT NULL,
  UNIQUE (account, statement_id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.statement
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

CREATE TABLE reconciliation.break (
  id bigint PRIMARY KEY,
  statement_id bigint NOT NULL REFERENCES reconciliation.statement,
  kind text NOT NULL,
  reference text NOT NULL,
  field text NOT NULL,
  expected text NOT NULL,
  actual text NOT NULL,
  currency text NOT NULL,
  -- bank less books, minor units: what an entry would have to move; zero where no money is in question
  difference bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'proposed', 'closed')) DEFAULT 'open'
);
CREATE INDEX break_open ON reconciliation.break (id) WHERE status <> 'closed';

-- Acts on breaks, in order; the trail of who did what and why.
CREATE TABLE reconciliation.act (
  id bigint PRIMARY KEY,
  break_id bigint NOT NULL REFERENCES reconciliation.break,
  kind text NOT NULL CHECK (kind IN ('propose', 'approve', 'refuse')),
  action text NOT NULL CHECK (action IN ('explain', 'suspense', 'charge')),
  operator text NOT NULL CHECK (length(operator) BETWEEN 1 AND 100),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  entry_id bigint NOT NULL DEFAULT 0,
  acted_at timestamptz NOT NULL
);
CREATE INDEX act_by_break ON reconciliation.act (break_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.act
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- Which references an account's statements had already: a line that comes again on a later one is booked twice.
CREATE TABLE reconciliation.seen (
  account text NOT NULL,
  reference text NOT NULL,
  statement_id bigint NOT NULL REFERENCES reconciliation.statement,
  PRIMARY KEY (account, reference)
);
