-- The account holder's address in the structured form that banks ask for since 2025: street, building, postCode, town and
-- country. Null: none is known, and payment messages have none.
ALTER TABLE settlement.terms ADD COLUMN account_address jsonb;
