-- Shops that apply: what they say of themselves (sealed: persons and accounts are in it), their documents, what was checked, and
-- their first signed call. A half-filled application ends after thirty days, with everything in it.
CREATE TABLE onboarding.application (
  id bigint PRIMARY KEY,
  -- SHA-256 of the secret in the applicant's link
  token_hash bytea NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('draft', 'submitted', 'more-wanted', 'approved', 'rejected')),
  -- sealed JSON
  facts text NOT NULL,
  -- what staff says to the applicant
  message text NOT NULL DEFAULT '' CHECK (length(message) <= 2000),
  -- the member who brought it in, where it was not the shop itself
  brought_by text,
  merchant_id bigint UNIQUE,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  submitted_at timestamptz,
  expires_at timestamptz NOT NULL
);
CREATE INDEX application_by_status ON onboarding.application (status, id);
CREATE INDEX application_by_expiry ON onboarding.application (expires_at) WHERE status IN ('draft', 'more-wanted', 'rejected');

CREATE TABLE onboarding.document (
  id bigint PRIMARY KEY,
  application_id bigint NOT NULL REFERENCES onboarding.application ON DELETE CASCADE,
  -- sealed: people name files after people
  name text NOT NULL,
  media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
  bytes integer NOT NULL CHECK (bytes BETWEEN 1 AND 5242880),
  sha256 bytea NOT NULL,
  added_at timestamptz NOT NULL,
  UNIQUE (application_id, sha256)
);
CREATE TABLE onboarding.document_chunk (
  document_id bigint NOT NULL REFERENCES onboarding.document ON DELETE CASCADE,
  number integer NOT NULL,
  -- sealed base64
  content text NOT NULL,
  PRIMARY KEY (document_id, number)
);

CREATE TABLE onboarding.application_check (
  application_id bigint NOT NULL REFERENCES onboarding.application ON DELETE CASCADE,
  name text NOT NULL,
  -- waiting: is being looked at, or is unknown and will be again · by-hand: somebody has to look and say so
  result text NOT NULL CHECK (result IN ('waiting', 'passed', 'failed', 'by-hand')),
  detail text NOT NULL CHECK (length(detail) <= 1000),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz,
  checked_at timestamptz NOT NULL,
  -- who said so, where a person did
  said_by text,
  PRIMARY KEY (application_id, name),
  CHECK ((result = 'waiting') = (next_at IS NOT NULL))
);
CREATE INDEX application_check_next ON onboarding.application_check (next_at) WHERE next_at IS NOT NULL;

-- Signed calls of merchants that are not live: the last one of each kind.
CREATE TABLE onboarding.test_call (
  merchant_id bigint PRIMARY KEY,
  passed_at timestamptz,
  failed_at timestamptz,
  finding text NOT NULL DEFAULT ''
);
