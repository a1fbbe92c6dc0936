-- What the platform itself needs before any room: id blocks, the test clock, refusal of edits to append-only tables.
CREATE SCHEMA system;

-- Processes reserve blocks of 4,096 ids (system/ids.ts). 63 bits leave room for two billion million ids.
CREATE SEQUENCE system.id_block AS bigint START WITH 1 CACHE 1;

-- One row: how far the sandbox's clock stands from the machine's. Production never writes it.
CREATE TABLE system.clock (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  offset_ms bigint NOT NULL
);

-- Small facts of an installation that must survive restarts (cookie secret, gateway key, what has been seeded).
CREATE TABLE system.setting (
  name text PRIMARY KEY,
  value text NOT NULL
);

CREATE FUNCTION system.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
