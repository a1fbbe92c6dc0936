-- The same texts of entries and events, made in one piece: joining them piece by piece copies each text a dozen times, and
-- printing values of one type after another is cheaper than changing between types.
CREATE OR REPLACE VIEW audit_log.entry_leaf AS
  SELECT id, 0::smallint AS sequence,
    format('["entry/1",%s,"%s",%s,%s,%s,"%s","%s"]', id, kind, payer_id, subject_id,
      (date_part('epoch', occurred_at) * 1000000)::bigint, accounts, amounts) AS text
  FROM ledger.entry;
CREATE OR REPLACE VIEW audit_log.event_leaf AS
  SELECT payment_id AS id, sequence,
    format('["event/1",%s,%s,"%s",%s,%s,%s]', payment_id, sequence::bigint, kind,
      (date_part('epoch', occurred_at) * 1000000)::bigint, entry_id, refund_id) AS text
  FROM payments.event;
