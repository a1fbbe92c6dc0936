-- Numbers that never come twice, also after a restore: not when a backup is started beside or instead of what it was made of,
-- not when it was started before, not when a replica that lagged behind is promoted, not when a folder was copied. Each
-- number is at least what the clock says, so whatever a lost stretch of time has given out lies below (decision 0060).
CREATE TABLE system.id_clock (
  -- block: 4,096 ids (system/ids.ts) · person: one customer, whose number stands in twelve digits on the wire
  kind text PRIMARY KEY,
  last bigint NOT NULL,
  -- numbers a second on the average of years; faster than that runs ahead of the clock. 0: no clock, only the next number
  -- (a simulated world has to come out the same twice)
  per_second integer NOT NULL CHECK (per_second >= 0),
  -- which server gave the last one: its system identifier and timeline; empty before the first
  epoch text NOT NULL
);
INSERT INTO system.id_clock (kind, last, per_second, epoch) VALUES
  -- the sequence that gave blocks before stays for the migrations after this one that still take a few
  ('block', (SELECT CASE WHEN is_called THEN last_value + 1000 ELSE 0 END FROM system.id_block), 256, ''),
  ('person', (SELECT coalesce(max(id), 0) FROM customers.customer), 16, '');

-- The number of this instant: since 2026. Before that (a machine's clock is wrong) numbers only follow each other.
CREATE FUNCTION system.id_instant(seconds_ahead integer, per_second integer) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor((extract(epoch FROM clock_timestamp()) - 1767225600 + seconds_ahead) * per_second)::bigint
$$;

-- Another server (a dump restored, a replica promoted) may have a clock that is behind: it begins five minutes later.
CREATE FUNCTION system.next_number(of_kind text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here CONSTANT text := (SELECT system_identifier FROM pg_control_system()) || '/'
    || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
  given bigint;
BEGIN
  UPDATE system.id_clock AS c SET epoch = here, last = greatest(c.last + 1,
      system.id_instant(CASE WHEN c.epoch IN ('', here) THEN 0 ELSE 300 END, c.per_second))
    WHERE c.kind = of_kind RETURNING c.last INTO STRICT given;
  RETURN given;
END $$;
REVOKE EXECUTE ON FUNCTION system.next_number(text) FROM PUBLIC;

-- Slices are stretches of ids and so of time: 2^42 ids are 48 days. Those that were made before stay as they are.
DROP FUNCTION system.make_slices(bigint);
CREATE FUNCTION system.make_slices() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  width CONSTANT bigint := 4398046511104;
  present bigint;
  each text;
  slice bigint;
  made integer := 0;
  name text;
BEGIN
  -- One at a time: every process does the housekeeping.
  PERFORM pg_advisory_xact_lock(7466736003);
  SELECT greatest(c.last, system.id_instant(0, c.per_second)) * 4096 / width INTO STRICT present
    FROM system.id_clock c WHERE c.kind = 'block';
  FOR each IN SELECT table_name FROM system.sliced ORDER BY 1 LOOP
    -- The first one would overlap those that were made before; its ids are in them, or in the default slice.
    FOR slice IN greatest(present, 1) .. present + 2 LOOP
      name := each || '_t' || lpad(slice::text, 7, '0');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%s) TO (%s)', name, each, slice * width, (slice + 1) * width);
      EXCEPTION WHEN check_violation THEN
        -- Rows were faster and are in the default slice: there they stay, and so does what comes until the next slice.
        CONTINUE;
      END;
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
REVOKE EXECUTE ON FUNCTION system.make_slices() FROM PUBLIC;
SELECT system.make_slices();
