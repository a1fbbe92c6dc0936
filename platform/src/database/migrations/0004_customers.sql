-- The people who pay: who they are, how they sign in, and the PIN they confirm with. The only schema with personal
-- data; the books name customers by their number alone.
CREATE SCHEMA customers;

CREATE TABLE customers.customer (
  id bigint PRIMARY KEY,
  -- E.164, e.g. +8613800000001
  phone text NOT NULL UNIQUE CHECK (phone ~ '^\+[1-9][0-9]{5,14}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  region text NOT NULL CHECK (length(region) = 2),
  language text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'blocked')),
  -- PBOC class of the payment account: how well the customer's identity was verified
  kyc_class smallint NOT NULL CHECK (kyc_class BETWEEN 1 AND 3),
  created_at timestamptz NOT NULL
);

-- The payment PIN. The cost parameters stand beside each hash, so that they can be raised without a flag day.
CREATE TABLE customers.pin (
  customer_id bigint PRIMARY KEY REFERENCES customers.customer,
  hash bytea NOT NULL,
  salt bytea NOT NULL,
  memory_kib integer NOT NULL,
  passes integer NOT NULL,
  parallelism integer NOT NULL,
  -- Tries reserved since the last right one. A try is counted before it is checked, so that parallel tries cannot
  -- exceed the limit.
  attempts smallint NOT NULL DEFAULT 0,
  -- Set with the last try; a right answer clears it.
  locked_until timestamptz,
  set_at timestamptz NOT NULL
);

-- The current one-time code of a phone, and how many were asked for in the present window. Phones that nobody
-- registered have a row as well: an answer must not tell them apart.
CREATE TABLE customers.sign_in_code (
  phone text PRIMARY KEY,
  hash bytea NOT NULL,
  salt bytea NOT NULL,
  attempts smallint NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used boolean NOT NULL,
  window_started_at timestamptz NOT NULL,
  sent_in_window smallint NOT NULL
);
CREATE INDEX sign_in_code_by_age ON customers.sign_in_code (created_at);

-- Who is signed in. Only the SHA-256 of the cookie's token is kept: a stolen backup opens no session.
CREATE TABLE customers.session (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  customer_id bigint NOT NULL REFERENCES customers.customer,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  user_agent text NOT NULL
);
CREATE INDEX session_by_customer ON customers.session (customer_id);
CREATE INDEX session_by_expiry ON customers.session (expires_at);
