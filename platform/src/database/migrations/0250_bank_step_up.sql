-- The sandbox's banks ask their cards' holders: for some cards always, for some above an amount.
ALTER TABLE sandbox_bank.card
  ADD COLUMN step_up text CHECK (step_up IN ('one-time-code', 'redirect')),
  -- asked for debits of more than this
  ADD COLUMN step_up_above bigint NOT NULL DEFAULT 0 CHECK (step_up_above >= 0),
  ADD COLUMN holder_phone text;

-- A debit that waits for its card's holder; it is over once the operation of its reference is there.
CREATE TABLE sandbox_bank.step_up (
  id text PRIMARY KEY,
  bank text NOT NULL REFERENCES sandbox_bank.bank,
  reference text NOT NULL,
  token text NOT NULL REFERENCES sandbox_bank.card,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  kind text NOT NULL CHECK (kind IN ('one-time-code', 'redirect')),
  -- of the id and the code that was sent last
  code_hash bytea,
  codes smallint NOT NULL,
  tries_left smallint NOT NULL CHECK (tries_left >= 0),
  resend_at timestamptz,
  return_url text NOT NULL,
  expires_at timestamptz NOT NULL,
  UNIQUE (bank, reference)
);
