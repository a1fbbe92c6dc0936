-- A debit that waits for what its shopper tells his bank: what the bank asks, and until when we wait. The row says nothing about
-- how the debit ended; that is the question's, or the transfer's. The code itself is kept nowhere.
CREATE TABLE wallet.step_up (
  reference text PRIMARY KEY CHECK (length(reference) BETWEEN 1 AND 64),
  bank text NOT NULL,
  customer_id bigint NOT NULL,
  -- the bank's name for it
  step_up_id text NOT NULL CHECK (length(step_up_id) BETWEEN 1 AND 64),
  kind text NOT NULL CHECK (kind IN ('one-time-code', 'redirect')),
  -- as the bank shows it, most of it hidden
  phone text CHECK (length(phone) <= 32),
  code_length smallint,
  tries_left smallint,
  resend_at timestamptz,
  url text CHECK (length(url) <= 2000),
  asked_at timestamptz NOT NULL,
  -- the bank's own end
  expires_at timestamptz NOT NULL,
  -- ours: never later, and never after the order's own time
  deadline timestamptz NOT NULL,
  -- codes that were handed on, whatever the bank counts
  codes_given smallint NOT NULL DEFAULT 0,
  codes_asked smallint NOT NULL DEFAULT 0,
  -- when the bank was asked last because somebody looked
  looked_at timestamptz,
  CHECK ((kind = 'redirect') = (url IS NOT NULL)),
  CHECK ((kind = 'one-time-code') = (code_length IS NOT NULL AND tries_left IS NOT NULL AND phone IS NOT NULL))
);

-- Whether the shopper stands at a page where his bank can ask him.
ALTER TABLE payments.bank_question ADD COLUMN may_ask boolean NOT NULL DEFAULT false;
