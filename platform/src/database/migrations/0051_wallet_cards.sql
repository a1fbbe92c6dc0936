-- The card that is offered first; one for each customer.
ALTER TABLE wallet.card ADD COLUMN is_default boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX card_default ON wallet.card (customer_id) WHERE is_default;

-- What the sandbox's banks know of the cards that shoppers type in on the bank's own page: the number is not kept,
-- only the token that is made from it.
ALTER TABLE sandbox_bank.card
  ADD COLUMN last4 text,
  ADD COLUMN kind text CHECK (kind IN ('debit', 'credit')),
  -- whose it is; the first who proves a name
  ADD COLUMN holder_name text;

-- A card that was typed in, until the wallet has fetched it: once, within minutes.
CREATE TABLE sandbox_bank.card_offer (
  offer text PRIMARY KEY,
  card_token text NOT NULL REFERENCES sandbox_bank.card,
  offered_at timestamptz NOT NULL
);
