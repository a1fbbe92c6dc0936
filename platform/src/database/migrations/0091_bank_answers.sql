-- What card banks and the settlement bank answered, each answer once as it was heard: evidence, never changed. It names
-- the question by its reference; no card, no person.
CREATE TABLE wallet.bank_answer (
  id bigint PRIMARY KEY,
  bank text NOT NULL,
  reference text NOT NULL,
  -- 'approved', or the bank's reason for a refusal
  outcome text NOT NULL,
  -- applied: it decided the question; repeated: the question had this answer before; stale: it had another one, or was
  -- not open any more, and the answer changed nothing
  effect text NOT NULL CHECK (effect IN ('applied', 'repeated', 'stale')),
  heard_at timestamptz NOT NULL
);
CREATE INDEX bank_answer_by_reference ON wallet.bank_answer (reference);
CREATE INDEX bank_answer_stale ON wallet.bank_answer (id) WHERE effect = 'stale';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON wallet.bank_answer
  FOR EACH STATEMENT EXECUTE FUNCTION system.refuse_change();

-- What card banks are asked about payments: one row for each reference that they know. A bank is asked until it has
-- answered; the row says what it is to move, so that an answer is understood without the payment, however late it is.
CREATE TABLE payments.bank_question (
  reference text PRIMARY KEY CHECK (length(reference) BETWEEN 1 AND 64),
  task text NOT NULL CHECK (task IN ('debit-card', 'refund-card', 'reverse-card')),
  payment_id bigint NOT NULL,
  -- the event of the payment that asked (debit-card); 0 where the reference needs none
  event smallint NOT NULL,
  -- the refund it is about; 0 for none
  refund_id bigint NOT NULL,
  card_id bigint NOT NULL,
  clearing_account bigint NOT NULL,
  currency text NOT NULL CHECK (length(currency) = 3),
  amount bigint NOT NULL CHECK (amount >= 0),
  asked_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- when it is due again; null when nothing is left to do. A refused reversal stays due, until the money was returned.
  next_ask_at timestamptz,
  -- null while the bank has not answered; then 'approved' or its reason
  outcome text,
  answered_at timestamptz,
  CHECK ((outcome IS NULL) = (answered_at IS NULL)),
  CHECK (outcome IS NOT NULL OR next_ask_at IS NOT NULL)
);
CREATE INDEX bank_question_due ON payments.bank_question (next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX bank_question_by_payment ON payments.bank_question (payment_id);

-- Money that a bank took from a card although the question had been decided otherwise goes back by a transfer of its own;
-- its request id is the reference of the unwanted debit. A refused return is asked again under a new reference, once an
-- operator has said so: the round counts them.
ALTER TABLE wallet.card_transfer DROP CONSTRAINT card_transfer_kind_check,
  ADD CONSTRAINT card_transfer_kind_check CHECK (kind IN ('top-up', 'withdrawal', 'return')),
  ADD COLUMN round smallint NOT NULL DEFAULT 1;
CREATE INDEX card_transfer_return ON wallet.card_transfer (card_id, created_at) WHERE kind = 'return';

-- What was asked before this table: everything that waits for an answer, and every reversal, whose answer was not kept. A
-- bank that is asked again under a reference answers as it did before.
INSERT INTO payments.bank_question
  (reference, task, payment_id, event, refund_id, card_id, clearing_account, currency, amount, asked_at, next_ask_at)
SELECT 'P' || id || '-' || events, 'debit-card', id, events, 0, card_id, funding_account, payer_currency, payer_amount,
  created_at, created_at
FROM payments.payment WHERE status = 'pending' AND card_id <> 0
UNION ALL
SELECT 'R' || r.id, 'refund-card', p.id, 0, r.id, p.card_id, p.funding_account, p.payer_currency, r.payer_amount,
  r.created_at, r.created_at
FROM payments.refund r JOIN payments.payment p ON p.id = r.payment_id
WHERE r.status = 'processing' AND p.card_id <> 0
  AND NOT EXISTS (SELECT FROM payments.refund_queue q WHERE q.refund_id = r.id)
UNION ALL
SELECT 'V' || id, 'reverse-card', id, 0, 0, card_id, funding_account, payer_currency, payer_amount, closed_at, closed_at
FROM payments.payment WHERE status = 'cancelled' AND card_id <> 0 AND paid_at IS NOT NULL;
