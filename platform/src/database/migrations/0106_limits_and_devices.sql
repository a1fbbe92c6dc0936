-- How often something was done in a present window: by phone, account, device, address. Keys are keyed hashes. Unlogged:
-- what a crash forgets is how often somebody tried in the last minutes.
CREATE UNLOGGED TABLE system.tally (
  key bytea PRIMARY KEY CHECK (length(key) = 16),
  count integer NOT NULL,
  ends_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX tally_by_end ON system.tally (ends_at);

-- A one-time code belongs to whoever asked for it: a row for each request, opened with the token that it was answered
-- with. So nobody's guesses, and nobody's further requests, use up or replace somebody else's code.
DROP TABLE customers.sign_in_code;
CREATE TABLE customers.code_challenge (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  phone text NOT NULL,
  -- enter: signs in or up · pin: sets a new PIN
  purpose text NOT NULL CHECK (purpose IN ('enter', 'pin')),
  -- whose requests for a code it counts among: the tally's key, which is free again once the code was used
  interval_key text NOT NULL,
  hash bytea NOT NULL,
  salt bytea NOT NULL,
  -- tries by who has the token, and by who has not
  attempts smallint NOT NULL DEFAULT 0,
  stray_attempts smallint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX code_challenge_by_phone ON customers.code_challenge (phone, created_at);
CREATE INDEX code_challenge_by_expiry ON customers.code_challenge (expires_at);

-- Browsers that somebody has signed in with before: limits of their own, so that strangers' tries do not use them up.
CREATE TABLE customers.known_device (
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  customer_id bigint NOT NULL REFERENCES customers.customer,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, token_hash)
);
CREATE INDEX known_device_by_age ON customers.known_device (last_seen_at);

CREATE TABLE staff.known_device (
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  member_id bigint NOT NULL REFERENCES staff.member,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (member_id, token_hash)
);
CREATE INDEX known_device_by_age ON staff.known_device (last_seen_at);

-- Wrong passwords are counted by who sends them (system.tally), no longer by whose name they are sent for.
ALTER TABLE staff.member DROP COLUMN wrong_tries, DROP COLUMN locked_until;
ALTER TABLE staff.session ADD COLUMN last_seen_at timestamptz;
UPDATE staff.session SET last_seen_at = created_at;
ALTER TABLE staff.session ALTER COLUMN last_seen_at SET NOT NULL;
