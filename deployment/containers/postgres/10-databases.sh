#!/bin/bash
# Run once by the PostgreSQL image on an empty volume: CKAN's role and databases, and the DataStore's reader.
# Passwords are read by psql itself from the secret files, so no process list and no log ever shows them.
set -euo pipefail
export NX_SECRETS=${NX_SECRETS:-/run/secrets} NX_DB_OWNER=${NX_DB_OWNER:-ckan} NX_DB_CKAN=${NX_DB_CKAN:-ckan}
export NX_DB_READER=${NX_DB_READER:-datastore_reader} NX_DB_DATASTORE=${NX_DB_DATASTORE:-datastore}

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
\set owner `printf %s "$NX_DB_OWNER"`
\set reader `printf %s "$NX_DB_READER"`
\set ckan `printf %s "$NX_DB_CKAN"`
\set datastore `printf %s "$NX_DB_DATASTORE"`
\set owner_password `cat "$NX_SECRETS/db_password"`
\set reader_password `cat "$NX_SECRETS/db_reader_password"`

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE :"reader" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'reader_password';
CREATE DATABASE :"ckan" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE :"datastore" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"ckan" FROM PUBLIC;
REVOKE ALL ON DATABASE :"datastore" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"datastore" TO :"reader";
SQL
