-- Shoppers who open their wallet themselves: nobody's name until the real-name check has found it.
ALTER TABLE customers.customer
  DROP CONSTRAINT customer_name_check,
  DROP CONSTRAINT customer_kyc_class_check,
  -- 0: the identity has not been checked yet
  ADD CONSTRAINT customer_kyc_class_check CHECK (kyc_class BETWEEN 0 AND 3),
  ADD CONSTRAINT customer_name_check CHECK (length(name) <= 100 AND (kyc_class = 0 OR name <> '')),
  -- what the shopper allows himself, in minor units of the wallet's currency; null: no limit of his own
  ADD COLUMN own_payment_limit bigint CHECK (own_payment_limit >= 0),
  ADD COLUMN own_day_limit bigint CHECK (own_day_limit >= 0),
  -- up to when the shopper has seen his messages
  ADD COLUMN inbox_seen_at timestamptz;

-- Who a customer was found to be. The number itself is not kept: a keyed hash to find it again, and what may be shown.
CREATE TABLE customers.identity (
  customer_id bigint PRIMARY KEY REFERENCES customers.customer,
  -- tries reserved in the present window; a try is counted before the registry is asked
  attempts smallint NOT NULL,
  window_started_at timestamptz NOT NULL,
  -- null until the registry has said yes
  id_hash bytea UNIQUE CHECK (length(id_hash) = 32),
  masked_id text,
  confirmed_at timestamptz,
  CHECK ((id_hash IS NULL) = (confirmed_at IS NULL) AND (masked_id IS NULL) = (confirmed_at IS NULL))
);

-- Which outside sources have confirmed a customer's identity; how many they are makes the wallet's class.
CREATE TABLE customers.identity_check (
  customer_id bigint NOT NULL REFERENCES customers.customer,
  source text NOT NULL,
  -- what the source knows its answer by
  reference text NOT NULL,
  confirmed_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, source)
);

-- What happened to an account besides money: told in the shopper's inbox, never changed.
CREATE TABLE customers.event (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL,
  kind text NOT NULL,
  -- a few words for the line: a device, a card's last digits
  detail text NOT NULL,
  occurred_at timestamptz NOT NULL
);
CREATE INDEX event_by_customer ON customers.event (customer_id, id);

-- Passkeys (WebAuthn Level 3, section 4: credential records).
CREATE TABLE customers.passkey (
  credential_id text PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers.customer,
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  transports text[] NOT NULL,
  -- the name of the site it was made for: it works there only
  rp_id text NOT NULL,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  added_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX passkey_by_customer ON customers.passkey (customer_id);

-- Challenges given out: each for one customer and one purpose, used once.
CREATE TABLE customers.passkey_challenge (
  challenge text PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers.customer,
  -- 'add', or what is confirmed: 'payment:<id>'
  purpose text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_by_expiry ON customers.passkey_challenge (expires_at);
