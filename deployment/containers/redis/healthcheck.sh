#!/bin/sh
# 0 when Redis answers this container's password.
set -eu
REDISCLI_AUTH=$(cat "${NX_SECRETS:-/run/secrets}/redis_password")
export REDISCLI_AUTH
[ "$(redis-cli -p "${NX_REDIS_PORT:-6379}" ping)" = PONG ]
