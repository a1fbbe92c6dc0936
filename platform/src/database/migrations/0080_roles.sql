-- The role that serves owns nothing. What it needs of the owner's rights is a function that does this one thing.
ALTER FUNCTION system.make_slices(bigint) SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
REVOKE EXECUTE ON FUNCTION system.make_slices(bigint) FROM PUBLIC;
