-- Settlement: what a merchant is owed becomes batches with lines, batches become payouts. Everything is set-based; a
-- batch of a million lines is one INSERT … SELECT and one ledger entry.
CREATE SCHEMA settlement;

-- The hot tables carry no settlement column. Their events are found by time: the table is append-only, so a block
-- range index finds a day's events, costs nothing to write and stays a few pages long.
CREATE INDEX event_by_time ON payments.event USING brin (occurred_at) WITH (pages_per_range = 16, autosummarize = on);

-- The one look into other rooms' tables (decision 0007): what settlement may know of merchants and payments.
CREATE VIEW settlement.party AS
  SELECT m.id AS merchant_id, m.client_id, m.partner, m.name, m.region, c.settlement_currency AS currency,
    c.calendar, c.time_zone, c.pending_account
  FROM merchants.merchant m JOIN merchants.contract c ON c.merchant_id = m.id;

-- What moves a merchant's money: gross and discount fee as the ledger's entry of the same event posted them. Signed:
-- what the merchant gets is positive.
CREATE VIEW settlement.item AS
  SELECT e.payment_id, e.sequence, e.occurred_at, e.refund_id, e.entry_id, p.merchant_id, p.currency,
    p.created_at AS payment_created_at, p.request_id AS payment_request_id, p.paid_at,
    r.created_at AS refund_created_at, r.request_id AS refund_request_id, r.reason AS refund_reason,
    CASE e.kind WHEN 'paid' THEN 'PAYMENT' WHEN 'reversed' THEN 'CANCEL' ELSE 'REFUND' END AS kind,
    CASE e.kind WHEN 'paid' THEN p.amount WHEN 'reversed' THEN -p.amount ELSE -r.amount END AS gross,
    CASE e.kind WHEN 'paid' THEN -p.fee WHEN 'reversed' THEN p.fee ELSE r.fee_returned END AS fee
  FROM payments.event e
  JOIN payments.payment p ON p.id = e.payment_id
  LEFT JOIN payments.refund r ON e.kind = 'refunded' AND r.id = e.refund_id
  WHERE e.kind IN ('paid', 'refunded', 'reversed');

-- What was agreed about settlement, and the account that is paid. A merchant without a row has the defaults.
CREATE TABLE settlement.terms (
  merchant_id bigint NOT NULL,
  currency text NOT NULL CHECK (length(currency) = 3),
  calendar text NOT NULL,
  time_zone text NOT NULL,
  -- working days from the cut-off's day to the payout
  cycle_days smallint NOT NULL DEFAULT 1 CHECK (cycle_days BETWEEN 0 AND 60),
  -- minutes of the local day; 1440 is its end
  cut_off_minute smallint NOT NULL DEFAULT 1440 CHECK (cut_off_minute BETWEEN 1 AND 1440),
  pay_minute smallint NOT NULL DEFAULT 600 CHECK (pay_minute BETWEEN 0 AND 1439),
  -- below it (and at or below zero) a batch stays open and rolls over to the next cut-off
  min_payout bigint NOT NULL DEFAULT 1 CHECK (min_payout >= 1),
  -- for each payment and for each refund, besides the discount fee; and tax on all fees
  fixed_fee bigint NOT NULL DEFAULT 0 CHECK (fixed_fee >= 0),
  refund_fee bigint NOT NULL DEFAULT 0 CHECK (refund_fee >= 0),
  tax_bps integer NOT NULL DEFAULT 0 CHECK (tax_bps BETWEEN 0 AND 5000),
  reserve_bps integer NOT NULL DEFAULT 0 CHECK (reserve_bps BETWEEN 0 AND 5000),
  reserve_days integer NOT NULL DEFAULT 0 CHECK (reserve_days BETWEEN 0 AND 400),
  -- empty: no account is known yet, batches wait
  account_name text NOT NULL DEFAULT '' CHECK (length(account_name) <= 140),
  account_number text NOT NULL DEFAULT '' CHECK (account_number ~ '^[A-Z0-9]{0,34}$'),
  bank_bic text NOT NULL DEFAULT '' CHECK (bank_bic ~ '^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$'),
  PRIMARY KEY (merchant_id, currency),
  CHECK (reserve_bps = 0 OR reserve_days > 0)
);

-- Days on which nothing is settled, besides weekends and public holidays: a typhoon, a bank's closure.
CREATE TABLE settlement.closure (
  calendar text NOT NULL,
  day date NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (calendar, day)
);

-- How far events have been taken. A transaction may commit long after the instant that its events carry: `marks`
-- remember which transaction ids were not yet given out at which instant, and everything since the newest mark older
-- than any transaction still open is looked at again.
CREATE TABLE settlement.intake (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  from_at timestamptz NOT NULL
);
INSERT INTO settlement.intake (from_at) VALUES ('-infinity');
CREATE TABLE settlement.mark (
  transaction_id numeric PRIMARY KEY,
  at timestamptz NOT NULL
);
-- A sandbox's clock can be turned back: what happens then lies before what was taken already.
CREATE FUNCTION settlement.clock_turned_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present timestamptz := clock_timestamp() + NEW.offset_ms * interval '1 millisecond' - interval '1 minute';
BEGIN
  IF NEW.offset_ms < OLD.offset_ms THEN
    UPDATE settlement.intake SET from_at = least(from_at, present);
    DELETE FROM settlement.mark WHERE at > present;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER clock_turned_back AFTER UPDATE ON system.clock
  FOR EACH ROW EXECUTE FUNCTION settlement.clock_turned_back();

-- OPEN: takes lines until its cut-off. CLOSED: payable. IN_TRANSIT: the bank was told. PAID, REJECTED: it answered.
CREATE TABLE settlement.batch (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL CHECK (status IN ('OPEN', 'CLOSED', 'IN_TRANSIT', 'PAID', 'REJECTED')),
  opened_at timestamptz NOT NULL,
  cut_off_at timestamptz NOT NULL,
  -- the working day in the merchant's zone that ends with the cut-off
  settlement_day date NOT NULL,
  roll_overs integer NOT NULL DEFAULT 0,
  -- the terms as they were when it was opened
  fixed_fee bigint NOT NULL,
  refund_fee bigint NOT NULL,
  tax_bps integer NOT NULL,
  -- what it came to, written once when it closes; fees are negative, net = gross + fees + adjustments
  lines bigint NOT NULL DEFAULT 0,
  gross bigint NOT NULL DEFAULT 0,
  fees bigint NOT NULL DEFAULT 0,
  adjustments bigint NOT NULL DEFAULT 0,
  net bigint NOT NULL DEFAULT 0,
  entry_id bigint NOT NULL DEFAULT 0,
  closed_at timestamptz,
  -- when the next payout may leave
  pay_at timestamptz,
  attempts smallint NOT NULL DEFAULT 0,
  paid_at timestamptz,
  -- the bank's reason of the last rejection
  refusal text,
  CHECK ((status = 'OPEN') = (closed_at IS NULL)),
  CHECK (net = gross + fees + adjustments),
  CHECK (status = 'OPEN' OR net > 0),
  CHECK ((status = 'PAID') = (paid_at IS NOT NULL))
);
CREATE UNIQUE INDEX batch_open ON settlement.batch (merchant_id, currency) WHERE status = 'OPEN';
CREATE INDEX batch_by_merchant ON settlement.batch (merchant_id, id);
CREATE INDEX batch_cut_off ON settlement.batch (cut_off_at) WHERE status = 'OPEN';
CREATE INDEX batch_to_pay ON settlement.batch (pay_at) WHERE status IN ('CLOSED', 'REJECTED');

CREATE FUNCTION settlement.keep_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.status <> 'OPEN' AND
      (NEW.merchant_id, NEW.currency, NEW.lines, NEW.gross, NEW.fees, NEW.adjustments, NEW.net, NEW.entry_id, NEW.closed_at)
        IS DISTINCT FROM
      (OLD.merchant_id, OLD.currency, OLD.lines, OLD.gross, OLD.fees, OLD.adjustments, OLD.net, OLD.entry_id, OLD.closed_at))
  THEN
    RAISE EXCEPTION 'a closed batch is never changed or removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_batch BEFORE UPDATE OR DELETE ON settlement.batch
  FOR EACH ROW EXECUTE FUNCTION settlement.keep_batch();

-- One row for each thing that is settled. Its key is the payment's event (or the reserve, with a sequence below
-- zero): nothing can be in two batches, nor twice in one.
CREATE TABLE settlement.line (
  source_id bigint NOT NULL,
  sequence smallint NOT NULL,
  batch_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND', 'CANCEL', 'RESERVE', 'RESERVE_RELEASED')),
  refund_id bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  gross bigint NOT NULL,
  -- the discount fee, the fixed fee, the fee of a refund, and the tax on all three
  fee bigint NOT NULL,
  fixed_fee bigint NOT NULL,
  refund_fee bigint NOT NULL,
  tax bigint NOT NULL,
  adjustment bigint NOT NULL,
  net bigint NOT NULL GENERATED ALWAYS AS (gross + fee + fixed_fee + refund_fee + tax + adjustment) STORED,
  PRIMARY KEY (source_id, sequence)
);
CREATE INDEX line_by_batch ON settlement.line (batch_id, source_id, sequence);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.line
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- What a line's file says of the payment and of the refund behind it.
CREATE VIEW settlement.payment_origin AS
  SELECT id AS payment_id, created_at AS payment_created_at, request_id AS payment_request_id, paid_at
  FROM payments.payment;
CREATE VIEW settlement.refund_origin AS
  SELECT id AS refund_id, created_at AS refund_created_at, request_id AS refund_request_id FROM payments.refund;

-- Basis points of an amount, to the nearest unit, ties to the even neighbour; symmetrical about zero.
CREATE FUNCTION settlement.share(amount bigint, bps integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sign(amount)::bigint * (abs(amount) * bps / 10000 + CASE
    WHEN abs(amount) * bps % 10000 > 5000 THEN 1
    WHEN abs(amount) * bps % 10000 = 5000 THEN abs(amount) * bps / 10000 % 2
    ELSE 0 END)
$$;

-- What a batch held back, until it is released into the batch that is open then.
CREATE TABLE settlement.reserve (
  id bigint PRIMARY KEY,
  batch_id bigint NOT NULL UNIQUE REFERENCES settlement.batch,
  merchant_id bigint NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  release_at timestamptz NOT NULL,
  -- 0 while it is held back
  released_by_entry bigint NOT NULL DEFAULT 0
);
CREATE INDEX reserve_held ON settlement.reserve (release_at) WHERE released_by_entry = 0;

-- One message to the bank: a pain.001 with the payouts of one currency.
CREATE TABLE settlement.message (
  id bigint PRIMARY KEY,
  currency text NOT NULL,
  created_at timestamptz NOT NULL,
  xml text NOT NULL,
  sent_at timestamptz,
  next_try_at timestamptz NOT NULL
);
CREATE INDEX message_unsent ON settlement.message (next_try_at) WHERE sent_at IS NULL;

-- One row for each attempt to pay a batch. The bank knows it as `<batch>-<attempt>`; the next attempt exists only
-- after the bank has rejected this one, so no batch leaves twice.
CREATE TABLE settlement.payout (
  batch_id bigint NOT NULL REFERENCES settlement.batch,
  attempt smallint NOT NULL CHECK (attempt > 0),
  message_id bigint NOT NULL REFERENCES settlement.message,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  account_name text NOT NULL,
  account_number text NOT NULL,
  bank_bic text NOT NULL,
  status text NOT NULL CHECK (status IN ('in-transit', 'paid', 'rejected')),
  instructed_by_entry bigint NOT NULL,
  -- 0 until the bank has answered
  answered_by_entry bigint NOT NULL DEFAULT 0,
  answered_at timestamptz,
  reason text,
  PRIMARY KEY (batch_id, attempt),
  CHECK ((status = 'in-transit') = (answered_at IS NULL))
);
CREATE UNIQUE INDEX payout_once ON settlement.payout (batch_id) WHERE status <> 'rejected';
CREATE INDEX payout_open ON settlement.payout (batch_id) WHERE status = 'in-transit';

-- Documents of the settlement bank as they were fetched, each once.
CREATE TABLE settlement.document (
  cursor bigint PRIMARY KEY,
  kind text NOT NULL,
  fetched_at timestamptz NOT NULL,
  xml text NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.document
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- ---- The simulated settlement bank's own books: nothing but the sandbox reads or writes them.
ALTER TABLE sandbox_bank.account DROP CONSTRAINT account_name_check;
ALTER TABLE sandbox_bank.account ADD CONSTRAINT account_name_check
  CHECK (name IN ('clearing', 'safeguarding', 'settlement'));

CREATE TABLE sandbox_bank.payment_order (
  end_to_end_id text PRIMARY KEY CHECK (length(end_to_end_id) BETWEEN 1 AND 35),
  message_id text NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  creditor_name text NOT NULL,
  account_number text NOT NULL,
  remittance text NOT NULL,
  status text NOT NULL CHECK (status IN ('accepted', 'executed', 'rejected')),
  execute_at timestamptz NOT NULL,
  decided_at timestamptz,
  reason text
);
CREATE INDEX payment_order_open ON sandbox_bank.payment_order (execute_at) WHERE status = 'accepted';

-- How the bank treats one account from now on; others are executed after two hours.
CREATE TABLE sandbox_bank.payee (
  account_number text PRIMARY KEY,
  behaviour text NOT NULL CHECK (behaviour IN ('execute', 'reject')),
  reason text NOT NULL DEFAULT 'AC04' CHECK (reason ~ '^[A-Z]{2}[0-9]{2}$'),
  delay_ms bigint NOT NULL DEFAULT 7200000 CHECK (delay_ms BETWEEN 0 AND 2592000000)
);

CREATE TABLE sandbox_bank.document (
  cursor bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('pain.002', 'camt.054')),
  created_at timestamptz NOT NULL,
  xml text NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sandbox_bank.document
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
