-- What the connector for switches that speak ISO 8583 remembers of each debit and credit: its number, which its messages bear
-- for ever, and how it was decided.
CREATE TABLE wallet.switch_operation (
  number bigint GENERATED ALWAYS AS IDENTITY (MINVALUE 1 MAXVALUE 999999999999) PRIMARY KEY,
  bank text NOT NULL CHECK (length(bank) BETWEEN 1 AND 64),
  reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 64),
  kind text NOT NULL CHECK (kind IN ('debit', 'credit')),
  card_token text NOT NULL,
  currency char(3) NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'reversing', 'approved', 'declined')),
  refusal text,
  -- When it may have reached the switch for the first time.
  sent_at timestamptz,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (bank, reference),
  CHECK ((state = 'declined') = (refusal IS NOT NULL))
);
