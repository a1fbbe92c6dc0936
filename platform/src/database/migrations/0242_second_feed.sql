-- What a second feed says of a rate that is held because the feeds differ.
ALTER TABLE fx.rate ADD COLUMN other_rate text;
