-- What is agreed with a merchant over time: each version stays, a date says from when it counts, and two people stand behind it.
CREATE SCHEMA onboarding;

-- What one person wants of a merchant and another one decides.
CREATE TABLE onboarding.proposal (
  id bigint PRIMARY KEY,
  -- contract: another version · resume: a suspended merchant takes money again · leave: it leaves on a day · admission: an
  -- applicant becomes a merchant
  kind text NOT NULL CHECK (kind IN ('contract', 'resume', 'leave', 'admission')),
  -- the merchant; of an admission the application
  subject_id bigint NOT NULL,
  content jsonb NOT NULL,
  -- from when it is to count; null: from its approval
  effective_from timestamptz,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  approved boolean,
  decision_reason text,
  CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)),
  CHECK (approved IS NOT TRUE OR decided_by <> proposed_by)
);
-- One of a kind waits at a time, so that nobody decides about one and means another.
CREATE UNIQUE INDEX proposal_waiting ON onboarding.proposal (kind, subject_id) WHERE approved IS NULL;
CREATE INDEX proposal_of_subject ON onboarding.proposal (subject_id, id);

CREATE FUNCTION onboarding.keep_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.approved IS NOT NULL THEN
    RAISE EXCEPTION 'a decided proposal is never changed, none is removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_proposal BEFORE UPDATE OR DELETE ON onboarding.proposal
  FOR EACH ROW EXECUTE FUNCTION onboarding.keep_proposal();

-- Versions that two people have agreed to, and the one that was found when the first change came.
CREATE TABLE onboarding.contract_version (
  merchant_id bigint NOT NULL,
  number integer NOT NULL CHECK (number > 0),
  -- 0: what stood before there were versions
  proposal_id bigint NOT NULL,
  content jsonb NOT NULL,
  effective_from timestamptz NOT NULL,
  agreed_at timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON onboarding.contract_version
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- When a version began to count.
CREATE TABLE onboarding.contract_effect (
  merchant_id bigint NOT NULL,
  number integer NOT NULL,
  came_at timestamptz NOT NULL,
  PRIMARY KEY (merchant_id, number),
  FOREIGN KEY (merchant_id, number) REFERENCES onboarding.contract_version
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON onboarding.contract_effect
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- Which version a batch was opened under: 0 where nothing was agreed anew. And whether an operator holds a merchant's payouts.
ALTER TABLE settlement.terms
  ADD COLUMN contract_version integer NOT NULL DEFAULT 0,
  ADD COLUMN is_held boolean NOT NULL DEFAULT false;
ALTER TABLE settlement.batch ADD COLUMN contract_version integer NOT NULL DEFAULT 0;
