-- Published rates as they were accepted, and the quotes that were handed out ahead of a payment.
CREATE SCHEMA fx;

-- 1 unit of the pivot costs `rate` units of the currency. Append-only but for the status.
CREATE TABLE fx.rate (
  source text NOT NULL,
  pivot text NOT NULL,
  currency text NOT NULL,
  rate_date date NOT NULL,
  rate text NOT NULL,
  -- held: it moved too far from the one before; not quoted until somebody confirms it
  status text NOT NULL CHECK (status IN ('accepted', 'held')),
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (source, currency, rate_date)
);
CREATE INDEX rate_by_date ON fx.rate (rate_date);

CREATE FUNCTION fx.keep_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.source, NEW.pivot, NEW.currency, NEW.rate_date, NEW.rate, NEW.recorded_at)
      IS DISTINCT FROM (OLD.source, OLD.pivot, OLD.currency, OLD.rate_date, OLD.rate, OLD.recorded_at) THEN
    RAISE EXCEPTION 'a published rate is never changed or removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_rate BEFORE UPDATE OR DELETE ON fx.rate FOR EACH ROW EXECUTE FUNCTION fx.keep_rate();

CREATE TABLE fx.quote (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  base text NOT NULL,
  quote text NOT NULL,
  mid_numerator numeric NOT NULL,
  mid_denominator numeric NOT NULL,
  price text NOT NULL,
  spread_bps integer NOT NULL,
  rate_date date NOT NULL,
  source text NOT NULL,
  locked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fx.quote
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
