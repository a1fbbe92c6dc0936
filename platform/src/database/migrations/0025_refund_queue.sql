-- Refunds of the classic gateway that wait until the merchant's unsettled funds suffice (gateway reference, section 2.6).
CREATE TABLE payments.refund_queue (
  refund_id bigint PRIMARY KEY,
  payment_id bigint NOT NULL,
  -- when it is tried again, and when that ends
  next_try_at timestamptz NOT NULL,
  given_up_at timestamptz NOT NULL
);
CREATE INDEX refund_queue_due ON payments.refund_queue (next_try_at, refund_id);

-- Statements come from settlement's items now.
DROP INDEX payments.payment_classic;
