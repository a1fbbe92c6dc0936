-- How a merchant may sign requests to the classic gateway. One that has an RSA key can switch MD5 off.
ALTER TABLE merchants.merchant
  ADD COLUMN classic_sign_types text[] NOT NULL DEFAULT '{MD5,RSA,RSA2}'
    CHECK (cardinality(classic_sign_types) > 0 AND classic_sign_types <@ '{MD5,RSA,RSA2}'::text[]);
