-- Which of the installation's peppers keys a hash; null: none yet, and the next start gives it one
-- (customers/protect-pins.ts, staff/store.ts). The peppers themselves are in the key file.
ALTER TABLE customers.pin ADD COLUMN pepper_id integer CHECK (pepper_id > 0);
CREATE INDEX pin_without_pepper ON customers.pin (customer_id) WHERE pepper_id IS NULL;
ALTER TABLE staff.member ADD COLUMN pepper_id integer CHECK (pepper_id > 0);
