-- What of a notification's URL its signature covers: receivers in the wild verify the path alone, or the path with its
-- query (JSON gateway's reference, section 1.4).
ALTER TABLE merchants.merchant
  ADD COLUMN notification_target text NOT NULL DEFAULT 'path'
    CHECK (notification_target IN ('path', 'path-and-query'));
