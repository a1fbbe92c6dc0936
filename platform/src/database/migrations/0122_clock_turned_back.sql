-- A sandbox's clock can be turned back. A question to a card bank that was due then would wait until the clock is there
-- again, for days: it is due at once instead. Asking again is harmless, each question has its reference.
CREATE FUNCTION payments.clock_turned_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present timestamptz := clock_timestamp() + NEW.offset_ms * interval '1 millisecond';
BEGIN
  IF NEW.offset_ms < OLD.offset_ms THEN
    UPDATE payments.bank_question SET next_ask_at = present WHERE outcome IS NULL AND next_ask_at > present;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payments_clock_turned_back AFTER UPDATE ON system.clock
  FOR EACH ROW EXECUTE FUNCTION payments.clock_turned_back();

CREATE FUNCTION wallet.clock_turned_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  present timestamptz := clock_timestamp() + NEW.offset_ms * interval '1 millisecond';
BEGIN
  IF NEW.offset_ms < OLD.offset_ms THEN
    UPDATE wallet.card_transfer SET next_ask_at = present WHERE status = 'pending' AND next_ask_at > present;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER wallet_clock_turned_back AFTER UPDATE ON system.clock
  FOR EACH ROW EXECUTE FUNCTION wallet.clock_turned_back();
