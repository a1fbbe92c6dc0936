-- Conversions that people agree with the bank's desk, where it is spoken to by files: what one person noted, and another one
-- confirmed. The deal keeps what it was expected to be; confirming it writes what was agreed over its cost, gain and rate.
ALTER TABLE settlement.deal
  -- since when it waits for people; null where the bank is asked by itself
  ADD COLUMN by_hand_since timestamptz;

CREATE TABLE settlement.deal_agreement (
  id bigint PRIMARY KEY,
  deal_id bigint NOT NULL REFERENCES settlement.deal,
  -- what the bank calls it: its statement names it so
  bank_reference text NOT NULL CHECK (length(bank_reference) BETWEEN 1 AND 35),
  -- one unit of the currency in units of the home currency, and minor units of the home currency
  rate text NOT NULL,
  cost bigint NOT NULL CHECK (cost <> 0),
  value_date date NOT NULL,
  -- what the deal was expected to cost when this was noted
  expected_rate text NOT NULL,
  expected_cost bigint NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  -- null while nobody has decided
  approved boolean,
  CHECK ((decided_by IS NULL) = (approved IS NULL) AND (decided_at IS NULL) = (approved IS NULL)),
  CHECK (decided_by <> proposed_by)
);
-- One that waits or counts for each deal, and for each of the bank's references.
CREATE UNIQUE INDEX deal_agreement_of_deal ON settlement.deal_agreement (deal_id) WHERE approved IS NOT FALSE;
CREATE UNIQUE INDEX deal_agreement_reference ON settlement.deal_agreement (upper(bank_reference)) WHERE approved IS NOT FALSE;
