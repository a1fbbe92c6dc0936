-- A held rate is let through by two people: who proposed it, and another one who confirms.
ALTER TABLE fx.rate ADD COLUMN proposed_by text;
