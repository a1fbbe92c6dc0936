-- What the classic gateway needs of the rooms: orders that are no payments yet, merchants that sell through a merchant,
-- declarations to customs, and by which protocol a merchant is told.

-- An order that a merchant has announced by sending a shopper; a payment (with the same id) once he signs in.
CREATE TABLE payments.checkout (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  request_id text NOT NULL,
  input_hash bytea NOT NULL,
  -- sign-in: when a shopper has signed in · confirmation: when he has confirmed with his PIN
  begins_at text NOT NULL CHECK (begins_at IN ('sign-in', 'confirmation')),
  command jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  UNIQUE (merchant_id, request_id)
);

-- Statements of a merchant's classic payments. Others are not in it and cost nothing.
CREATE INDEX payment_classic ON payments.payment (merchant_id, paid_at)
  WHERE paid_at IS NOT NULL AND (order_facts->>'channel') = 'gateway';

CREATE TABLE payments.customs_declaration (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  request_id text NOT NULL,
  payment_id bigint NOT NULL,
  -- in the payer's currency, minor units
  amount bigint NOT NULL CHECK (amount > 0),
  place text NOT NULL,
  customs_code text NOT NULL,
  customs_name text NOT NULL,
  is_split boolean NOT NULL,
  sub_order text,
  identity_matches boolean,
  declared_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  UNIQUE (merchant_id, request_id)
);
CREATE INDEX customs_declaration_by_payment ON payments.customs_declaration (payment_id);

ALTER TABLE notifications.notification ADD COLUMN protocol text NOT NULL DEFAULT 'ams';

CREATE TABLE merchants.secondary_merchant (
  merchant_id bigint NOT NULL REFERENCES merchants.merchant,
  secondary_id text NOT NULL,
  name text NOT NULL,
  industry text NOT NULL,
  facts jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, secondary_id)
);

-- How often a merchant has fetched a file on a day.
CREATE TABLE merchants.download (
  merchant_id bigint NOT NULL,
  file text NOT NULL,
  day date NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (merchant_id, file, day)
);
