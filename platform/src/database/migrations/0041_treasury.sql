-- The house's conversions at the end of the day: what was collected in one currency buys what is owed in others.
CREATE TABLE settlement.treasury (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- null: nothing was open when it was last looked at
  next_run_at timestamptz
);
INSERT INTO settlement.treasury (next_run_at) VALUES (NULL);

CREATE TABLE settlement.deal (
  id bigint PRIMARY KEY,
  day date NOT NULL,
  currency text NOT NULL,
  -- minor units of the currency; below zero where refunds exceeded payments and it is sold back
  bought bigint NOT NULL CHECK (bought <> 0),
  home text NOT NULL,
  -- minor units of the home currency: what the bank takes at the day's rate, what shoppers had paid for it, the rest
  cost bigint NOT NULL,
  collected bigint NOT NULL,
  gain bigint NOT NULL,
  -- one unit of the currency in units of the home currency
  rate text NOT NULL,
  created_at timestamptz NOT NULL,
  next_try_at timestamptz NOT NULL,
  -- 0 until the bank has done it
  entry_id bigint NOT NULL DEFAULT 0,
  UNIQUE (day, currency),
  CHECK (gain = collected - cost)
);
CREATE INDEX deal_open ON settlement.deal (next_try_at) WHERE entry_id = 0;
