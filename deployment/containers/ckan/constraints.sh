#!/bin/sh
# constraints.sh LOCK: the name==version of every package of a pip lock file, without hashes and extras.
set -eu
sed -n 's/^\([A-Za-z0-9._-]\{1,\}\)\(\[[^]]*\]\)\{0,1\}==\([^ ;\\]\{1,\}\).*$/\1==\3/p' "$1"
