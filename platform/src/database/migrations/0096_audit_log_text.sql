-- The same leaves in words that PostgreSQL writes faster: arrays as it prints them, kinds as they are (a kind with a quote in
-- it makes a text that is no JSON, and never the text of another row), instants without exact numerics. An instant in seconds is a double; a million times it, rounded, is exact to the microsecond until 2106.
CREATE OR REPLACE FUNCTION audit_log.micros(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce((date_part('epoch', at) * 1000000)::bigint::text, 'null')
$$;
CREATE OR REPLACE FUNCTION audit_log.integers(items bigint[]) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT '"' || items::text || '"'
$$;
CREATE OR REPLACE VIEW audit_log.entry_leaf AS
  SELECT id, 0::smallint AS sequence,
    '["entry/1",' || id || ',"' || kind || '",' || payer_id || ',' || subject_id || ',' || audit_log.micros(occurred_at) || ','
      || audit_log.integers(accounts) || ',' || audit_log.integers(amounts) || ']' AS text
  FROM ledger.entry;
CREATE OR REPLACE VIEW audit_log.event_leaf AS
  SELECT payment_id AS id, sequence,
    '["event/1",' || payment_id || ',' || sequence || ',"' || kind || '",' || audit_log.micros(occurred_at) || ','
      || entry_id || ',' || refund_id || ']' AS text
  FROM payments.event;
