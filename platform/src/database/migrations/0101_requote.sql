-- The role that serves may not change what an order asks. A new rate changes it for open orders that were priced in the
-- payer's currency, so this one change is a function of the owner's, for open orders only.
CREATE FUNCTION payments.requote(ids bigint[], amounts bigint[], payer_amounts bigint[], mid_amounts bigint[], fees bigint[],
  conditions bigint[], locked timestamptz[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH quoted AS (
    UPDATE payments.payment AS p SET amount = u.amount, payer_amount = u.payer_amount, mid_amount = u.mid_amount, fee = u.fee,
      conditions_id = u.conditions_id, quote_id = 0, locked_at = u.locked_at
    FROM unnest(ids, amounts, payer_amounts, mid_amounts, fees, conditions, locked)
      AS u(id, amount, payer_amount, mid_amount, fee, conditions_id, locked_at)
    WHERE p.id = u.id AND p.status = 'created'
    RETURNING 1)
  SELECT count(*) FROM quoted
$$;
