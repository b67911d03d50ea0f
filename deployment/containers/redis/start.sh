#!/bin/sh
# Redis with its password from a secret file; the configuration goes in by standard input, not by arguments.
set -eu
exec redis-server - <<CONF
bind ${NX_REDIS_BIND:-* -::*}
port ${NX_REDIS_PORT:-6379}
dir ${NX_REDIS_DIR:-/data}
requirepass $(cat "${NX_SECRETS:-/run/secrets}/redis_password")
appendonly yes
maxmemory-policy noeviction
CONF
