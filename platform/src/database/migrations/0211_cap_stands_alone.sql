-- Limits are append-only and stand by themselves, as the events of an account do: whoever writes one has locked the customer.
ALTER TABLE customers.cap DROP CONSTRAINT cap_customer_id_fkey;
