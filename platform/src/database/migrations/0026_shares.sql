-- What a refund takes back from those who have shares of its order (gateway reference, split_fund_info); null: nothing.
ALTER TABLE payments.refund ADD COLUMN shares text;
