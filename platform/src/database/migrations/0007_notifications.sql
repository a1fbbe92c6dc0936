-- What merchants must be told: by reference to the payment or refund, so that the hot path writes a narrow row; the
-- body is composed at the first attempt and kept, so that every retry sends the same bytes.
CREATE SCHEMA notifications;

CREATE TABLE notifications.notification (
  id bigint PRIMARY KEY,
  merchant_id bigint NOT NULL,
  -- 0 where nobody paid
  payer_id bigint NOT NULL,
  kind text NOT NULL,
  subject_id bigint NOT NULL,
  payment_id bigint NOT NULL,
  -- the number of the payment's event that it tells
  sequence smallint NOT NULL,
  url text NOT NULL,
  status text NOT NULL DEFAULT 'due',
  attempts smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  -- while a worker is sending it; afterwards it is anybody's again. By the machine's clock: a lease is about processes.
  leased_until timestamptz,
  body bytea,
  created_at timestamptz NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX notification_due ON notifications.notification (next_attempt_at, id) WHERE status = 'due';
CREATE INDEX notification_by_payment ON notifications.notification (payment_id, sequence);

CREATE TABLE notifications.attempt (
  notification_id bigint NOT NULL,
  number smallint NOT NULL,
  started_at timestamptz NOT NULL,
  latency_ms integer NOT NULL,
  http_status smallint,
  answer_head text,
  error text,
  acknowledged boolean NOT NULL,
  PRIMARY KEY (notification_id, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notifications.attempt
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();
