-- A switch is also asked whether a bank takes a card, of an amount of nothing (0100), when the card is added to a wallet.
ALTER TABLE wallet.switch_operation
  DROP CONSTRAINT switch_operation_kind_check,
  DROP CONSTRAINT switch_operation_amount_check,
  ADD CHECK (kind IN ('debit', 'credit', 'verification')),
  ADD CHECK (CASE WHEN kind = 'verification' THEN amount = 0 ELSE amount > 0 END);
