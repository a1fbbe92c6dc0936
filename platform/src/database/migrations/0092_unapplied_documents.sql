-- A bank's document is kept first and applied then: one that cannot be applied holds up none behind it. What waits here is
-- in settlement.document and not in the books yet.
CREATE TABLE settlement.unapplied_document (
  cursor bigint PRIMARY KEY,
  fetched_at timestamptz NOT NULL
);
