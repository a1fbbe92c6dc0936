-- Bank statements as banks write them: a file holds several statements; a statement is known by its content, so that
-- ids may repeat from year to year and a bank may correct what it sent; its lines are kept, without texts or names.
CREATE TABLE reconciliation.file (
  id bigint PRIMARY KEY,
  sha256 bytea NOT NULL,
  -- the bytes as they came, gzipped
  content bytea NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.file
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

ALTER TABLE reconciliation.statement
  -- null for statements that were imported before there were files: they have their source
  ADD COLUMN file_id bigint REFERENCES reconciliation.file,
  ALTER COLUMN source DROP NOT NULL,
  -- intraday and notification come again on a statement: they are kept and never counted
  ADD COLUMN kind text NOT NULL DEFAULT 'statement' CHECK (kind IN ('statement', 'intraday', 'notification')),
  -- the bank's number of the statement in its series, and of the page in it
  ADD COLUMN sequence text NOT NULL DEFAULT '',
  -- 1, and one more each time the bank sends other content under the same id, days and sequence
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  ADD COLUMN replaces bigint REFERENCES reconciliation.statement,
  ADD COLUMN opening bigint,
  ADD COLUMN not_booked integer NOT NULL DEFAULT 0,
  -- SHA-256 of what was read, not of the bytes: the same statement in another envelope is the same
  ADD COLUMN content_hash bytea,
  DROP CONSTRAINT statement_account_statement_id_key;
CREATE UNIQUE INDEX statement_version ON reconciliation.statement
  (account, currency, statement_id, from_day, to_day, kind, sequence, version);
CREATE INDEX statement_by_day ON reconciliation.statement (account, currency, to_day);
CREATE UNIQUE INDEX statement_replaced_once ON reconciliation.statement (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE reconciliation.line (
  statement_id bigint NOT NULL REFERENCES reconciliation.statement,
  -- from 1, in the order of the statement
  position integer NOT NULL,
  -- the bank's own
  number text NOT NULL,
  reference text NOT NULL,
  currency text NOT NULL,
  -- minor units, positive came to us
  amount bigint NOT NULL,
  charge bigint NOT NULL,
  booked_on date NOT NULL,
  PRIMARY KEY (statement_id, position)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.line
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- One account number can stand for accounts in several currencies, and an exchange between them has one reference.
ALTER TABLE reconciliation.seen ADD COLUMN currency text NOT NULL DEFAULT '';
UPDATE reconciliation.seen s SET currency = t.currency FROM reconciliation.statement t WHERE t.id = s.statement_id;
ALTER TABLE reconciliation.seen
  DROP CONSTRAINT seen_pkey,
  ADD PRIMARY KEY (account, currency, reference),
  ALTER COLUMN currency DROP DEFAULT;
CREATE INDEX seen_by_statement ON reconciliation.seen (statement_id);

-- The day that a break is about; null for breaks that were found before it was kept.
ALTER TABLE reconciliation.break ADD COLUMN day date;
CREATE INDEX break_missing ON reconciliation.break (reference) WHERE kind = 'missing';
CREATE INDEX break_by_statement ON reconciliation.break (statement_id);

-- A corrected statement closes the breaks of the one that it replaces where it has them no more.
ALTER TABLE reconciliation.act
  DROP CONSTRAINT act_kind_check,
  ADD CONSTRAINT act_kind_check CHECK (kind IN ('propose', 'approve', 'refuse', 'supersede'));

-- How a bank writes its CSV. A new version takes the place of the one before.
CREATE TABLE reconciliation.csv_profile (
  name text NOT NULL,
  version integer NOT NULL,
  profile jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  PRIMARY KEY (name, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reconciliation.csv_profile
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
