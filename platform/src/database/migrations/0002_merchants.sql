-- Merchants, the keys they sign with, and what was agreed with them.
CREATE SCHEMA merchants;

CREATE TABLE merchants.merchant (
  id bigint PRIMARY KEY,
  client_id text NOT NULL UNIQUE,
  -- the classic gateway's identity: 16 digits beginning 2088
  partner text NOT NULL UNIQUE,
  classic_md5_key text NOT NULL,
  name text NOT NULL,
  display_name text NOT NULL,
  region text NOT NULL CHECK (length(region) = 2),
  status text NOT NULL CHECK (status IN ('active', 'suspended')),
  notify_url text,
  created_at timestamptz NOT NULL
);

-- A merchant signs with any active version; rotation adds one and retires the former after a grace period.
CREATE TABLE merchants.key (
  merchant_id bigint NOT NULL REFERENCES merchants.merchant,
  version integer NOT NULL CHECK (version > 0),
  public_key text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'retired')),
  created_at timestamptz NOT NULL,
  retires_at timestamptz,
  PRIMARY KEY (merchant_id, version)
);

CREATE TABLE merchants.contract (
  merchant_id bigint PRIMARY KEY REFERENCES merchants.merchant,
  settlement_currency text NOT NULL,
  payment_currencies text[] NOT NULL,
  fee_bps integer NOT NULL CHECK (fee_bps BETWEEN 0 AND 2000),
  spread_bps integer NOT NULL CHECK (spread_bps BETWEEN 0 AND 1000),
  -- whether a refund gives the discount fee back in proportion
  returns_fee boolean NOT NULL,
  -- shoppers' regions that the option is offered to
  regions text[] NOT NULL,
  calendar text NOT NULL,
  time_zone text NOT NULL,
  min_amount bigint NOT NULL CHECK (min_amount > 0),
  max_amount bigint NOT NULL,
  refund_window_days integer NOT NULL,
  live_from timestamptz NOT NULL,
  pending_account bigint NOT NULL,
  CHECK (max_amount >= min_amount)
);
