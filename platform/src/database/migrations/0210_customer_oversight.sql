-- What operators decide about a customer: limits of the house's own with the day from which they count, and what needs two people.
CREATE TABLE customers.cap (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers.customer,
  -- in minor units of the wallet's currency; null: none
  payment bigint CHECK (payment >= 0),
  day bigint CHECK (day >= 0),
  effective_from timestamptz NOT NULL,
  set_at timestamptz NOT NULL,
  set_by text NOT NULL
);
CREATE INDEX cap_by_customer ON customers.cap (customer_id, effective_from);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON customers.cap
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

CREATE TABLE customers.proposal (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers.customer,
  kind text NOT NULL CHECK (kind IN ('unfreeze', 'limits')),
  -- of limits
  payment bigint CHECK (payment >= 0),
  day bigint CHECK (day >= 0),
  effective_from timestamptz NOT NULL,
  reason text NOT NULL,
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  approved boolean,
  CHECK ((decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (approved IS NULL)),
  CHECK (decided_by IS NULL OR decided_by <> proposed_by)
);
-- One at a time of a kind for a customer.
CREATE UNIQUE INDEX proposal_open ON customers.proposal (customer_id, kind) WHERE decided_at IS NULL;
