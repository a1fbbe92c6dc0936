-- A sandbox's clock can be turned back over a day whose positions were closed: the day then ends once more, and what was
-- paid meanwhile is converted as a further deal of the day. That a day's end is worked through once is the treasury's
-- lock and its planned instant, not this key.
ALTER TABLE settlement.deal
  ADD COLUMN number smallint NOT NULL DEFAULT 1 CHECK (number > 0),
  DROP CONSTRAINT deal_day_currency_key,
  ADD CONSTRAINT deal_day_currency_number_key UNIQUE (day, currency, number);
