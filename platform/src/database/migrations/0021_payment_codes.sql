-- Codes that a shopper shows at a till: good for a minute and for one order; kept only as a keyed hash.
CREATE TABLE wallet.payment_code (
  id bigint PRIMARY KEY,
  hash bytea NOT NULL UNIQUE,
  customer_id bigint NOT NULL,
  -- what it pays with: a bank card, or (null) the balance
  card_id bigint,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- the merchant's request that took it; nobody else can take it any more
  merchant_id bigint,
  request_id text,
  taken_at timestamptz,
  -- why that request was refused, where it was
  refusal text,
  CHECK ((taken_at IS NULL) = (merchant_id IS NULL)),
  CHECK ((taken_at IS NULL) = (request_id IS NULL))
);
CREATE INDEX payment_code_expiry ON wallet.payment_code (expires_at);

-- Codes that a merchant sent and that were nobody's, in a window that opens with the first of them.
CREATE TABLE wallet.payment_code_miss (
  merchant_id bigint PRIMARY KEY,
  window_started_at timestamptz NOT NULL,
  misses integer NOT NULL
);

-- What a customer has paid on a day (Beijing's) without being asked for the PIN; minor units of the wallet's currency.
CREATE TABLE wallet.unconfirmed_day (
  customer_id bigint NOT NULL,
  day date NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (customer_id, day)
);
CREATE INDEX unconfirmed_day_by_day ON wallet.unconfirmed_day (day);
