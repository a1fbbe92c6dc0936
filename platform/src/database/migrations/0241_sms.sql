-- Short messages on their way, mostly one-time codes: kept only until they have gone or are of no use any more. What one says, and to
-- whom, is sealed with the installation's master key, and removed once it has gone.
CREATE SCHEMA sms;

CREATE TABLE sms.message (
  id bigint PRIMARY KEY,
  content text CHECK (length(content) <= 8000),
  queued_at timestamptz NOT NULL,
  -- From then on it is not sent any more.
  expires_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'refused', 'expired')),
  attempts integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL,
  -- The last answer's code, without its words.
  answer text CHECK (length(answer) <= 60),
  ended_at timestamptz,
  CHECK ((state = 'queued') = (ended_at IS NULL)),
  CHECK ((state = 'queued') = (content IS NOT NULL))
);
CREATE INDEX message_queued ON sms.message (next_try_at) WHERE state = 'queued';
CREATE INDEX message_ended ON sms.message (ended_at) WHERE state <> 'queued';
