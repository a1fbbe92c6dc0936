-- What a customer keeps in the wallet: accounts in the ledger, bank cards, and money on its way from and to a bank.
CREATE SCHEMA wallet;

CREATE TABLE wallet.account (
  customer_id bigint NOT NULL,
  currency text NOT NULL CHECK (length(currency) = 3),
  -- the account in the ledger
  account_id bigint NOT NULL UNIQUE,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, currency)
);

-- A card as its bank made it known: a token to use it by and what a shopper recognises it by. Never a number.
CREATE TABLE wallet.card (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL,
  bank text NOT NULL,
  bank_name_zh text NOT NULL,
  bank_name_en text NOT NULL,
  last4 text NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
  kind text NOT NULL CHECK (kind IN ('debit', 'credit')),
  currency text NOT NULL CHECK (length(currency) = 3),
  token text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'locked', 'removed')),
  added_at timestamptz NOT NULL,
  UNIQUE (bank, token)
);
CREATE INDEX card_by_customer ON wallet.card (customer_id, id);

-- Money between a card and the balance. A top-up credits the balance when the bank has approved the debit; a
-- withdrawal holds the money first, so that it cannot be spent twice while the bank decides. The bank is asked
-- outside any transaction, as often as it takes to know.
CREATE TABLE wallet.card_transfer (
  id bigint PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('top-up', 'withdrawal')),
  customer_id bigint NOT NULL,
  request_id text NOT NULL,
  input_hash bytea NOT NULL,
  card_id bigint NOT NULL REFERENCES wallet.card,
  account_id bigint NOT NULL,
  currency text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
  -- the bank's reason, where it declined
  refusal text,
  -- the hold of a withdrawal; 0 for a top-up
  hold_id bigint NOT NULL CHECK ((kind = 'withdrawal') = (hold_id <> 0)),
  -- the ledger entry; 0 until it succeeds
  entry_id bigint NOT NULL DEFAULT 0,
  -- how often the bank was asked, and when it may be asked again
  attempts integer NOT NULL DEFAULT 0,
  next_ask_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  UNIQUE (customer_id, request_id, kind),
  CHECK ((status = 'pending') = (finished_at IS NULL)),
  CHECK ((status = 'succeeded') = (entry_id <> 0))
);
CREATE INDEX card_transfer_open ON wallet.card_transfer (next_ask_at) WHERE status = 'pending';
CREATE INDEX card_transfer_by_customer ON wallet.card_transfer (customer_id, id);
