-- People come in by invitation, have a second factor, and their access ends.

ALTER TABLE staff.member
  DROP CONSTRAINT member_role_check,
  -- admin: opens and ends the access of staff; no money, no contracts
  ADD CONSTRAINT member_role_check CHECK (role IN ('merchant', 'maker', 'checker', 'auditor', 'admin')),
  -- Nobody who was invited has a password before joining, and nobody whose access was reset.
  ALTER COLUMN password_hash DROP NOT NULL,
  ALTER COLUMN password_salt DROP NOT NULL,
  ALTER COLUMN memory_kib DROP NOT NULL,
  ALTER COLUMN passes DROP NOT NULL,
  ALTER COLUMN parallelism DROP NOT NULL,
  -- What a merchant's member may do at the shop; whoever was one before may do everything.
  ADD COLUMN shop_role text CHECK (shop_role IN ('owner', 'finance', 'developer', 'viewer')),
  -- From then on the name signs in nowhere; its acts stay under it.
  ADD COLUMN ended_at timestamptz;
UPDATE staff.member SET shop_role = 'owner' WHERE role = 'merchant';
ALTER TABLE staff.member
  ADD CONSTRAINT shop_role_of_a_shop CHECK ((shop_role IS NOT NULL) = (role = 'merchant'));

-- A link that opens a name once: the first operator's, an invitation, or the way back after a reset. One a person.
CREATE TABLE staff.invitation (
  -- SHA-256 of the token in the link
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  member_id bigint NOT NULL UNIQUE REFERENCES staff.member,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

-- What somebody proves besides the password.
CREATE TABLE staff.factor (
  id bigint PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES staff.member,
  kind text NOT NULL CHECK (kind IN ('totp', 'passkey')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  -- totp: the secret, sealed with the installation's master key; the newest step whose code was used (RFC 6238)
  sealed_secret text,
  last_step bigint,
  -- passkey
  credential_id text UNIQUE,
  public_key bytea,
  sign_count bigint,
  transports text[],
  rp_id text,
  added_at timestamptz NOT NULL,
  last_used_at timestamptz,
  CHECK ((kind = 'totp') = (sealed_secret IS NOT NULL)),
  CHECK ((kind = 'totp') = (last_step IS NOT NULL)),
  CHECK (kind = 'totp' OR num_nulls(credential_id, public_key, sign_count, transports, rp_id) = 0)
);
CREATE INDEX factor_by_member ON staff.factor (member_id);

-- Codes for who has lost the second factor; each goes with its use.
CREATE TABLE staff.recovery_code (
  member_id bigint NOT NULL REFERENCES staff.member,
  -- keyed with the installation's pepper
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  pepper_id integer NOT NULL,
  PRIMARY KEY (member_id, code_hash)
);

CREATE TABLE staff.passkey_challenge (
  challenge text PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES staff.member,
  purpose text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_by_expiry ON staff.passkey_challenge (expires_at);

ALTER TABLE staff.session
  -- For lists: the token's hash is nobody's to see.
  ADD COLUMN id bigint UNIQUE,
  -- password, totp, passkey, recovery, oidc: what was proved at the sign-in
  ADD COLUMN proved_by text NOT NULL DEFAULT 'password',
  -- When the person last proved to be who they are; acts with money ask for it anew.
  ADD COLUMN proved_at timestamptz,
  ADD COLUMN network text NOT NULL DEFAULT '',
  ADD COLUMN browser text NOT NULL DEFAULT '';
UPDATE staff.session SET proved_at = created_at;
ALTER TABLE staff.session ALTER COLUMN proved_at SET NOT NULL;
CREATE INDEX session_by_member ON staff.session (member_id);

-- For the command line and jobs: what a person may do there, or less.
CREATE TABLE staff.access_token (
  id bigint PRIMARY KEY,
  member_id bigint NOT NULL REFERENCES staff.member,
  -- SHA-256 of the token
  token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  -- read: looks only · act: what the role may, but staff and tokens · manage: these as well
  scope text NOT NULL CHECK (scope IN ('read', 'act', 'manage')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  ended_at timestamptz
);
CREATE INDEX access_token_by_member ON staff.access_token (member_id);
