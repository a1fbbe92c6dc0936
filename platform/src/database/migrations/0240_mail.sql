-- Mails on their way: written with what causes them, sent by a timer. What a mail says is sealed with the installation's master
-- key, since it may carry a link that lets somebody in, and is removed once the mail is sent or has grown old.
CREATE SCHEMA mail;

CREATE TABLE mail.message (
  id bigint PRIMARY KEY,
  -- What it is about, by whoever queued it: the same reference again is the same mail.
  reference text NOT NULL UNIQUE CHECK (length(reference) BETWEEN 1 AND 100),
  content text CHECK (length(content) <= 40000),
  -- Of recipient, subject and text: whoever has a mail can be told whether it was ours.
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  queued_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'expired')),
  attempts integer NOT NULL DEFAULT 0,
  next_try_at timestamptz NOT NULL,
  -- The last answer's code, without its words.
  answer text CHECK (length(answer) <= 60),
  ended_at timestamptz,
  CHECK ((state = 'queued') = (ended_at IS NULL)),
  CHECK ((state = 'queued') = (content IS NOT NULL))
);
CREATE INDEX message_queued ON mail.message (next_try_at) WHERE state = 'queued';
CREATE INDEX message_queued_since ON mail.message (queued_at) WHERE state = 'queued';
