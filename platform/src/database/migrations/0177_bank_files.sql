-- What the connector for banks that are spoken to by files remembers: which upload became a message's file, and every
-- file that the bank has left, once for each content.
CREATE TABLE settlement.bank_upload (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 100),
  -- The name it was uploaded under; only this upload is ever moved to its name.
  temporary text NOT NULL CHECK (length(temporary) BETWEEN 1 AND 200),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  chosen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  handed_over_at timestamptz
);

CREATE TABLE settlement.bank_file (
  -- Given under a lock that lasts until the commit: whoever has seen a number has seen all below it.
  cursor bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
  kind text NOT NULL CHECK (kind IN ('pain.002', 'statement')),
  content bytea NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When a statement was imported.
  taken_at timestamptz
);
CREATE INDEX bank_file_waiting ON settlement.bank_file (cursor) WHERE kind = 'statement' AND taken_at IS NULL;
CREATE INDEX bank_file_answers ON settlement.bank_file (cursor) WHERE kind = 'pain.002';
