-- Append-only tables in slices of ids. Ids are given out in the order of time, so that a slice is a stretch of time: old
-- ones can be moved to slower disks or detached as they are, and their indexes are never touched again. A slice takes
-- 2^27 ids, some forty million payments; the housekeeping makes the next ones long before they are needed, and the
-- default slice takes what comes where none was made.
CREATE TABLE system.sliced (
  table_name text PRIMARY KEY
);

CREATE FUNCTION system.make_slices(up_to_id bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  width CONSTANT bigint := 134217728;
  each text;
  slice bigint;
  made integer := 0;
  name text;
BEGIN
  -- One at a time: every process does the housekeeping.
  PERFORM pg_advisory_xact_lock(7466736003);
  FOR each IN SELECT table_name FROM system.sliced ORDER BY 1 LOOP
    FOR slice IN 0 .. up_to_id / width LOOP
      name := each || '_' || lpad(slice::text, 6, '0');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%s) TO (%s)', name, each, slice * width, (slice + 1) * width);
      EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change()', name);
      -- Of entries, nothing unbalanced even for those who write into a slice itself.
      IF each = 'ledger.entry' THEN
        EXECUTE format('CREATE TRIGGER balanced AFTER INSERT ON %s REFERENCING NEW TABLE AS added
          FOR EACH STATEMENT EXECUTE FUNCTION ledger.assert_balanced()', name);
      END IF;
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

-- ledger.entry
ALTER TABLE ledger.entry RENAME TO former_entry;
DROP INDEX ledger.entry_by_payer;
CREATE TABLE ledger.entry (
  id bigint NOT NULL,
  kind text NOT NULL,
  -- whose money it is about: the payer's id, or 0 where there is none
  payer_id bigint NOT NULL,
  -- the payment, refund, top-up … that it belongs to
  subject_id bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  accounts bigint[] NOT NULL,
  amounts bigint[] NOT NULL,
  CHECK (cardinality(accounts) = cardinality(amounts) AND cardinality(accounts) BETWEEN 2 AND 64)
) PARTITION BY RANGE (id);
CREATE TABLE ledger.entry_default PARTITION OF ledger.entry DEFAULT;
INSERT INTO system.sliced VALUES ('ledger.entry');

-- payments.event
ALTER TABLE payments.event RENAME TO former_event;
CREATE TABLE payments.event (
  payment_id bigint NOT NULL,
  sequence smallint NOT NULL,
  kind text NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- the ledger entry that the event made; 0 for none
  entry_id bigint NOT NULL,
  -- the refund it is about; 0 for none
  refund_id bigint NOT NULL
) PARTITION BY RANGE (payment_id);
CREATE TABLE payments.event_default PARTITION OF payments.event DEFAULT;
INSERT INTO system.sliced VALUES ('payments.event');

-- notifications.attempt
ALTER TABLE notifications.attempt RENAME TO former_attempt;
CREATE TABLE notifications.attempt (
  notification_id bigint NOT NULL,
  number smallint NOT NULL,
  started_at timestamptz NOT NULL,
  latency_ms integer NOT NULL,
  http_status smallint,
  answer_head text,
  error text,
  acknowledged boolean NOT NULL
) PARTITION BY RANGE (notification_id);
CREATE TABLE notifications.attempt_default PARTITION OF notifications.attempt DEFAULT;
INSERT INTO system.sliced VALUES ('notifications.attempt');

SELECT system.make_slices((SELECT last_value * 4096 FROM system.id_block) + 134217728);

INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
  SELECT id, kind, payer_id, subject_id, occurred_at, accounts, amounts FROM ledger.former_entry;
INSERT INTO payments.event SELECT payment_id, sequence, kind, occurred_at, entry_id, refund_id FROM payments.former_event;
INSERT INTO notifications.attempt SELECT notification_id, number, started_at, latency_ms, http_status, answer_head, error,
  acknowledged FROM notifications.former_attempt;
DROP TABLE ledger.former_entry, payments.former_event, notifications.former_attempt;

ALTER TABLE ledger.entry ADD PRIMARY KEY (id);
CREATE INDEX entry_by_payer ON ledger.entry (payer_id, id) WHERE payer_id <> 0;
ALTER TABLE payments.event ADD PRIMARY KEY (payment_id, sequence);
ALTER TABLE notifications.attempt ADD PRIMARY KEY (notification_id, number);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry_default
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER balanced AFTER INSERT ON ledger.entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.assert_balanced();
CREATE TRIGGER balanced AFTER INSERT ON ledger.entry_default
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.assert_balanced();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.event
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.event_default
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notifications.attempt
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notifications.attempt_default
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- Where merchants' request ids go when nobody will ask for them again: looked at by people, never by the platform.
CREATE TABLE payments.request_archive (
  merchant_id bigint NOT NULL,
  kind smallint NOT NULL,
  request_id text NOT NULL,
  subject_id bigint NOT NULL,
  input_hash bytea NOT NULL
);

-- The housekeeping's way to them: requests in the order of what they made.
CREATE INDEX notification_finished ON notifications.notification (created_at) WHERE status <> 'due';
ALTER TABLE payments.payment SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
