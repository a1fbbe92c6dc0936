-- Card banks' statements are compared by day with what the books have on their clearing accounts: how the day's
-- movements are found. Only what was paid by card is in them.
CREATE INDEX payment_by_clearing ON payments.payment (funding_account, paid_at) WHERE card_id <> 0;
CREATE INDEX payment_returned_to_card ON payments.payment (funding_account, closed_at)
  WHERE card_id <> 0 AND status = 'cancelled' AND paid_at IS NOT NULL;
CREATE INDEX refund_by_day ON payments.refund (finished_at) WHERE status = 'succeeded';
CREATE INDEX card_transfer_by_day ON wallet.card_transfer (finished_at) WHERE status = 'succeeded';
