-- Whoever writes entries and events hashes them as it writes them, and the sealer only joins the hashes: to find the rows again and to
-- print them once more cost three quarters of the log (docs/decisions/0100). Rows that arrive without hashes are read, as before.
-- And the events that one act wrote of one payment are one leaf.
ALTER TABLE system.arrival
  -- how many events each key is about: those up to its sequence
  ADD COLUMN events smallint NOT NULL DEFAULT 1 CHECK (events BETWEEN 1 AND 64),
  -- 32 bytes a key; null where the sealer is to read the rows
  ADD COLUMN hashes bytea,
  ADD CHECK (length(hashes) = 32 * cardinality(ids)),
  ADD CHECK (events = 1 OR hashes IS NOT NULL);
ALTER TABLE system.arrival ALTER COLUMN hashes SET STORAGE EXTERNAL;

ALTER TABLE audit_log.batch
  ADD COLUMN events smallint NOT NULL DEFAULT 1 CHECK (events BETWEEN 1 AND 64 AND (events = 1 OR source = 'event'));

-- The text of a leaf of several events; null when one of them is not there.
CREATE FUNCTION audit_log.events_text(payment bigint, last smallint, events smallint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT format('["events/1",%s,%s]', payment, string_agg(format('[%s,"%s",%s,%s,%s]', sequence, kind,
    (date_part('epoch', occurred_at) * 1000000)::bigint, entry_id, refund_id), ',' ORDER BY sequence))
  FROM payments.event WHERE payment_id = payment AND sequence > last - events AND sequence <= last HAVING count(*) = events
$$;
