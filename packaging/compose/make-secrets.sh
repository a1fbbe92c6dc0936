#!/bin/sh
# Makes the passwords of the database beside the compose file, once; what is there stays.
set -eu
cd "$(dirname "$0")"
# The folder is closed to others; its files are open to the containers' users, who are others.
mkdir -p secrets
chmod 700 secrets
if [ -e secrets/database_url ]; then
  echo "secrets/ is made already"
  exit 0
fi
for name in superuser owner server; do
  openssl rand -hex 24 > "secrets/${name}_password"
done
echo "postgres://tongbao_owner:$(cat secrets/owner_password)@database/tongbao" > secrets/owner_database_url
echo "postgres://tongbao_server:$(cat secrets/server_password)@database/tongbao" > secrets/database_url
chmod 644 secrets/*
echo "secrets/ is made"
