-- The audit log: everything that the books say is a leaf of one append-only Merkle tree (RFC 6962). Whoever writes a row
-- that is logged leaves an arrival in the same transaction; one process at a time takes arrivals, hashes the rows as they
-- stand, and appends the hashes (docs/guides/audit-log.md). So a row is found exactly once, whenever its transaction
-- commits and whatever its id is.
CREATE TABLE system.arrival (
  source text NOT NULL,
  ids bigint[] NOT NULL,
  -- beside ids where an id alone names no row (a payment's events); empty otherwise
  sequences bigint[] NOT NULL,
  arrived_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
-- Arrays of ids do not compress, and pglz costs more than it saves.
ALTER TABLE system.arrival ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN sequences SET STORAGE EXTERNAL;

-- For tables that are written seldom: a trigger leaves the arrival. Entries and events are written with theirs by COPY.
CREATE FUNCTION system.note_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO system.arrival (source, ids, sequences)
    SELECT TG_ARGV[0], array_agg(id ORDER BY id), '{}' FROM added HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE SCHEMA audit_log;

-- Leaves in the order of the tree, up to 4,096 of one source a row.
CREATE TABLE audit_log.batch (
  -- the position of its first leaf
  first bigint PRIMARY KEY CHECK (first >= 0),
  source text NOT NULL,
  leaves integer NOT NULL CHECK (leaves BETWEEN 1 AND 4096),
  ids bigint[] NOT NULL,
  sequences smallint[] NOT NULL,
  -- 32 bytes a leaf
  hashes bytea NOT NULL,
  CHECK (cardinality(ids) = leaves AND cardinality(sequences) = leaves AND length(hashes) = leaves * 32)
);
ALTER TABLE audit_log.batch ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN sequences SET STORAGE EXTERNAL,
  ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Where the leaf of an id is: which batches hold ids of a block of 4,096.
CREATE TABLE audit_log.place (
  source text NOT NULL,
  block bigint NOT NULL,
  first bigint NOT NULL REFERENCES audit_log.batch,
  PRIMARY KEY (source, block, first)
);

-- The hash of each full subtree of 256, 65,536, … leaves: the hashes of tiles of level 1, 2, …
CREATE TABLE audit_log.subtree (
  level smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
  number bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, number)
);

-- The tree after each sealing. `frontier`: the hashes of its full subtrees, largest first, one for each bit of its size.
CREATE TABLE audit_log.head (
  size bigint PRIMARY KEY CHECK (size >= 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  frontier bytea NOT NULL,
  sealed_at timestamptz NOT NULL
);

-- Heads as they were signed, by the key's hash: only committed heads are signed.
CREATE TABLE audit_log.checkpoint (
  size bigint NOT NULL REFERENCES audit_log.head,
  key_hash text NOT NULL,
  -- a signed note (C2SP tlog-checkpoint), and the key that verifies it
  note text NOT NULL,
  verifier_key text NOT NULL,
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (size, key_hash)
);

-- Words that may speak of a person are in the log as a salted hash. Whoever erases the words takes the salt away as well:
-- the hash stays, and says nothing any more.
CREATE TABLE audit_log.words (
  source text NOT NULL,
  id bigint NOT NULL,
  salt bytea,
  hash bytea NOT NULL,
  PRIMARY KEY (source, id)
);

DO $$
DECLARE
  each text;
BEGIN
  FOREACH each IN ARRAY ARRAY['batch', 'place', 'subtree', 'head', 'checkpoint'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log.%I
      FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change()', each);
  END LOOP;
END $$;
CREATE FUNCTION audit_log.keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.salt IS NOT NULL OR (NEW.source, NEW.id, NEW.hash) IS DISTINCT FROM (OLD.source, OLD.id, OLD.hash) THEN
    RAISE EXCEPTION 'of logged words only the salt is ever taken away' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_words BEFORE UPDATE OR DELETE ON audit_log.words FOR EACH ROW EXECUTE FUNCTION audit_log.keep_words();
CREATE TRIGGER append_only BEFORE TRUNCATE ON audit_log.words FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- What a leaf says: a JSON array without spaces, opened by its kind and version. Ids, amounts, kinds and instants
-- (microseconds since 1970); nobody's name, number or words.
CREATE FUNCTION audit_log.micros(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce((extract(epoch FROM at) * 1000000)::bigint::text, 'null')
$$;
CREATE FUNCTION audit_log.quoted(words text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(to_json(words)::text, 'null')
$$;
CREATE FUNCTION audit_log.integers(items bigint[]) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT translate(items::text, '{}', '[]')
$$;
-- The words' salted hash: of what they are now, while their salt is there.
CREATE FUNCTION audit_log.words_hash(kept bytea, salt bytea, now_are text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT encode(CASE WHEN salt IS NULL THEN kept ELSE sha256(salt || convert_to(now_are, 'UTF8')) END, 'hex')
$$;

-- The one look into other rooms' tables. All have the same three columns.
CREATE VIEW audit_log.entry_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["entry/1",' || id || ',' || audit_log.quoted(kind) || ',' || payer_id || ',' || subject_id || ','
      || audit_log.micros(occurred_at) || ',' || audit_log.integers(accounts) || ',' || audit_log.integers(amounts) || ']' AS text
  FROM ledger.entry;
CREATE VIEW audit_log.event_leaf AS
  SELECT payment_id AS id, sequence,
    '["event/1",' || payment_id || ',' || sequence || ',' || audit_log.quoted(kind) || ','
      || audit_log.micros(occurred_at) || ',' || entry_id || ',' || refund_id || ']' AS text
  FROM payments.event;
CREATE VIEW audit_log.answer_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["answer/1",' || id || ',' || audit_log.quoted(bank) || ',' || audit_log.quoted(reference) || ','
      || audit_log.quoted(outcome) || ',' || audit_log.quoted(effect) || ',' || audit_log.micros(heard_at) || ']' AS text
  FROM wallet.bank_answer;
CREATE VIEW audit_log.statement_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["statement/1",' || id || ',' || audit_log.quoted(account) || ',' || audit_log.quoted(statement_id) || ','
      || audit_log.quoted(currency) || ',"' || from_day || '","' || to_day || '",' || coalesce(closing::text, 'null') || ','
      || lines || ',' || matched || ',' || audit_log.micros(imported_at) || ',"' || encode(sha256(source), 'hex') || '"]' AS text
  FROM reconciliation.statement;
CREATE VIEW audit_log.break_act_leaf AS
  SELECT a.id, 0::smallint AS sequence,
    '["break-act/1",' || a.id || ',' || a.break_id || ',' || audit_log.quoted(a.kind) || ',' || audit_log.quoted(a.action)
      || ',' || a.entry_id || ',' || audit_log.micros(a.acted_at) || ',"'
      || audit_log.words_hash(w.hash, w.salt, a.operator || E'\n' || a.reason) || '"]' AS text
  FROM reconciliation.act a LEFT JOIN audit_log.words w ON w.source = 'break-act' AND w.id = a.id;
CREATE VIEW audit_log.act_leaf AS
  SELECT a.id, 0::smallint AS sequence,
    '["act/1",' || a.id || ',' || a.member_id || ',' || audit_log.quoted(a.act) || ',' || audit_log.quoted(a.object)
      || ',' || audit_log.micros(a.acted_at) || ',"' || audit_log.words_hash(w.hash, w.salt, a.detail) || '"]' AS text
  FROM staff.act a LEFT JOIN audit_log.words w ON w.source = 'act' AND w.id = a.id;
-- Words that have no salt yet.
CREATE VIEW audit_log.break_act_words AS SELECT id, operator || E'\n' || reason AS words FROM reconciliation.act;
CREATE VIEW audit_log.act_words AS SELECT id, detail AS words FROM staff.act;

CREATE TRIGGER arrives AFTER INSERT ON wallet.bank_answer REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('answer');
CREATE TRIGGER arrives AFTER INSERT ON reconciliation.statement REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('statement');
CREATE TRIGGER arrives AFTER INSERT ON reconciliation.act REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('break-act');
CREATE TRIGGER arrives AFTER INSERT ON staff.act REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION system.note_arrival('act');

-- What was there before the log.
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'entry', array_agg(id ORDER BY id), '{}' FROM ledger.entry GROUP BY id / 4096 ORDER BY id / 4096;
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'event', array_agg(payment_id ORDER BY payment_id, sequence), array_agg(sequence::bigint ORDER BY payment_id, sequence)
  FROM payments.event GROUP BY payment_id / 4096 ORDER BY payment_id / 4096;
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'answer', array_agg(id ORDER BY id), '{}' FROM wallet.bank_answer GROUP BY id / 4096 ORDER BY id / 4096;
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'statement', array_agg(id ORDER BY id), '{}' FROM reconciliation.statement HAVING count(*) > 0;
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'break-act', array_agg(id ORDER BY id), '{}' FROM reconciliation.act HAVING count(*) > 0;
INSERT INTO system.arrival (source, ids, sequences)
  SELECT 'act', array_agg(id ORDER BY id), '{}' FROM staff.act HAVING count(*) > 0;
