-- The people of the console: merchants' users and the network's own operators; and what operators have done.
CREATE SCHEMA staff;

CREATE TABLE staff.member (
  id bigint PRIMARY KEY,
  username text NOT NULL UNIQUE CHECK (username ~ '^[a-z0-9][a-z0-9._@-]{1,63}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- merchant: sees one merchant · maker, checker: operators · auditor: sees everything, changes nothing
  role text NOT NULL CHECK (role IN ('merchant', 'maker', 'checker', 'auditor')),
  merchant_id bigint,
  password_hash bytea NOT NULL,
  password_salt bytea NOT NULL,
  memory_kib integer NOT NULL,
  passes integer NOT NULL,
  parallelism integer NOT NULL,
  wrong_tries integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  created_at timestamptz NOT NULL,
  CHECK ((role = 'merchant') = (merchant_id IS NOT NULL))
);

CREATE TABLE staff.session (
  -- SHA-256 of the token that only the browser has
  token_hash bytea PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES staff.member,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_by_expiry ON staff.session (expires_at);

-- The audit trail: who did what to what, and why. Sign-ins too, the failed ones of known people included.
CREATE TABLE staff.act (
  id bigint PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES staff.member,
  act text NOT NULL,
  object text NOT NULL,
  detail text NOT NULL,
  acted_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON staff.act
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- The timeline of a payment asks on which statement its payout was.
CREATE INDEX seen_by_reference ON reconciliation.seen (reference);
