-- The two roles of docs/guides/serve.md, in a database that is new; their passwords come from the secrets.
\set owner_password `cat /run/secrets/owner_password`
\set server_password `cat /run/secrets/server_password`
CREATE ROLE tongbao_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE tongbao_server LOGIN PASSWORD :'server_password';
CREATE DATABASE tongbao OWNER tongbao_owner;
