-- What operators declare beyond the published calendars of bank holidays: a closed day (a typhoon, a day of mourning), a
-- weekend day on which banks work, or a whole year whose closed days they have entered. One person proposes, another
-- one decides. Rows stay: a day that was declared and withdrawn can be seen for ever.
CREATE TABLE settlement.declaration (
  id bigint PRIMARY KEY,
  calendar text NOT NULL CHECK (calendar ~ '^[A-Z]{2}$'),
  kind text NOT NULL CHECK (kind IN ('closed', 'working', 'year')),
  -- of a year its first of January
  day date NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  approved boolean,
  CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)),
  CHECK (decided_by <> proposed_by),
  CHECK (kind <> 'year' OR extract(doy FROM day) = 1)
);
-- A day is proposed once at a time, and never again once it is approved.
CREATE UNIQUE INDEX declaration_of_day ON settlement.declaration (calendar, kind, day) WHERE approved IS NOT FALSE;

INSERT INTO settlement.declaration
  (id, calendar, kind, day, reason, proposed_by, proposed_at, decided_by, decided_at, approved)
SELECT row_number() OVER (ORDER BY calendar, day), calendar, 'closed', day, left(reason, 500),
       'before declarations', '-infinity', 'migration', '-infinity', true
FROM settlement.closure WHERE calendar ~ '^[A-Z]{2}$' AND length(reason) > 0;
DROP TABLE settlement.closure;
