-- Items that a timer could not work on: what the timer is called, which item it was, and why. A held item is left out
-- until an operator releases it (the row goes away); one that is not held has failed for a reason that may pass, and
-- is still tried.
CREATE TABLE system.quarantine (
  timer text NOT NULL,
  item text NOT NULL CHECK (length(item) BETWEEN 1 AND 100),
  reason text NOT NULL CHECK (length(reason) <= 500),
  failures integer NOT NULL CHECK (failures > 0),
  held boolean NOT NULL,
  first_failed_at timestamptz NOT NULL,
  last_failed_at timestamptz NOT NULL,
  PRIMARY KEY (timer, item)
);
