-- Orders that were announced and whose time is over are removed after a while: found by their end.
CREATE INDEX checkout_by_end ON payments.checkout (expires_at);
